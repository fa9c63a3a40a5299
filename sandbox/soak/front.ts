import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";

export interface Front {
  readonly url: string;
  close(): Promise<void>;
}

export interface Forwarded {
  readonly path: string;
  readonly body: string;
  readonly status: number;
}

const MAX_BODY_BYTES = 1024 * 1024;
const TIMEOUT_MS = 20_000;

/**
 * The address that the shop is known by: hands each request to the next open replica, and answers 502 when there is
 * none or it dies meanwhile. It never repeats a request; whoever sent it has to.
 */
export function startFront(options: {
  ports: () => readonly number[];
  onForwarded?: (forwarded: Forwarded) => void;
}): Promise<Front> {
  let turn = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const ports = options.ports();
    const port = ports[turn % Math.max(1, ports.length)];
    turn += 1;
    const status = port === undefined ? 502 : await forward(port, request, body);
    options.onForwarded?.({ path: request.url ?? "", body: body.toString("utf8"), status });
    response.writeHead(status).end();
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = z.object({ port: z.number() }).parse(server.address());
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error("body too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const passedOn = ["content-type", "x-telegram-bot-api-secret-token", "crypto-pay-api-signature"];

/** The replica's status, or 502 when it does not answer. */
async function forward(port: number, request: IncomingMessage, body: Buffer): Promise<number> {
  const headers = Object.fromEntries(
    passedOn.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === "string" ? [[name, value] as const] : [];
    }),
  );
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${request.url ?? "/"}`, {
      method: request.method ?? "POST",
      headers,
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    // Killed, or not open yet: the sender's own retry is what is being tested.
    return 502;
  }
}

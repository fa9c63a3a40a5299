import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { ProviderError } from "../../../src/providers/port/provider-error.ts";
import { parseBody } from "../../../src/providers/transport/body.ts";
import { createProviderHttp } from "../../../src/providers/transport/http.ts";
import { createTestClock } from "../../support/clock.ts";
import { createTestLogger } from "../../support/logger.ts";
import { createOpenGate } from "../../support/open-gate.ts";

const MIB = 1024 * 1024;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** What becomes of one purchase at an upstream that answers like this. */
async function ask(answer: RequestListener, timeoutMs = 3_000): Promise<unknown> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const http = createProviderHttp({
    provider: "alpha",
    gate: createOpenGate(),
    clock: createTestClock(),
    logger: createTestLogger(),
    timeoutMs,
  });
  const url = new URL(`http://127.0.0.1:${address.port}/api`);
  try {
    return await http.request({ operation: "buy", method: "GET", url, priority: "purchase" });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return error;
  }
}

/** Writes the chunk for ever, as fast as it is taken or drop by drop. */
function writeForEver(response: ServerResponse, chunk: string, everyMs: number): { bytes: number } {
  const written = { bytes: 0 };
  const write = (): void => {
    if (response.destroyed) return;
    written.bytes += chunk.length;
    const isTaken = response.write(chunk);
    if (everyMs > 0) setTimeout(write, everyMs);
    else if (isTaken) setImmediate(write);
    else response.once("drain", write);
  };
  write();
  return written;
}

describe("an answer that", () => {
  it("never ends is cut off after 1 MiB, whatever the rest would have been", async () => {
    let written = { bytes: 0 };
    const outcome = await ask((_request, response) => {
      response.writeHead(200, { "content-length": `${1024 * MIB}` });
      written = writeForEver(response, "x".repeat(256 * 1024), 0);
    });
    expect(outcome).toMatchObject({ kind: "garbage", definite: false, reason: "HTTP 200, body too large" });
    // What the sockets hold on the way comes on top.
    expect(written.bytes).toBeLessThan(32 * MIB);
  });

  it("comes drop by drop has no longer than any other", async () => {
    const startedAt = performance.now();
    const outcome = await ask((_request, response) => {
      response.writeHead(200);
      writeForEver(response, " ", 20);
    }, 400);
    expect(outcome).toMatchObject({ kind: "timeout", definite: false });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it("is compressed although nobody asked is not unpacked: 100 MiB stay 100 KiB", async () => {
    const bomb = gzipSync(Buffer.alloc(100 * MIB));
    const outcome = await ask((request, response) => {
      expect(request.headers["accept-encoding"]).toBeUndefined();
      response.writeHead(200, { "content-encoding": "gzip", "content-type": "application/json" }).end(bomb);
    });
    expect(outcome).toMatchObject({ status: 200 });
    const { text } = outcome as { text: string };
    expect(text.length).toBeLessThan(MIB);
    expect(parseBody(text).kind).toBe("text");
  });

  it("redirects in a circle is asked once", async () => {
    let hits = 0;
    const outcome = await ask((request, response) => {
      hits += 1;
      response.writeHead(302, { location: request.url ?? "/" }).end();
    });
    expect(outcome).toMatchObject({ kind: "garbage", definite: false, reason: "HTTP 302" });
    expect(hits).toBe(1);
  });

  it("has headers without end is in doubt", async () => {
    const outcome = await ask(({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const write = (): void => {
        if (!socket.destroyed) socket.write(`X: ${"a".repeat(8_000)}\r\n`, () => setImmediate(write));
      };
      write();
    });
    expect(outcome).toMatchObject({ kind: "unavailable", definite: false, reason: "HPE_HEADER_OVERFLOW" });
  });

  it("is announced for ever and never comes ends with the time", async () => {
    const outcome = await ask((_request, response) => {
      const announce = (): void => {
        if (response.destroyed) return;
        response.writeProcessing();
        setTimeout(announce, 20);
      };
      announce();
    }, 400);
    expect(outcome).toMatchObject({ kind: "timeout", definite: false });
  });
});

describe("a body of 8 MiB that was made to keep the parser busy", () => {
  const digits = '{"id":1234567890123456';
  it.each([
    ["quotes that do not pair", `${digits},"a":"${'\\"'.repeat(4 * MIB - 20)}`, "truncated"],
    ["one endless string", `${digits},"a":"${'\\"'.repeat(4 * MIB - 20)}"}`, null],
    ["brackets without an end", "[".repeat(8 * MIB), "truncated"],
    ["brackets in brackets", "[".repeat(4 * MIB) + "]".repeat(4 * MIB), "truncated"],
    ["one endless number", `[${"9".repeat(8 * MIB - 2)}]`, "json"],
    ["nothing but blanks", " ".repeat(8 * MIB), "empty"],
    ["a text of blanks", `x${" ".repeat(8 * MIB - 2)}x`, "text"],
  ])("is read in a moment: %s", (_name, text, kind) => {
    const startedAt = performance.now();
    const body = parseBody(text);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    if (kind !== null) expect(body.kind).toBe(kind);
  });
});

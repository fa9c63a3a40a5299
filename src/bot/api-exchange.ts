import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Readable } from "node:stream";

/** The part of a fetch init that grammY fills. Its abort signal is a polyfill that node's own functions refuse. */
export interface ClientInit {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: {
    readonly aborted: boolean;
    addEventListener(type: "abort", listener: () => void): void;
  };
}

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

/** Why no answer came: "timed out", "aborted", "no answer (ECONNRESET)". Never holds the URL, which contains the token. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** An idle connection is closed before Telegram may do so: a request on a connection that just closed would be lost. */
const IDLE_MS = 4_000;
/** The largest answer is a batch of a hundred updates, far below a megabyte. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export type Exchange = (url: string, init: ClientInit, timeoutMs: number) => Promise<ApiAnswer>;

/**
 * Makes one HTTP exchange, over connections that are kept open. It uses node:http, because the global fetch takes several
 * times the CPU for the small requests of a tap. The timeout covers the body of the answer too. Follows no redirects.
 */
export function createExchange(): Exchange {
  const options = { keepAlive: true, timeout: IDLE_MS };
  const plain = new HttpAgent(options);
  const secure = new HttpsAgent(options);

  function begin(url: string, init: RequestOptions, onAnswer: (answer: IncomingMessage) => void) {
    const isSecure = url.startsWith("https:");
    return isSecure
      ? httpsRequest(url, { ...init, agent: secure }, onAnswer)
      : httpRequest(url, { ...init, agent: plain }, onAnswer);
  }

  return (url, init, timeoutMs) =>
    new Promise((resolve, reject) => {
      const fail = (error: unknown): void => reject(new NoAnswer(reasonOf(error)));
      if (init.signal?.aborted) return reject(new NoAnswer("aborted"));
      const { method = "POST", headers = {}, body } = init;
      const sized =
        typeof body === "string" ? { ...headers, "content-length": Buffer.byteLength(body) } : headers;
      let request: ReturnType<typeof httpRequest>;
      try {
        request = begin(url, { method, headers: sized }, (answer) => read(answer, resolve, fail));
      } catch (error) {
        return fail(error);
      }
      const stop = (why: string) => (): void => void request.destroy(new NoAnswer(why));
      const timer = setTimeout(stop("timed out"), timeoutMs);
      init.signal?.addEventListener("abort", stop("aborted"));
      request.on("error", fail).on("close", () => clearTimeout(timer));
      // File uploads are streams; grammY aborts the call when one fails.
      if (body instanceof Readable) body.pipe(request);
      else request.end(typeof body === "string" ? body : undefined);
    });
}

function read(
  answer: IncomingMessage,
  resolve: (answer: ApiAnswer) => void,
  fail: (error: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  answer.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) answer.destroy(new NoAnswer("answer too long"));
    else chunks.push(chunk);
  });
  answer.on("error", fail);
  answer.on("end", () =>
    resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
  );
}

/** Error messages of node can contain the whole address, so only the kind of failure is kept. */
function reasonOf(error: unknown): string {
  if (error instanceof NoAnswer) return error.message;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? `no answer (${code})` : "no answer";
}

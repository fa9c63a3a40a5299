import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { ProviderErrorDetails } from "../port/provider-error.ts";

export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly timeoutMs: number;
  /** A longer body is not read to its end; the request fails. */
  readonly maxBodyBytes: number;
  /**
   * Opens a new connection for this request. The upstream may close an idle kept-alive connection at any moment; a request
   * lost that way could not be told from one that was carried out.
   */
  readonly isFresh: boolean;
}

export type Exchange =
  | { readonly kind: "answer"; readonly status: number; readonly headers: Headers; readonly text: string }
  | { readonly kind: "failed"; readonly status: number | null; readonly failure: Failure };

/** Why there is no complete answer. The system's error is not passed on, because its message can hold an address or a key. */
export type Failure = Pick<ProviderErrorDetails, "kind" | "definite" | "reason">;

export type Transport = (outgoing: Outgoing) => Promise<Exchange>;

const MAX_SOCKETS = 32;

/** HTTP/1.1 without retries, redirects or compression. One timeout covers the whole exchange. Never rejects. */
export function createTransport(): Transport {
  const kept = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const single = { keepAlive: false, maxSockets: MAX_SOCKETS };
  const agents = {
    "http:": { request: requestHttp, kept: new HttpAgent(kept), single: new HttpAgent(single) },
    "https:": { request: requestHttps, kept: new HttpsAgent(kept), single: new HttpsAgent(single) },
  };
  return async (outgoing) => {
    const isTls = outgoing.url.protocol === "https:";
    const { request, kept, single } = agents[isTls ? "https:" : "http:"];
    const signal = AbortSignal.timeout(outgoing.timeoutMs);
    const progress: Progress = { isSent: false, status: null };
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const { method, headers, url, isFresh } = outgoing;
        const sending = request(url, { method, headers, signal, agent: isFresh ? single : kept }, resolve);
        sending.on("error", reject);
        sending.on("socket", (socket) => {
          // Nothing is written before the connection is open and, with TLS, the certificate is checked.
          if (socket.connecting) socket.once(isTls ? "secureConnect" : "connect", () => setSent(progress));
          else setSent(progress);
        });
        sending.end(outgoing.body);
      });
      progress.status = response.statusCode ?? null;
      return await readAnswer(response, outgoing.maxBodyBytes);
    } catch (error) {
      return { kind: "failed", status: progress.status, failure: failureOf(error, progress, signal.aborted) };
    }
  };
}

interface Progress {
  isSent: boolean;
  status: number | null;
}

function setSent(progress: Progress): void {
  progress.isSent = true;
}

/** Reads the whole body or fails, because a part of an answer proves nothing. */
async function readAnswer(response: IncomingMessage, maxBodyBytes: number): Promise<Exchange> {
  const status = response.statusCode ?? 0;
  const broken = (reason: string): Exchange => {
    response.destroy();
    return {
      kind: "failed",
      status,
      failure: { kind: "garbage", definite: false, reason: `HTTP ${status}, ${reason}` },
    };
  };
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size > maxBodyBytes) return broken("body too large");
    chunks.push(chunk);
  }
  if (!response.complete) return broken("body cut off");
  const headers = new Headers();
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return { kind: "answer", status, headers, text: new TextDecoder().decode(Buffer.concat(chunks)) };
}

function failureOf(error: unknown, progress: Progress, isOutOfTime: boolean): Failure {
  const code = codeOf(error);
  if (!progress.isSent) {
    return { kind: "unreachable", definite: true, reason: isOutOfTime ? "no connection in time" : code };
  }
  if (isOutOfTime) return { kind: "timeout", definite: false, reason: "no answer in time" };
  if (progress.status === null) return { kind: "unavailable", definite: false, reason: code };
  return { kind: "garbage", definite: false, reason: `HTTP ${progress.status}, body cut off` };
}

/** The system's error code, such as "ECONNREFUSED" or "CERT_HAS_EXPIRED". */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "connection failed";
  const found: unknown = Object.getOwnPropertyDescriptor(error, "code")?.value;
  return typeof found === "string" ? found : "connection failed";
}

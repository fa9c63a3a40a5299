import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { looksLikeHtml } from "./body.ts";
import { ProviderError } from "./errors.ts";
import type { RequestGate, RequestRecord } from "./gate.ts";
import { failureOf } from "./network-failure.ts";
import type { Priority } from "./provider.ts";

/** How long a purchase may take; whoever settles purchases in doubt has to wait longer than this. */
export const PURCHASE_TIMEOUT_MS = 30_000;
const TIMEOUT_MS = 10_000;
/** The largest price list seen is 9 MB unfiltered; ours are per service. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const DEFAULT_PENALTY_MS = 5_000;
const MAX_PENALTY_MS = 5 * 60_000;

export interface HttpRequest {
  /** A method of the port ("buy", "check"), for logs, metrics and errors. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly priority: Priority;
  readonly timeoutMs?: number;
}

/** A complete answer with any status but 3xx and 429. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface ProviderHttp {
  /** The provider's name, for errors. */
  readonly provider: string;
  request(request: HttpRequest): Promise<HttpAnswer>;
}

export interface ProviderHttpDeps {
  readonly provider: string;
  readonly gate: RequestGate;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Instead of the usual 30 s for purchases and 10 s for all else. */
  readonly timeoutMs?: number;
  readonly onRequest?: (record: RequestRecord) => void;
}

/**
 * One HTTP request to an upstream: no retry, no redirect, a time limit, a bounded body. Rejects with a ProviderError
 * only, which holds no URL, header or body, since upstreams want their keys in any of these.
 */
export function createProviderHttp(deps: ProviderHttpDeps): ProviderHttp {
  return {
    provider: deps.provider,
    async request(request) {
      await passGate(deps, request);
      const startedAt = deps.clock.now().getTime();
      let status: number | null = null;
      let failure: string | null = null;
      try {
        const answer = await exchange(deps, request, (seen) => {
          status = seen;
        });
        await obey(deps, answer);
        return answer;
      } catch (error) {
        failure = error instanceof ProviderError ? error.kind : "internal";
        throw error;
      } finally {
        const durationMs = deps.clock.now().getTime() - startedAt;
        const { provider } = deps;
        const { operation, method } = request;
        deps.logger.debug({ provider, operation, status, durationMs, error: failure }, "provider request");
        deps.onRequest?.({ provider, operation, method, status, durationMs, error: failure });
      }
    },
  };
}

/** The gate is in the database; without it no request may be sent, and none was. */
async function passGate(deps: ProviderHttpDeps, request: HttpRequest): Promise<void> {
  const { provider, gate, logger } = deps;
  try {
    await gate.acquire(request.priority);
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    logger.error({ provider, operation: request.operation, error: messageOf(error) }, "request gate failed");
    throw new ProviderError({ provider, kind: "unreachable", definite: true, reason: "request gate failed" });
  }
}

/** Whatever becomes of the note that we must wait, the answer itself counts. */
async function penalise(deps: ProviderHttpDeps, waitMs: number): Promise<void> {
  const { provider, gate, logger } = deps;
  try {
    await gate.penalise(waitMs);
  } catch (error) {
    logger.error({ provider, error: messageOf(error) }, "request gate cannot be closed");
  }
}

async function exchange(
  deps: ProviderHttpDeps,
  request: HttpRequest,
  onStatus: (status: number) => void,
): Promise<HttpAnswer> {
  const usualMs = deps.timeoutMs ?? (request.priority === "purchase" ? PURCHASE_TIMEOUT_MS : TIMEOUT_MS);
  const outgoing = build(deps.provider, request, AbortSignal.timeout(request.timeoutMs ?? usualMs));
  let response: Response;
  try {
    response = await fetch(outgoing);
  } catch (error) {
    throw new ProviderError({ provider: deps.provider, ...failureOf(error) });
  }
  onStatus(response.status);
  const text = await readText(deps.provider, response);
  return { status: response.status, headers: response.headers, text };
}

function build(provider: string, request: HttpRequest, signal: AbortSignal): Request {
  const { body } = request;
  const headers = { accept: "application/json, text/plain, */*", ...request.headers };
  try {
    return new Request(request.url, {
      method: request.method,
      headers: body ? { ...headers, "content-type": "application/json" } : headers,
      ...(body && { body: JSON.stringify(body) }),
      redirect: "manual",
      signal,
    });
  } catch {
    // The platform's own error quotes the header or URL that it refuses, and with it the key.
    throw new ProviderError({
      provider,
      kind: "refused",
      definite: true,
      reason: "the request cannot be built",
    });
  }
}

/** Reads the whole body or fails: a part of an answer proves nothing. */
async function readText(provider: string, response: Response): Promise<string> {
  const broken = (reason: string): ProviderError =>
    new ProviderError({ provider, kind: "garbage", definite: false, reason });
  if (!response.body) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      size += chunk.byteLength;
      if (size > MAX_BODY_BYTES) throw broken(`HTTP ${response.status}, body too large`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    const failure = failureOf(error);
    if (failure.kind === "timeout") throw new ProviderError({ provider, ...failure });
    throw broken(`HTTP ${response.status}, body cut off`);
  }
  const declared = response.headers.get("content-length");
  const isPlain = response.headers.get("content-encoding") === null;
  if (declared !== null && isPlain && Number(declared) !== size) {
    throw broken(`HTTP ${response.status}, ${size} of ${declared} bytes`);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** Statuses that mean the same in every protocol: redirects are never followed, "slow down" is obeyed at once. */
async function obey(deps: ProviderHttpDeps, answer: HttpAnswer): Promise<void> {
  const { provider } = deps;
  if (answer.status >= 300 && answer.status < 400) {
    throw new ProviderError({ provider, kind: "garbage", definite: false, reason: `HTTP ${answer.status}` });
  }
  const askedMs = retryAfterMs(answer.headers.get("retry-after"), deps.clock.now());
  if (answer.status === 429) {
    const waitMs = askedMs ?? DEFAULT_PENALTY_MS;
    await penalise(deps, waitMs);
    throw new ProviderError({
      provider,
      kind: "rate_limited",
      // A page of a proxy is not the upstream's word.
      definite: !looksLikeHtml(answer.text),
      reason: "HTTP 429",
      retryAfterMs: waitMs,
    });
  }
  if (answer.status === 503 && askedMs !== undefined) await penalise(deps, askedMs);
}

/** Retry-After is seconds or a date (RFC 9110, 10.2.3). Bounded: an upstream cannot switch itself off for a day. */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 1000), MAX_PENALTY_MS) : undefined;
}

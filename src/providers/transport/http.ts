import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import type { Priority } from "../port/provider.ts";
import { ProviderError } from "../port/provider-error.ts";
import { looksLikeHtml } from "./body.ts";
import type { RequestGate, RequestRecord } from "./gate.ts";
import { createTransport, type Exchange, type Transport } from "./transport.ts";

/** The timeout of a purchase. Reconciliation must wait longer before it decides that a purchase is in doubt. */
export const PURCHASE_TIMEOUT_MS = 30_000;
/**
 * A purchase that has waited so long is not made any more: this process stood still, and what became of the purchase is
 * being decided without it.
 */
export const PURCHASE_PATIENCE_MS = PURCHASE_TIMEOUT_MS / 2;
const TIMEOUT_MS = 10_000;
/** The largest price list known is 5sim's full list, with 9 MB. */
const MAX_LIST_BYTES = 16 * 1024 * 1024;
/** Enough for one order or a page of a hundred orders. */
const MAX_ORDER_BYTES = 1024 * 1024;
const listOperations: ReadonlySet<string> = new Set(["services", "countries", "prices"]);
const DEFAULT_PENALTY_MS = 5_000;
const MAX_PENALTY_MS = 5 * 60_000;

export interface HttpRequest {
  /** Names the request in logs, metrics and errors: a method of the port ("buy") or a part of one ("text"). */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly priority: Priority;
  readonly timeoutMs?: number;
}

/** A complete answer. Its status is never 3xx or 429, which end as errors. */
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
  /** Replaces the default timeouts: 30 s for purchases, 10 s for everything else. */
  readonly timeoutMs?: number;
  readonly onRequest?: (record: RequestRecord) => void;
}

/**
 * Sends one HTTP request to an upstream, without retries or redirects, with a timeout and a limited body. Rejects with a
 * ProviderError only. The error holds no URL, header or body, because any of these may contain the API key.
 */
export function createProviderHttp(deps: ProviderHttpDeps): ProviderHttp {
  const { provider } = deps;
  const transport = createTransport();
  return {
    provider,
    async request(request) {
      await passGate(deps, request);
      const startedAt = deps.clock.now().getTime();
      const outcome = await exchange(deps, transport, request);
      const durationMs = deps.clock.now().getTime() - startedAt;
      const error = outcome.kind === "failed" ? outcome.failure.kind : null;
      const record = {
        operation: request.operation,
        priority: request.priority,
        method: request.method,
        status: outcome.status,
        durationMs,
        error,
      };
      deps.logger.debug({ provider, ...record }, "provider request");
      deps.onRequest?.({ provider, ...record });
      if (outcome.kind === "failed") throw new ProviderError({ provider, ...outcome.failure });
      await obey(deps, outcome);
      return outcome;
    },
  };
}

/** Waits for the request budget. If the database fails, no request is sent, so the error is definite. */
async function passGate(deps: ProviderHttpDeps, request: HttpRequest): Promise<void> {
  const { provider, gate, logger, clock } = deps;
  const askedAt = clock.now();
  try {
    await gate.acquire(request.priority);
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    logger.error({ provider, operation: request.operation, error: messageOf(error) }, "request gate failed");
    throw new ProviderError({ provider, kind: "unreachable", definite: true, reason: "request gate failed" });
  }
  if (request.priority === "purchase" && isTooLate(askedAt, clock.now())) throw tooLate(provider);
}

/** Whether a purchase that was decided then may still be made now. */
export function isTooLate(decidedAt: Date, now: Date): boolean {
  return now.getTime() - decidedAt.getTime() > PURCHASE_PATIENCE_MS;
}

/** No request was sent, because its time had passed. */
export function tooLate(provider: string): ProviderError {
  const details = {
    kind: "rate_limited",
    definite: true,
    wasAsked: false,
    reason: "this process stood still",
  } as const;
  return new ProviderError({ provider, ...details });
}

/** Stores the pause. A failure is only logged, because the upstream's answer must still be returned. */
async function penalise(
  deps: ProviderHttpDeps,
  waitMs: number,
  reason: Parameters<RequestGate["penalise"]>[1],
): Promise<void> {
  const { provider, gate, logger } = deps;
  try {
    await gate.penalise(waitMs, reason);
  } catch (error) {
    logger.error({ provider, error: messageOf(error) }, "request gate cannot be closed");
  }
}

async function exchange(
  deps: ProviderHttpDeps,
  transport: Transport,
  request: HttpRequest,
): Promise<Exchange> {
  const isPurchase = request.priority === "purchase";
  const usualMs = deps.timeoutMs ?? (isPurchase ? PURCHASE_TIMEOUT_MS : TIMEOUT_MS);
  const body = request.body && JSON.stringify(request.body);
  return await transport({
    method: request.method,
    url: request.url,
    headers: {
      accept: "application/json, text/plain, */*",
      ...(body !== undefined && {
        "content-type": "application/json",
        "content-length": `${Buffer.byteLength(body)}`,
      }),
      ...request.headers,
    },
    body,
    timeoutMs: request.timeoutMs ?? usualMs,
    maxBodyBytes: listOperations.has(request.operation) ? MAX_LIST_BYTES : MAX_ORDER_BYTES,
    isFresh: isPurchase,
  });
}

/** Handles the statuses that mean the same in every protocol: 3xx is an error, 429 pauses all requests and lowers the rate. */
async function obey(deps: ProviderHttpDeps, answer: HttpAnswer): Promise<void> {
  const { provider } = deps;
  if (answer.status >= 300 && answer.status < 400) {
    throw new ProviderError({ provider, kind: "garbage", definite: false, reason: `HTTP ${answer.status}` });
  }
  const askedMs = retryAfterMs(answer.headers.get("retry-after"), deps.clock.now());
  if (answer.status === 429) {
    const waitMs = askedMs ?? DEFAULT_PENALTY_MS;
    await penalise(deps, waitMs, "too_fast");
    throw new ProviderError({
      provider,
      kind: "rate_limited",
      // An HTML page comes from a proxy, so it does not prove that the upstream refused.
      definite: !looksLikeHtml(answer.text),
      reason: "HTTP 429",
      retryAfterMs: waitMs,
    });
  }
  if (answer.status === 503 && askedMs !== undefined) await penalise(deps, askedMs, "busy");
}

/** Parses Retry-After: seconds or a date (RFC 9110, 10.2.3). Limited, so that one answer cannot block a provider for a day. */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 1000), MAX_PENALTY_MS) : undefined;
}

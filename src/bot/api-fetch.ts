import { z } from "zod";
import type { Clock } from "../core/clock.ts";

export interface ApiCall {
  readonly method: string;
  /** HTTP status; 0: no answer came. */
  readonly status: number;
  readonly durationMs: number;
}

export interface ApiFetchDeps {
  readonly clock: Clock;
  readonly onCall?: (call: ApiCall) => void;
  /** False: a wait that Telegram names is the caller's to keep, however short. */
  readonly waitsForFloods?: boolean;
}

/** The part of a fetch init that grammY fills. Its abort signal is a polyfill that the global fetch refuses. */
interface ClientInit {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: {
    readonly aborted: boolean;
    addEventListener(type: "abort", listener: () => void): void;
  };
}

const CALL_TIMEOUT_MS = 15_000;
const POLL_TIMEOUT_MS = 45_000;
/** A tap must not hang longer than this. The outbox handles longer waits. */
const MAX_RETRY_AFTER_S = 3;
const MAX_RETRIES = 2;

const floodSchema = z.object({ parameters: z.object({ retry_after: z.number().int().min(0) }) });

/**
 * The `client.fetch` of the bot. Conversations have API objects of their own, but every call goes through this
 * function. It gives each call a timeout, waits and tries again when Telegram names a short wait (429), and keeps the
 * URL, which contains the token, out of errors.
 */
export function createApiFetch(deps: ApiFetchDeps): (url: string, init?: ClientInit) => Promise<Response> {
  const retries = (deps.waitsForFloods ?? true) ? MAX_RETRIES : 0;
  return async (url, init = {}) => {
    const method = url.slice(url.lastIndexOf("/") + 1);
    const cancelled = bridgeSignal(init.signal);
    for (let attempt = 0; ; attempt++) {
      const response = await callOnce(deps, method, url, init, cancelled);
      if (response.status !== 429 || attempt >= retries) return response;
      const flood = floodSchema.safeParse(await readJson(response.clone()));
      if (!flood.success || flood.data.parameters.retry_after > MAX_RETRY_AFTER_S) return response;
      await deps.clock.sleep(flood.data.parameters.retry_after * 1000, cancelled);
      if (cancelled.aborted) return response;
    }
  };
}

async function callOnce(
  deps: ApiFetchDeps,
  method: string,
  url: string,
  init: ClientInit,
  cancelled: AbortSignal,
): Promise<Response> {
  const timeoutMs = method === "getUpdates" ? POLL_TIMEOUT_MS : CALL_TIMEOUT_MS;
  const startedAt = deps.clock.now().getTime();
  let status = 0;
  try {
    const response = await fetch(url, {
      method: init.method ?? "POST",
      ...(init.headers && { headers: init.headers }),
      ...bodyOf(init.body),
      signal: AbortSignal.any([cancelled, AbortSignal.timeout(timeoutMs)]),
    });
    status = response.status;
    // Read here, so that the timeout covers the body too.
    return new Response(await response.arrayBuffer(), { status, headers: response.headers });
  } catch (error) {
    throw new Error(`${method}: ${reasonOf(error)}`);
  } finally {
    deps.onCall?.({ method, status, durationMs: deps.clock.now().getTime() - startedAt });
  }
}

/** File uploads are streams; a stream as a body must say that it is sent before the answer is read. */
function bodyOf(body: unknown): RequestInit {
  if (typeof body === "string") return { body };
  if (body === undefined || body === null) return {};
  const init: RequestInit & { duplex: "half" } = {
    body: body as NonNullable<RequestInit["body"]>,
    duplex: "half",
  };
  return init;
}

function bridgeSignal(signal: ClientInit["signal"]): AbortSignal {
  const controller = new AbortController();
  if (signal?.aborted) controller.abort();
  else signal?.addEventListener("abort", () => controller.abort());
  return controller.signal;
}

/** Error messages of fetch can contain the whole URL, so only the kind of failure is kept. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  if (error.name === "TimeoutError") return "timed out";
  if (error.name === "AbortError") return "aborted";
  const code = error.cause instanceof Error && "code" in error.cause ? error.cause.code : undefined;
  return typeof code === "string" ? `no answer (${code})` : "no answer";
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // A 429 that is not JSON: then there is no wait to read, and the caller sees the answer as it is.
    return undefined;
  }
}

import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { type ApiAnswer, type ClientInit, createExchange, type Exchange, NoAnswer } from "./api-exchange.ts";

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

const CALL_TIMEOUT_MS = 15_000;
const POLL_TIMEOUT_MS = 45_000;
/** A tap must not hang longer than this. The outbox handles longer waits. */
const MAX_RETRY_AFTER_S = 3;
const MAX_RETRIES = 2;

const floodSchema = z.object({ parameters: z.object({ retry_after: z.number().int().min(0) }) });

/** A Response whose text is here already: its own streams would cost as much as the rest of the call. */
function responseOf({ status, text }: ApiAnswer): Response {
  // Not by assignment: a web server in this process may have put its own class in the place of node's, with fixed methods.
  return Object.defineProperties(new Response(null, { status }), {
    text: { value: async () => text },
    json: { value: async (): Promise<unknown> => JSON.parse(text) },
  });
}

/**
 * The `client.fetch` of the bot. Conversations have API objects of their own, but every call goes through this
 * function. It gives each call a timeout, waits and tries again when Telegram names a short wait (429), and keeps the
 * URL, which contains the token, out of errors.
 */
export function createApiFetch(deps: ApiFetchDeps): (url: string, init?: ClientInit) => Promise<Response> {
  const retries = (deps.waitsForFloods ?? true) ? MAX_RETRIES : 0;
  const exchange = createExchange();
  return async (url, init = {}) => {
    const method = url.slice(url.lastIndexOf("/") + 1);
    for (let attempt = 0; ; attempt++) {
      const answer = await callOnce(deps, exchange, { method, url, init });
      if (answer.status !== 429 || attempt >= retries) return responseOf(answer);
      const waitS = floodSchema.safeParse(readJson(answer.text)).data?.parameters.retry_after;
      if (waitS === undefined || waitS > MAX_RETRY_AFTER_S) return responseOf(answer);
      const cancelled = bridgeSignal(init.signal);
      await deps.clock.sleep(waitS * 1000, cancelled);
      if (cancelled.aborted) return responseOf(answer);
    }
  };
}

async function callOnce(
  deps: ApiFetchDeps,
  exchange: Exchange,
  call: { readonly method: string; readonly url: string; readonly init: ClientInit },
): Promise<ApiAnswer> {
  const { method, url, init } = call;
  const timeoutMs = method === "getUpdates" ? POLL_TIMEOUT_MS : CALL_TIMEOUT_MS;
  const startedAt = deps.clock.now().getTime();
  let status = 0;
  try {
    const answer = await exchange(url, init, timeoutMs);
    status = answer.status;
    return answer;
  } catch (error) {
    throw new Error(`${method}: ${error instanceof NoAnswer ? error.message : "failed"}`);
  } finally {
    deps.onCall?.({ method, status, durationMs: deps.clock.now().getTime() - startedAt });
  }
}

function bridgeSignal(signal: ClientInit["signal"]): AbortSignal {
  const controller = new AbortController();
  if (signal?.aborted) controller.abort();
  else signal?.addEventListener("abort", () => controller.abort());
  return controller.signal;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A 429 that is not JSON: then there is no wait to read, and the caller sees the answer as it is.
    return undefined;
  }
}

import { setMaxListeners } from "node:events";
import type { Clock } from "../../src/core/clock.ts";
import { badRequest } from "./errors.ts";
import type { EventHub } from "./events.ts";
import type { QueuedUpdate, UpdateQueue } from "./update-queue.ts";
import { toUnix, type WireObject } from "./wire.ts";

const DELIVERY_TIMEOUT_MS = 60_000;
const MAX_RETRY_DELAY_MS = 60_000;
/** How many queued updates are searched for one whose lane is free. */
const LOOK_AHEAD = 1_000;
const MAX_RETRY_AFTER_SECONDS = 3_600;

interface WebhookSettings {
  readonly url: string;
  readonly secretToken: string | undefined;
  readonly maxConnections: number;
}

export interface Webhook {
  /** Starts delivery to the URL, or ends it for undefined. Updates that were not taken stay queued. */
  set(settings: WebhookSettings | undefined): void;
  isSet(): boolean;
  /** The WebhookInfo object. */
  info(): WireObject;
  close(): void;
}

/**
 * Delivers queued updates by POST: updates of one lane (a user) in order, lanes side by side up to
 * `maxConnections`. A refused update is tried again at once, then after 2, 4, 8 ... 60 s of the injected clock,
 * and holds its lane meanwhile.
 */
export function createWebhook(deps: { clock: Clock; queue: UpdateQueue; events: EventHub }): Webhook {
  const { clock, queue, events } = deps;
  let settings: WebhookSettings | undefined;
  let run = new AbortController();
  let lastError: { at: Date; message: string } | undefined;
  const busyLanes = new Set<string>();

  const deliver = async (update: QueuedUpdate, to: WebhookSettings, signal: AbortSignal): Promise<void> => {
    let delayMs = 1_000;
    for (let failures = 0; !signal.aborted; failures += 1) {
      // Expired or dropped while it waited for its next try.
      if (failures > 0 && !queue.has(update.id)) return;
      const failure = await post(update, to, signal);
      if (signal.aborted) return;
      if (failure === undefined) {
        queue.remove(update.id);
        events.emit({ type: "update_delivered", updateId: update.id, kind: update.kind, via: "webhook" });
        return;
      }
      lastError = { at: clock.now(), message: failure.message };
      if (failures > 0) delayMs = Math.min(MAX_RETRY_DELAY_MS, delayMs * 2);
      const waitMs = failure.retryAfterSeconds * 1000 || (failures > 0 ? delayMs : 0);
      await clock.sleep(waitMs, signal);
    }
  };

  const pump = (): void => {
    const to = settings;
    if (!to) return;
    const { signal } = run;
    for (const repeat of queue.takeRepeats()) void deliver(repeat, to, signal);
    for (const update of queue.read(0, LOOK_AHEAD)) {
      if (busyLanes.size >= to.maxConnections) return;
      if (busyLanes.has(update.lane)) continue;
      busyLanes.add(update.lane);
      void deliver(update, to, signal).then(() => {
        // A later set() has its own lanes.
        if (signal.aborted) return;
        busyLanes.delete(update.lane);
        pump();
      });
    }
  };
  const stopListening = queue.onPush(pump);

  const set = (next: WebhookSettings | undefined): void => {
    run.abort();
    run = new AbortController();
    // One for each delivery under way: `maxConnections` bounds them.
    setMaxListeners(0, run.signal);
    busyLanes.clear();
    settings = next;
    if (next === undefined) lastError = undefined;
    pump();
  };

  return {
    set,
    isSet: () => settings !== undefined,
    info: () => ({
      url: settings?.url ?? "",
      has_custom_certificate: false,
      pending_update_count: queue.pending(),
      ...(settings ? { max_connections: settings.maxConnections } : {}),
      ...(lastError ? { last_error_date: toUnix(lastError.at), last_error_message: lastError.message } : {}),
      ...(queue.allowed().length > 0 ? { allowed_updates: queue.allowed() } : {}),
    }),
    close() {
      stopListening();
      set(undefined);
    },
  };
}

/** Throws Telegram's refusal of an unusable URL or secret. Plain HTTP is accepted for private addresses only. */
export function checkWebhook(url: string, secretToken: string | undefined): void {
  if (!URL.canParse(url)) throw badRequest("invalid webhook URL specified");
  const { protocol, hostname } = new URL(url);
  const isPrivate = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[::1\])/.test(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && isPrivate)) {
    throw badRequest("bad webhook: An HTTPS URL must be provided for webhook");
  }
  if ((secretToken ?? "").length > 256) throw badRequest("secret token is too long");
  if (!/^[A-Za-z0-9_-]*$/.test(secretToken ?? "")) {
    throw badRequest("secret token contains unallowed characters");
  }
}

/** Posts one update. Undefined: the bot accepted it. */
async function post(
  update: QueuedUpdate,
  to: WebhookSettings,
  signal: AbortSignal,
): Promise<{ message: string; retryAfterSeconds: number } | undefined> {
  try {
    const response = await fetch(to.url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        ...(to.secretToken === undefined ? {} : { "x-telegram-bot-api-secret-token": to.secretToken }),
      },
      body: JSON.stringify(update.body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(DELIVERY_TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
    if (response.ok) return undefined;
    const retryAfterSeconds = Number(response.headers.get("retry-after") ?? 0) || 0;
    return {
      message: `Wrong response from the webhook: ${response.status} ${response.statusText}`.trimEnd(),
      retryAfterSeconds: Math.min(Math.max(retryAfterSeconds, 0), MAX_RETRY_AFTER_SECONDS),
    };
  } catch {
    // The update was not accepted. Telegram reports no details of the failure.
    return { message: "Connection failed", retryAfterSeconds: 0 };
  }
}

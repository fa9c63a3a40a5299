import { type Api, GrammyError } from "grammy";
import { backoffMs } from "../core/backoff.ts";
import { acquireLease, type Lease, releaseLease, renewLease } from "../db/queries/leases.ts";
import { allowedUpdates, updateIdOf } from "./lanes.ts";
import { createLoop, type Runnable, type StepResult } from "./loop.ts";
import { type StoreDeps, storeRaw } from "./store-updates.ts";

const POLL_SECONDS = 30;
/**
 * A poll that brought updates is followed by the next one after this long at the earliest, counted from its beginning. Where
 * taps come all the time, a few of them then share each poll, each statement that stores them and each claim. Who taps alone
 * waits for nothing, because the next poll waits at Telegram already.
 */
const SHARED_POLL_MS = 20;
const BATCH = 100;
/** Telegram answers a poll after 30 s at the latest. After this long the connection is dead, and a new poll begins. */
const STALL_MS = 45_000;
/** Renewed while a poll waits. After a kill, another replica polls when this has passed. */
const LEASE_MS = 6_000;
const RENEW_MS = 1_500;
const LEASE_NAME = "telegram-polling";
const STANDBY_MS = 2_000;
const RETRY = { baseMs: 1000, maxMs: 30_000 };
const WEBHOOK_CONNECTIONS = 40;

/** The methods of grammY's Api that bring updates in. */
type UpdateApi = Pick<Api, "getUpdates" | "setWebhook" | "deleteWebhook">;

export interface UpdateSourceDeps extends StoreDeps {
  readonly api: UpdateApi;
}

export interface PollingDeps extends UpdateSourceDeps {
  /** Names this process among the replicas. */
  readonly holder: string;
  /** When to give up on a poll that gets no answer. */
  readonly stallMs?: number;
}

export interface PollingSource extends Runnable {
  /** One long poll; for tests and the loop. */
  step(signal: AbortSignal): Promise<StepResult>;
}

/**
 * Long polling. The offset of the next poll confirms an update, and it moves only when the update is in the inbox. If the
 * process dies in between, Telegram sends the update again and the inbox knows it already. One replica polls at a time;
 * the others wait for its lease.
 */
export function createPollingSource(deps: PollingDeps): PollingSource {
  const { db, clock, logger } = deps;
  /** Undefined: the next poll asks for everything that is not confirmed. */
  let offset: number | undefined;
  let lease: Lease | undefined;
  /** When the lease was last known to be ours, in milliseconds of the clock. */
  let confirmedAtMs = Number.NEGATIVE_INFINITY;
  const poll = createPoll(deps);
  const loop = createLoop({ name: "telegram polling", everyMs: 0, run: step, clock, logger });

  async function step(signal: AbortSignal): Promise<StepResult> {
    const wasOurs = lease !== undefined;
    if (clock.steadyMs() - confirmedAtMs >= RENEW_MS) await confirmLease();
    if (!lease) {
      await clock.sleep(STANDBY_MS, signal);
      return "again";
    }
    if (!wasOurs) offset = undefined;
    const begunAtMs = clock.now().getTime();
    const updates = await pollHolding(lease, signal);
    if (updates.length === 0) return "again";
    await storeRaw(deps, updates);
    // No update among them moves the offset, so the same batch would come again at once, and again.
    const next = nextOffset(updates);
    if (next === undefined) await clock.sleep(RETRY.maxMs, signal);
    else offset = next;
    const passedMs = clock.now().getTime() - begunAtMs;
    // The clock may be set back.
    return { pauseMs: Math.min(Math.max(SHARED_POLL_MS - passedMs, 0), SHARED_POLL_MS) };
  }

  /** Takes the lease or extends it. It is asked for once in a while and not with every poll, of which a busy shop makes many. */
  async function confirmLease(): Promise<void> {
    const askedAtMs = clock.steadyMs();
    lease = await acquireLease(db, LEASE_NAME, deps.holder, LEASE_MS);
    confirmedAtMs = lease ? askedAtMs : Number.NEGATIVE_INFINITY;
  }

  /** One poll, which ends early when the lease is lost: two pollers would take each other's updates. */
  async function pollHolding(held: Lease, signal: AbortSignal): Promise<readonly unknown[]> {
    const over = new AbortController();
    const ending = new AbortController();
    // Not AbortSignal.any: each use of it would leave a trace on a signal that lives as long as the shop.
    const end = (): void => ending.abort();
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    const keeping = keepLease(held, over.signal).then((isKept) => isKept || end());
    try {
      return await poll(ending.signal, offset);
    } finally {
      signal.removeEventListener("abort", end);
      // With a reason, because node would make an error at every poll.
      over.abort("polled");
      await keeping;
    }
  }

  /** Renews the lease until the signal; false: somebody else has it. */
  async function keepLease(held: Lease, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      await clock.sleep(RENEW_MS, signal);
      if (signal.aborted) return true;
      try {
        const askedAtMs = clock.steadyMs();
        if (!(await renewLease(db, held, LEASE_MS))) {
          confirmedAtMs = Number.NEGATIVE_INFINITY;
          return false;
        }
        confirmedAtMs = askedAtMs;
      } catch (error) {
        logger.warn({ error }, "the polling lease could not be renewed");
      }
    }
  }

  return {
    name: loop.name,
    loops: loop.loops,
    start: loop.start,
    async stop() {
      await loop.stop();
      if (lease) await releaseLease(db, lease);
      lease = undefined;
    },
    step,
  };
}

/** Makes the call that brings the answer to one poll; a failed one waits out its back-off and brings nothing. */
function createPoll(
  deps: PollingDeps,
): (signal: AbortSignal, offset: number | undefined) => Promise<readonly unknown[]> {
  const { api, clock, logger } = deps;
  let failures = 0;
  return async (signal, offset) => {
    // A stop was asked for while the lease was taken. A poll begun now would delay it by half a minute.
    if (signal.aborted) return [];
    const attempt = new AbortController();
    const stop = (): void => attempt.abort();
    signal.addEventListener("abort", stop, { once: true });
    const watchdog = AbortSignal.timeout(deps.stallMs ?? STALL_MS);
    watchdog.addEventListener("abort", stop, { once: true });
    try {
      if (failures === 0 && offset === undefined) await api.deleteWebhook();
      const request = {
        limit: BATCH,
        timeout: POLL_SECONDS,
        allowed_updates: allowedUpdates,
        ...(offset === undefined ? {} : { offset }),
      };
      const updates = await api.getUpdates(request, grammySignal(attempt.signal));
      failures = 0;
      return updates;
    } catch (error) {
      if (signal.aborted) return [];
      failures += 1;
      const waitMs = Math.max(backoffMs(failures, RETRY), floodWaitMs(error));
      logger.error({ error, failures, waitMs, stalled: watchdog.aborted }, describe(error));
      await clock.sleep(waitMs, signal);
      return [];
    } finally {
      signal.removeEventListener("abort", stop);
      watchdog.removeEventListener("abort", stop);
    }
  };
}

/** grammY's types want the signal of a polyfill; at run time it takes the platform's. */
function grammySignal(signal: AbortSignal): Parameters<UpdateApi["getUpdates"]>[1] {
  return signal as unknown as Parameters<UpdateApi["getUpdates"]>[1];
}

/** What confirms these updates; undefined: there is none among them. */
function nextOffset(updates: readonly unknown[]): number | undefined {
  const ids = updates.flatMap((update) => updateIdOf(update) ?? []);
  return ids.length === 0 ? undefined : Math.max(...ids) + 1;
}

function floodWaitMs(error: unknown): number {
  return error instanceof GrammyError ? (error.parameters.retry_after ?? 0) * 1000 : 0;
}

function describe(error: unknown): string {
  const code = error instanceof GrammyError ? error.error_code : undefined;
  if (code === 401 || code === 404) return "Telegram does not accept BOT_TOKEN";
  if (code === 409) return "another program polls with this BOT_TOKEN, or a webhook is set";
  return "Telegram could not be polled";
}

/** Tells Telegram where to send updates, until it is accepted; the HTTP server stores what comes. */
export function createWebhookSource(
  deps: Pick<UpdateSourceDeps, "api" | "clock" | "logger"> & {
    readonly url: string;
    readonly secret: string;
  },
): Runnable {
  const { api, clock, logger } = deps;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function announce(): Promise<void> {
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      try {
        await api.setWebhook(deps.url, {
          secret_token: deps.secret,
          allowed_updates: allowedUpdates,
          max_connections: WEBHOOK_CONNECTIONS,
        });
        logger.info({}, "Telegram sends updates to our webhook");
        return;
      } catch (error) {
        const waitMs = Math.max(backoffMs(attempt, RETRY), floodWaitMs(error));
        logger.error({ error, attempt, waitMs }, "Telegram did not accept the webhook");
        await clock.sleep(waitMs, stopping.signal);
      }
    }
  }

  return {
    name: "telegram webhook",
    start() {
      running ??= announce();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

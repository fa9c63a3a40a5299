import { backoffMs } from "../core/backoff.ts";
import { type Checkpoint, noCheckpoint } from "../core/checkpoint.ts";
import type { Clock } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import {
  abandonUpdate,
  type ClaimedUpdate,
  claimUpdates,
  releaseUpdate,
  renewUpdates,
} from "../db/queries/inbox.ts";
import { createCompletion } from "./completion.ts";
import { createLoop, type Runnable, type StepResult } from "./loop.ts";

const CONCURRENCY = 64;
const MAX_ATTEMPTS = 5;
/**
 * An update is given up after this many claims when the process died each time. It is more than MAX_ATTEMPTS, because the
 * process may die for a reason that has nothing to do with the update.
 */
const MAX_CLAIMS = 20;
const POLL_MS = 500;
/** After a crash, the person whose update was in hand waits this long at most for the next one. */
const LEASE_MS = 6_000;
const RENEW_MS = 1_500;
const TIMEOUT_MS = 60_000;
const RETRY = { baseMs: 1000, maxMs: 30_000 };

type UpdateOutcome = "done" | "retry" | "failed" | "timeout" | "lost";

export interface InboxWorkerDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Handles one update. After a rejection it is tried again, five times in all. */
  readonly handleUpdate: (update: unknown) => Promise<void>;
  /** `sinceStoredMs` counts from the moment the update was stored. */
  readonly onHandled?: (outcome: UpdateOutcome, durationMs: number, sinceStoredMs: number) => void;
  readonly checkpoint?: Checkpoint;
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  readonly completeTogetherMs?: number;
}

export interface InboxWorker extends Runnable {
  /** New updates were stored in this process. */
  wake(): void;
  /** Claims what is free and starts to handle it; called by the loop, and by tests. */
  step(): Promise<StepResult>;
  /** Resolves when nothing is in hand. */
  settled(): Promise<void>;
}

/**
 * Hands stored updates to the bot: those of one person in order, people in parallel. A failed update is tried again while
 * its lane waits. After the last try it is kept as failed, and the lane goes on. An update that takes longer than a minute
 * is given up at once: what was begun may still take effect, so doing it again could do it twice.
 */
export function createInboxWorker(deps: InboxWorkerDeps): InboxWorker {
  const { db, clock, logger, checkpoint = noCheckpoint } = deps;
  const concurrency = deps.concurrency ?? CONCURRENCY;
  const inHand = new Map<ClaimedUpdate, Promise<void>>();
  const completion = createCompletion({
    db,
    clock,
    hasCompany: () => inHand.size > 1,
    onNext: () => claiming.wake(),
    ...(deps.completeTogetherMs !== undefined && { togetherMs: deps.completeTogetherMs }),
  });
  /** The last claim found no slot free, or took one for each: more updates may wait for one. */
  let isFull = false;

  const claiming = createLoop({ name: "inbox", everyMs: POLL_MS, run: step, clock, logger });
  const renewing = createLoop({ name: "inbox leases", everyMs: RENEW_MS, run: renew, clock, logger });

  async function step(): Promise<StepResult> {
    const limit = concurrency - inHand.size;
    isFull = limit <= 0;
    if (isFull) return "idle";
    const askedAtMs = clock.steadyMs();
    const claimed = await claimUpdates(db, { limit, leaseMs: LEASE_MS, leaseToken: newId() });
    if (claimed.length > 0) checkpoint("inbox/claimed");
    if (clock.steadyMs() - askedAtMs >= LEASE_MS) return await giveBack(db, claimed);
    for (const update of claimed) inHand.set(update, work(update));
    isFull = claimed.length === limit;
    return isFull ? "again" : "idle";
  }

  async function renew(): Promise<StepResult> {
    await renewUpdates(db, [...inHand.keys()], LEASE_MS);
    return "idle";
  }

  async function work(update: ClaimedUpdate): Promise<void> {
    const startedAt = clock.now();
    try {
      const outcome = await handle(update);
      const now = clock.now().getTime();
      deps.onHandled?.(outcome, now - startedAt.getTime(), now - update.receivedAt.getTime());
    } catch (error) {
      // The lease runs out and the update is claimed again: nothing is lost but time.
      logOf(logger, update).error({ error }, "update could not be settled");
    } finally {
      inHand.delete(update);
      if (isFull) claiming.wake();
    }
  }

  async function handle(update: ClaimedUpdate): Promise<UpdateOutcome> {
    // It was claimed again and again and never settled, so it takes the process down with it.
    if (update.attempts > MAX_CLAIMS) return abandon(update, "failed");
    const outcome = await withTimeout(deps, update);
    if (outcome.kind === "done") return complete(update);
    if (outcome.kind === "timeout") return abandon(update, "timeout");
    logOf(logger, update).error({ error: outcome.error }, "update failed");
    if (update.attempts >= MAX_ATTEMPTS) return abandon(update, "failed");
    return (await releaseUpdate(db, update, backoffMs(update.attempts, RETRY))) ? "retry" : "lost";
  }

  async function complete(update: ClaimedUpdate): Promise<UpdateOutcome> {
    checkpoint("inbox/handled");
    const isOurs = await completion.complete(update);
    checkpoint("inbox/completed");
    return isOurs ? "done" : "lost";
  }

  async function abandon(update: ClaimedUpdate, why: "failed" | "timeout"): Promise<UpdateOutcome> {
    logOf(logger, update).error({ why }, "update given up, kept in the inbox as failed");
    const isOurs = await abandonUpdate(db, update, clock.now());
    claiming.wake();
    return isOurs ? why : "lost";
  }

  async function settled(): Promise<void> {
    while (inHand.size > 0) await Promise.all(inHand.values());
  }

  return {
    name: "inbox",
    loops: [...claiming.loops, ...renewing.loops],
    start() {
      claiming.start();
      renewing.start();
    },
    async stop() {
      await claiming.stop();
      await settled();
      await renewing.stop();
    },
    wake() {
      completion.announce();
      claiming.wake();
    },
    step,
    settled,
  };
}

function logOf(logger: Logger, { updateId, attempts }: ClaimedUpdate): Logger {
  return logger.child({ updateId, attempt: attempts });
}

async function withTimeout(
  deps: InboxWorkerDeps,
  update: ClaimedUpdate,
): Promise<{ kind: "done" } | { kind: "timeout" } | { kind: "error"; error: unknown }> {
  const timer = new AbortController();
  const handled = deps.handleUpdate(update.payload).then(
    () => ({ kind: "done" }) as const,
    (error: unknown) => ({ kind: "error", error }) as const,
  );
  const expired = deps.clock
    .sleep(deps.timeoutMs ?? TIMEOUT_MS, timer.signal)
    .then(() => ({ kind: "timeout" }) as const);
  const outcome = await Promise.race([handled, expired]);
  // With a reason, because the error that node makes otherwise costs more than the timer.
  timer.abort("handled");
  return outcome;
}

/** For a process that stood still while it claimed them: another replica may have them in hand by now. */
async function giveBack(db: Database, claimed: readonly ClaimedUpdate[]): Promise<StepResult> {
  await Promise.all(claimed.map((update) => releaseUpdate(db, update, 0)));
  return "again";
}

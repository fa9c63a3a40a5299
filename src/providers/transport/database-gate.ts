import { addMs, type Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Executor } from "../../db/client.ts";
import { blockGate, bookTurn, ensureGate, selectGate } from "../../db/queries/provider-gates.ts";
import type { Priority } from "../port/provider.ts";
import { ProviderError } from "../port/provider-error.ts";
import type { RequestGate } from "./gate.ts";

export interface DatabaseGateDeps {
  readonly db: Executor;
  readonly provider: string;
  readonly requestsPerSecond: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Attempt {
  /** The share of the burst that stays reserved for more urgent requests, 0–1. */
  readonly reserve: number;
  readonly maxWaitMs: number;
}

const BUYERS_WAIT_MS = 8_000;
const POLLS_WAIT_MS = 250;
const YIELDS = 2;
const LONGEST_YIELD_MS = 2_000;
/** The longest wait of background work, which is repeated later anyway. Longer waits occur when the provider blocks us. */
const WORTH_YIELDING_MS = 30_000;
const LONGEST_BLOCK_MS = 3_600_000;

/**
 * How a request of this priority waits for the budget. Buyers' requests may reserve a later slot and use the whole burst.
 * Polls take only a slot that is due within 250 ms, so that a purchase never queues behind them. Background work yields
 * twice and may then reserve one slot further ahead than any poll, so that steady polling cannot starve price lists.
 */
function planOf(priority: Priority, intervalMs: number): readonly Attempt[] {
  switch (priority) {
    case "purchase":
    case "tap":
      return [{ reserve: 0, maxWaitMs: BUYERS_WAIT_MS }];
    case "poll":
      return [{ reserve: 0.5, maxWaitMs: POLLS_WAIT_MS }];
    case "background": {
      const yielding = Array.from({ length: YIELDS }, () => ({ reserve: 0.75, maxWaitMs: 0 }));
      return [...yielding, { reserve: 0.5, maxWaitMs: POLLS_WAIT_MS + Math.ceil(intervalMs) }];
    }
  }
}

/** The request budget of a provider, kept in PostgreSQL so that all replicas share it. The burst is one second of requests. */
export function createDatabaseGate(deps: DatabaseGateDeps): RequestGate {
  const { db, provider, clock, logger } = deps;
  const intervalMs = 1000 / deps.requestsPerSecond;
  const burstMs = Math.max(0, Math.floor(deps.requestsPerSecond) - 1) * intervalMs;
  let isMade = false;

  async function make(): Promise<void> {
    if (isMade) return;
    await ensureGate(db, provider, clock.now());
    isMade = true;
  }

  function refuse(retryAfterMs: number): ProviderError {
    const details = {
      provider,
      kind: "rate_limited",
      definite: true,
      wasAsked: false,
      reason: "request budget spent",
    } as const;
    return new ProviderError({ ...details, retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)) });
  }

  async function waitOf(attempt: Attempt): Promise<number> {
    const gate = await selectGate(db, provider);
    if (!gate) return 0;
    const freeAt = gate.nextAt.getTime() - burstMs * (1 - attempt.reserve);
    return Math.max(freeAt, gate.blockedUntil.getTime()) - clock.now().getTime();
  }

  async function tryOnce(attempt: Attempt): Promise<boolean> {
    const toleranceMs = burstMs * (1 - attempt.reserve);
    const turn = { provider, now: clock.now(), intervalMs, toleranceMs, maxWaitMs: attempt.maxWaitMs };
    const waitMs = await bookTurn(db, turn);
    if (waitMs === undefined) return false;
    if (waitMs === 0) return true;
    await clock.sleep(waitMs);
    // The upstream may have asked for a pause (penalise) while this request waited for its slot.
    const blockedMs = ((await selectGate(db, provider))?.blockedUntil.getTime() ?? 0) - clock.now().getTime();
    if (blockedMs > 0) throw refuse(blockedMs);
    return true;
  }

  return {
    async acquire(priority) {
      await make();
      let waitMs = 0;
      const plan = planOf(priority, intervalMs);
      for (const [index, attempt] of plan.entries()) {
        if (await tryOnce(attempt)) return;
        waitMs = await waitOf(attempt);
        if (index === plan.length - 1 || waitMs > WORTH_YIELDING_MS) break;
        await clock.sleep(Math.min(Math.max(waitMs, intervalMs), LONGEST_YIELD_MS));
      }
      throw refuse(waitMs);
    },
    async penalise(retryAfterMs) {
      await make();
      const blockMs = Math.min(Math.max(retryAfterMs, 0), LONGEST_BLOCK_MS);
      await blockGate(db, provider, addMs(clock.now(), blockMs));
      logger.warn({ provider, blockMs }, "provider asked us to wait");
    },
  };
}

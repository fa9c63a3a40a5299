import { addMs, type Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Executor } from "../../db/client.ts";
import {
  blockGate,
  bookTurns,
  ensureGate,
  lowerRate,
  selectBlockedUntil,
  type Turns,
} from "../../db/queries/provider-gates.ts";
import type { Priority, Reservation } from "../port/provider.ts";
import { ProviderError } from "../port/provider-error.ts";
import type { RequestGate } from "./gate.ts";
import { rateRule } from "./request-rate.ts";
import { createTurnsInHand } from "./turns-in-hand.ts";

export interface DatabaseGateDeps {
  readonly db: Executor;
  readonly provider: string;
  /** The configured rate: the most that is ever sent. */
  readonly requestsPerSecond: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Attempt {
  /** The share of the burst that this request may use, 0–1. The rest stays for more urgent requests. */
  readonly burstShare: number;
  readonly maxWaitMs: number;
}

/** The shares of the burst that polls and left-over work may use. */
const POLLS_SHARE = 0.5;
const LEFT_OVER_SHARE = 0.25;
const BUYERS_WAIT_MS = 8_000;
const POLLS_WAIT_MS = 250;
const LISTS_WAIT_MS = 10_000;
const YIELDS = 2;
const LONGEST_YIELD_MS = 2_000;
/** The longest wait of background work, which is repeated later anyway. Longer waits occur when the provider blocks us. */
const WORTH_YIELDING_MS = 30_000;
const LONGEST_BLOCK_MS = 3_600_000;
/** After a 429 the rate is lowered to this share. The limit is not known to be much lower, so it is not halved. */
const LOWERED_TO = 0.7;
/**
 * How a request of this priority waits for the budget. Buyers' requests may reserve a later slot and use the whole burst.
 * Polls take only a slot that is due within 250 ms, so that a purchase never queues behind them. A list's pages ask one
 * after the other, so no more than one of them ever waits, for one slot further ahead than any poll. Background work yields
 * twice and may then reserve one slot further ahead than any poll, so that steady polling cannot starve price lists.
 */
function planOf(priority: Priority, intervalMs: number): readonly Attempt[] {
  switch (priority) {
    case "purchase":
    case "tap":
      return [{ burstShare: 1, maxWaitMs: BUYERS_WAIT_MS }];
    case "list":
      return [{ burstShare: POLLS_SHARE, maxWaitMs: LISTS_WAIT_MS }];
    case "poll":
      return [{ burstShare: POLLS_SHARE, maxWaitMs: POLLS_WAIT_MS }];
    case "background": {
      const yielding = Array.from({ length: YIELDS }, () => ({
        burstShare: LEFT_OVER_SHARE,
        maxWaitMs: 0,
      }));
      const last = { burstShare: POLLS_SHARE, maxWaitMs: POLLS_WAIT_MS + Math.ceil(intervalMs) };
      return [...yielding, last];
    }
  }
}

/** What a reservation may use: turns that are there now, so that none of them makes a buyer's request wait. */
const reservedShare: Readonly<Record<Priority, number>> = {
  purchase: 1,
  tap: 1,
  list: POLLS_SHARE,
  poll: POLLS_SHARE,
  background: LEFT_OVER_SHARE,
};

/**
 * The request budget of a provider, kept in PostgreSQL so that all replicas share it. The burst is one second of requests.
 * The rate is the configured one until the upstream answers 429; then it is lowered by a factor and rises by a fixed amount
 * a second (additive increase, multiplicative decrease), so that it stays around what the upstream takes.
 */
export function createDatabaseGate(deps: DatabaseGateDeps): RequestGate {
  const { db, provider, clock, logger } = deps;
  const ceiling = deps.requestsPerSecond;
  const rate = rateRule(ceiling);
  const inHand = createTurnsInHand(clock);
  const inLine = createLine();
  let requestsPerSecond = ceiling;
  let isMade = false;

  async function make(): Promise<void> {
    if (isMade) return;
    await ensureGate(db, provider, clock.now());
    isMade = true;
  }

  async function book(attempt: Attempt, count: number): Promise<Turns> {
    const turns = await bookTurns(db, { provider, now: clock.now(), rate, count, ...attempt });
    if (!turns) throw new Error(`the gate of ${provider} vanished`);
    ({ requestsPerSecond } = turns);
    return turns;
  }

  async function waitFor(waitMs: number, onTurn: () => void): Promise<void> {
    if (waitMs > 0) await clock.sleep(waitMs);
    onTurn();
    if (waitMs === 0) return;
    // The upstream may have asked for a pause (penalise) while this request waited for its slot.
    const until = await selectBlockedUntil(db, provider);
    const blockedMs = (until?.getTime() ?? 0) - clock.now().getTime();
    if (blockedMs > 0) throw refuse(provider, blockedMs);
  }

  async function reserve(priority: Priority, count: number): Promise<Reservation> {
    const held = inHand.count(priority);
    const closedMs = inHand.closedMs(priority);
    if (held >= count || closedMs > 0)
      return { count: Math.min(held, count), nextInMs: closedMs, requestsPerSecond };
    await make();
    const attempt = { burstShare: reservedShare[priority], maxWaitMs: 0 };
    const turns = await book(attempt, count - held);
    inHand.add(priority, turns.booked);
    if (turns.booked < count - held) inHand.close(priority, turns.nextInMs);
    return { count: held + turns.booked, nextInMs: turns.nextInMs, requestsPerSecond };
  }

  /** `onTurn`: this request waits no more, so that another may begin to. */
  async function pass(priority: Priority, onTurn: () => void = () => undefined): Promise<void> {
    if (inHand.take(priority)) return;
    // A poll refused a moment ago would be refused again: that needs no statement.
    const closedMs = priority === "poll" ? inHand.closedMs(priority) : 0;
    if (closedMs > POLLS_WAIT_MS) throw refuse(provider, closedMs);
    await make();
    let waitMs = 0;
    const intervalMs = 1000 / requestsPerSecond;
    const plan = planOf(priority, intervalMs);
    for (const [index, attempt] of plan.entries()) {
      const turns = await book(attempt, 1);
      if (turns.booked > 0) return await waitFor(turns.waitMs, onTurn);
      waitMs = turns.nextInMs;
      if (index === plan.length - 1 || waitMs > WORTH_YIELDING_MS) break;
      await clock.sleep(Math.min(Math.max(waitMs, intervalMs), LONGEST_YIELD_MS));
    }
    inHand.close(priority, waitMs);
    throw refuse(provider, waitMs);
  }

  return {
    reserve,
    // Several pages of a list may be wanted at once.
    acquire: (priority) => (priority === "list" ? inLine((onTurn) => pass("list", onTurn)) : pass(priority)),
    async penalise(retryAfterMs, reason) {
      await make();
      inHand.drop();
      const blockMs = Math.min(Math.max(retryAfterMs, 0), LONGEST_BLOCK_MS);
      const now = clock.now();
      const until = addMs(now, blockMs);
      await blockGate(db, provider, until);
      if (reason === "too_fast") {
        const lowered = { provider, now, until, rate, factor: LOWERED_TO };
        requestsPerSecond = (await lowerRate(db, lowered)) ?? requestsPerSecond;
      }
      logger.warn({ provider, blockMs, requestsPerSecond }, "provider asked us to wait");
    },
  };
}

/** Begins one job after the other: the next when the one before says that it has its turn, or has ended. */
function createLine(): (job: (onTurn: () => void) => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return async (job) => {
    const before = last;
    let next = (): void => undefined;
    last = new Promise((resolve) => {
      next = resolve;
    });
    await before;
    try {
      await job(next);
    } finally {
      next();
    }
  };
}

function refuse(provider: string, retryAfterMs: number): ProviderError {
  const details = {
    provider,
    kind: "rate_limited",
    definite: true,
    wasAsked: false,
    reason: "request budget spent",
  } as const;
  return new ProviderError({ ...details, retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)) });
}

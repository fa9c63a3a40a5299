import { setMaxListeners } from "node:events";
import { type Api, GrammyError } from "grammy";
import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { type ActionKind, decodeAction } from "./callback-data.ts";
import { loggable } from "./telegram-errors.ts";

/**
 * Taps whose answer says nothing: it only ends the spinner. The features of the others tell a result in the answer, so
 * those wait for their turn.
 */
const silent: ReadonlySet<ActionKind> = new Set([
  "home",
  "help",
  "services",
  "countries",
  "confirm",
  "quick",
  "get",
  "payShort",
  "otherWays",
  "orders",
  "order",
  "receipt",
  "balance",
  "dismiss",
]);

/** More answers at once are not begun: the tap is then answered in its turn. */
const MAX_UNDER_WAY = 2_000;
/** How many answered taps are remembered until their turn comes. Beyond it the oldest is answered twice, which does no harm. */
const MAX_REMEMBERED = 10_000;

/** A tap whose turn has come counts on its early answer, so an answer that failed is tried again after these pauses. */
const PAUSES_MS = [1_000, 3_000] as const;

const tapSchema = z.object({
  callback_query: z.object({
    id: z.string(),
    data: z.string(),
    message: z.object({ chat: z.object({ type: z.literal("private") }) }),
  }),
});

export interface EarlyAnswers {
  /** Begins to answer the taps among these updates; does not wait for Telegram. */
  answer(updates: readonly unknown[]): void;
  /** True, once: this tap's answer is on its way, and the taker does not answer it. */
  take(queryId: string): boolean;
  /** Tries nothing again from now on. */
  stop(): void;
}

/**
 * Ends the spinners of taps as soon as the taps are stored, while their turn may still be seconds away. Nothing depends on
 * it: whatever is lost here ends the spinner a little later, or not at all where Telegram refuses or stays away.
 */
export function createEarlyAnswers(deps: {
  readonly api: Api;
  readonly clock: Clock;
  readonly logger: Logger;
}): EarlyAnswers {
  const stopped = new AbortController();
  // Each answer that is tried again listens, as many as there may be under way.
  setMaxListeners(MAX_UNDER_WAY, stopped.signal);
  const answered = new Set<string>();
  let underWay = 0;

  async function end(queryId: string): Promise<void> {
    underWay += 1;
    try {
      for (const pauseMs of [...PAUSES_MS, null]) {
        const outcome = await tryToEnd(queryId);
        if (outcome === "ended") return;
        // If its turn has not come yet, it is answered then.
        const isTurnAhead = answered.delete(queryId);
        if (isTurnAhead || outcome === "refused" || pauseMs === null) return;
        await deps.clock.sleep(pauseMs, stopped.signal);
        if (stopped.signal.aborted) return;
      }
    } finally {
      underWay -= 1;
    }
  }

  /** What Telegram refuses once it refuses again: the tap is too old, or it was answered and only the confirmation was lost. */
  async function tryToEnd(queryId: string): Promise<"ended" | "refused" | "failed"> {
    try {
      await deps.api.answerCallbackQuery(queryId);
      return "ended";
    } catch (error) {
      deps.logger.debug(loggable(error), "a tap could not be answered");
      return error instanceof GrammyError && error.error_code < 500 ? "refused" : "failed";
    }
  }

  return {
    answer(updates) {
      for (const update of updates) {
        const query = isTap(update) ? tapSchema.safeParse(update).data?.callback_query : undefined;
        const action = query && decodeAction(query.data);
        if (!query || !action || !silent.has(action.kind) || underWay >= MAX_UNDER_WAY) continue;
        answered.add(query.id);
        const [oldest] = answered;
        if (answered.size > MAX_REMEMBERED && oldest !== undefined) answered.delete(oldest);
        void end(query.id);
      }
    },
    take: (queryId) => answered.delete(queryId),
    stop: () => stopped.abort(),
  };
}

function isTap(update: unknown): boolean {
  return typeof update === "object" && update !== null && "callback_query" in update;
}

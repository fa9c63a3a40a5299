import { setMaxListeners } from "node:events";
import type { Buyers } from "../buyers/buyers.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { type Card, messageOptions, type Unfinished } from "./cards/card.ts";
import type { ShopContext } from "./context.ts";
import { removeMessage } from "./navigation.ts";
import { isGone, isNotModified, loggable } from "./telegram-errors.ts";

export interface InPlace {
  /**
   * Completes the navigation card, which shows `shown`: `render` is called again and again, and what it brings replaces
   * the card in the same message. Ends when the card is complete, when the person has done anything else, or after half a
   * minute. Does not wait for any of it.
   */
  complete(ctx: ShopContext, shown: Card, render: () => Promise<Unfinished>): void;
  /** Deletes a message of this chat after a while, or when the shop stops before that. Does not wait for it. */
  removeLater(ctx: ShopContext, messageId: number, afterMs: number): void;
  /** Ends all of them. */
  stop(): Promise<void>;
}

/** Waits before each look; half a minute together. A look itself may wait for a supplier as well. */
const LOOKS_MS = [300, 700, 1_000, 2_000, 3_000, 5_000, 8_000, 10_000] as const;
/** More at once are not followed: their card stays as it is, and every tap on it reads anew. */
const MAX_AT_ONCE = 200;

export function createInPlace(deps: {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly buyers: Pick<Buyers, "hasDoneMore">;
}): InPlace {
  const stopping = new AbortController();
  // Each that waits listens to it.
  setMaxListeners(0, stopping.signal);
  const running = new Set<Promise<void>>();

  async function run(ctx: ShopContext, shown: Card, render: () => Promise<Unfinished>): Promise<void> {
    let last = JSON.stringify(shown);
    const hasLeft = (): Promise<boolean> => deps.buyers.hasDoneMore(ctx.from?.id ?? 0, ctx.update.update_id);
    for (const waitMs of LOOKS_MS) {
      await deps.clock.sleep(waitMs, stopping.signal);
      if (stopping.signal.aborted || (await hasLeft())) return;
      const { card, isComplete } = await render();
      const next = JSON.stringify(card);
      // Reading may have taken a while.
      if (next !== last && ((await hasLeft()) || !(await edit(ctx, card)))) return;
      if (isComplete) return;
      last = next;
    }
  }

  async function remove(ctx: ShopContext, messageId: number, afterMs: number): Promise<void> {
    await deps.clock.sleep(afterMs, stopping.signal);
    await removeMessage(ctx, messageId);
  }

  function keep(work: Promise<void>, failure: string): void {
    const task = work
      .catch((error: unknown) => deps.logger.info(loggable(error), failure))
      .finally(() => running.delete(task));
    running.add(task);
  }

  return {
    complete(ctx, shown, render) {
      if (running.size >= MAX_AT_ONCE || stopping.signal.aborted) return;
      keep(run(ctx, shown, render), "a card was not completed in place");
    },
    removeLater: (ctx, messageId, afterMs) =>
      keep(remove(ctx, messageId, afterMs), "a message was not removed"),
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** False: the message cannot be edited any more. */
async function edit(ctx: ShopContext, card: Card): Promise<boolean> {
  const { navigationMessageId: messageId } = ctx.buyer;
  if (ctx.chat === undefined || messageId === null) return false;
  try {
    await ctx.api.editMessageText(ctx.chat.id, messageId, card.text, messageOptions(card));
    return true;
  } catch (error) {
    if (isNotModified(error)) return true;
    if (isGone(error)) return false;
    throw error;
  }
}

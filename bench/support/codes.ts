import { performance } from "node:perf_hooks";
import type { Market } from "../../sandbox/providers/market.ts";
import type { MarketRental } from "../../sandbox/providers/market-types.ts";
import type { PretendTelegram } from "../../sandbox/telegram/index.ts";

const FIRST_CODE = 100_000;

/** Delivers SMS at a pretend provider and notes when their codes reach the pretend Telegram. */
export interface Codes {
  /** Delivers an SMS to this number now. False: the number has ended. */
  deliver(rental: MarketRental): boolean;
  /** By the number's id, when its SMS was delivered; performance.now(). */
  readonly sentAtMs: ReadonlyMap<string, number>;
  /** From SMS to message, of those that came. */
  latenciesMs(): readonly number[];
  /** How many SMS were delivered whose message has not come. */
  missing(): number;
  close(): void;
}

export function watchCodes(telegram: PretendTelegram, market: Market): Codes {
  const sentAtMs = new Map<string, number>();
  /** By code. */
  const open = new Map<string, number>();
  const latencies: number[] = [];
  const unsubscribe = telegram.events.subscribe((event) => {
    if (event.type !== "message_sent") return;
    // A code begins its message, so that it shows in the notification.
    const code = event.message.text.slice(0, 6);
    const atMs = open.get(code);
    if (atMs === undefined) return;
    open.delete(code);
    latencies.push(performance.now() - atMs);
  });
  return {
    deliver(rental) {
      const code = String(FIRST_CODE + sentAtMs.size);
      const atMs = performance.now();
      open.set(code, atMs);
      sentAtMs.set(rental.id, atMs);
      if (market.deliver(rental.id, { code, text: `Your code is ${code}` })) return true;
      open.delete(code);
      return false;
    },
    sentAtMs,
    latenciesMs: () => latencies,
    missing: () => open.size,
    close: unsubscribe,
  };
}

import type { Clock } from "../../src/core/clock.ts";
import type { PretendTelegram } from "../telegram/index.ts";
import { createRandom } from "./random.ts";
import type { Witness } from "./witness.ts";

/** Telegram's support: gives Stars back without asking the shop, at once, soon, or when they are long spent. */
export interface Support {
  step(): void;
  readonly figures: { "refunded by Telegram": number };
}

const REFUND_SHARE = 0.12;
const delays = [0, 3_000, 20_000, 120_000, 600_000] as const;

export function createSupport(deps: {
  telegram: PretendTelegram;
  clock: Clock;
  witness: Pick<Witness, "refunds">;
  seed: number;
}): Support {
  const { telegram, clock, witness, seed } = deps;
  const random = createRandom(seed * 13 + 5);
  const figures = { "refunded by Telegram": 0 };
  let due: { userId: number; chargeId: string; at: number }[] = [];
  telegram.events.subscribe((event) => {
    if (event.type !== "invoice_paid") return;
    const afterMs = random.pick(delays);
    if (!random.isIn(REFUND_SHARE)) return;
    due.push({ userId: event.userId, chargeId: event.chargeId, at: clock.now().getTime() + afterMs });
  });
  return {
    figures,
    step() {
      const now = clock.now().getTime();
      const ready = due.filter(({ at }) => at <= now);
      due = due.filter(({ at }) => at > now);
      for (const { userId, chargeId } of ready) {
        // An operator may have refunded it meanwhile.
        if (witness.refunds.has(chargeId)) continue;
        telegram.stars.refundOutside(userId, chargeId);
        figures["refunded by Telegram"] += 1;
      }
    },
  };
}

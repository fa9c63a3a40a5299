/**
 * What every figure of the shop means: the one place. The queries sum the ledger by these terms, the screens print these
 * sentences under ⓘ, and the daily report, the pictures and the files show the same figures.
 */
import type { Facts, LedgerTerms } from "../../db/queries/figures/facts.ts";

/** Which transfers make which figure: `kinds` that leave or reach an account like `account`, counted with `sign`. */
export const ledgerTerms: LedgerTerms = {
  turnover: [{ kinds: ["capture", "late_charge"], side: "to", account: "system:revenue", sign: 1 }],
  cost: [{ kinds: ["provider_cost"], side: "to", account: "system:provider:%:cost", sign: 1 }],
  loss: [
    { kinds: ["provider_loss", "stray_loss"], side: "to", account: "system:provider:%:loss", sign: 1 },
    { kinds: ["topup_loss"], side: "from", account: "system:loss", sign: 1 },
    // A refund that Telegram refused is undone by a transfer the other way.
    { kinds: ["topup_loss"], side: "to", account: "system:loss", sign: -1 },
  ],
  topup: [{ kinds: ["topup"], side: "from", account: "system:gateway:%", sign: 1 }],
  refund: [
    { kinds: ["topup_refund", "topup_loss", "topup_debt"], side: "to", account: "system:gateway:%", sign: 1 },
    { kinds: ["topup_refund", "topup_loss"], side: "from", account: "system:gateway:%", sign: -1 },
  ],
  adjustedUp: [{ kinds: ["adjustment"], side: "from", account: "system:adjustments", sign: 1 }],
  adjustedDown: [{ kinds: ["adjustment"], side: "to", account: "system:adjustments", sign: 1 }],
  bonus: [
    { kinds: ["bonus", "referral"], side: "from", account: "system:%", sign: 1 },
    { kinds: ["bonus", "referral_back"], side: "to", account: "system:%", sign: -1 },
  ],
};

/** turnover − cost − loss. Adjustments, refunds and bonuses are lines of their own and never part of it. */
export function profitOf(facts: Pick<Facts, "turnoverMicros" | "costMicros" | "lossMicros">): bigint {
  return facts.turnoverMicros - facts.costMicros - facts.lossMicros;
}

/** Fewer decided numbers than this say nothing as a share. */
export const LEAST_FOR_A_SHARE = 20;

/** Numbers that count for delivery: all that were decided but those that the buyer cancelled at once. */
export function decidedOf(facts: Pick<Facts, "delivered" | "undelivered">): number {
  return facts.delivered + facts.undelivered;
}

/** "81 %"; "n=7" where there are too few to say. */
export function deliveryOf(facts: Pick<Facts, "delivered" | "undelivered">): string {
  const decided = decidedOf(facts);
  if (decided < LEAST_FOR_A_SHARE) return `n=${decided}`;
  return `${Math.round((facts.delivered * 100) / decided)} %`;
}

/** What ⓘ prints: name and meaning, in the order of the screen. */
export const definitions: readonly (readonly [name: string, meaning: string])[] = [
  ["Sold", "orders whose price was taken: with the first SMS, or later by the buyer's own tap"],
  ["Turnover", "the prices that were taken (ledger: capture, late_charge)"],
  ["Cost", "what providers took for delivered numbers (provider_cost)"],
  [
    "Loss",
    "what providers took for nothing (provider_loss, stray_loss), and payments that were refunded although the buyer had spent them (topup_loss)",
  ],
  ["Profit", "turnover − cost − loss. Nothing else is in it"],
  [
    "Top-ups",
    "money that came in, by gateway, and the gateway's fee. Not turnover: the buyer may still spend it",
  ],
  ["Refunds", "money that went back through a gateway (topup_refund, topup_loss, topup_debt)"],
  ["Adjustments", "corrections by operators: + to buyers, − from buyers"],
  ["Bonuses", "given by promotions and referral, less what was taken back"],
  [
    "Delivery",
    "numbers with an SMS ÷ numbers that were decided: the first SMS came, or the number ended without one. Under 20 only their count is shown: n=7",
  ],
  ["Cancelled at once", "by the buyer within 2 minutes after the rental; counted apart, not in delivery"],
  ["Wait", "from rental to first SMS: the median, and p90, which nine of ten did not exceed"],
  [
    "Buyers",
    "new: came to the bot; active: rented a number; returning: active, and had rented before the period",
  ],
  ["Owed", "what buyers have available and held at this moment: the shop's debt to them"],
  ["Sold out", "the share of tries at a provider that it answered with no numbers"],
  ["Errors, doubts", "other refusals of a purchase; purchases whose outcome was not known at first"],
  [
    "When",
    "money counts at the time of its transfer, a number when it was decided, a try when it began; a day begins at midnight in the shop's zone. The comparison is with the period before, of the same length so far",
  ],
];

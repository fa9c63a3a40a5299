import { z } from "zod";
import { addMs } from "../../core/clock.ts";
import { formatUsd } from "../../core/money.ts";
import type { PromotionTerms } from "../../db/queries/promotions.ts";
import { microsText } from "../drafts/draft-kind.ts";

const DAY_MS = 24 * 3_600_000;
export const MAX_VOUCHERS = 500;
/** Of one voucher or bonus. */
export const MAX_GIFT_MICROS = 1_000_000_000n;
const MAX_LOSS_MICROS = 100_000_000n;

const whole = (max: number) => z.number().int().min(1).max(max);
const upTo = (max: bigint) => microsText.refine((micros) => micros >= 0n && micros <= max);
const gift = upTo(MAX_GIFT_MICROS).refine((micros) => micros > 0n);
const everyCode = { uses: whole(1_000_000), days: whole(365), isNewOnly: z.boolean() };

export const vouchersSchema = z.object({ amountMicros: gift, count: whole(MAX_VOUCHERS), ...everyCode });

export const promoCodeSchema = z.object({
  name: z.string().regex(/^[A-Z0-9]{3,32}$/),
  gives: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("bonus"), amountMicros: gift, minTopupMicros: upTo(MAX_GIFT_MICROS) }),
    z.object({
      kind: z.literal("discount"),
      percent: whole(50),
      purchases: whole(1_000),
      maxLossMicros: upTo(MAX_LOSS_MICROS),
      serviceId: z.string().max(40).nullable(),
      countryId: z.string().max(40).nullable(),
    }),
  ]),
  ...everyCode,
});

/** What a draft's JSON holds: amounts are decimal strings of micro-dollars. */
export type VouchersContent = z.input<typeof vouchersSchema>;
export type PromoCodeContent = z.input<typeof promoCodeSchema>;

const nothing = {
  name: null,
  amountMicros: null,
  percent: null,
  purchases: null,
  maxLossMicros: 0n,
  serviceId: null,
  countryId: null,
  minTopupMicros: 0n,
  batchSize: null,
};

export function voucherTerms(content: z.output<typeof vouchersSchema>, at: Date): PromotionTerms {
  const { amountMicros, count, uses, days, isNewOnly } = content;
  const expiresAt = addMs(at, days * DAY_MS);
  return { ...nothing, kind: "voucher", amountMicros, batchSize: count, uses, isNewOnly, expiresAt };
}

export function promoCodeTerms(content: z.output<typeof promoCodeSchema>, at: Date): PromotionTerms {
  const { name, gives, uses, days, isNewOnly } = content;
  return { ...nothing, ...gives, name, uses, isNewOnly, expiresAt: addMs(at, days * DAY_MS) };
}

/** How much money the codes may give away in all, or lose; null: what they cost less is never below cost. */
export function mostMicros(terms: PromotionTerms): bigint | null {
  const codes = BigInt(terms.batchSize ?? 1) * BigInt(terms.uses);
  if (terms.amountMicros !== null) return terms.amountMicros * codes;
  return terms.maxLossMicros === 0n ? null : terms.maxLossMicros * BigInt(terms.purchases ?? 1) * codes;
}

/** "SUMMER: 15 % off", "20 vouchers of $5.00". Plain text. */
export function titleOfTerms(terms: PromotionTerms): string {
  const amount = formatUsd(terms.amountMicros ?? 0n);
  switch (terms.kind) {
    case "voucher":
      return `${terms.batchSize} ${terms.batchSize === 1 ? "voucher" : "vouchers"} of ${amount}`;
    case "bonus":
      return `${terms.name}: ${amount} with a top-up`;
    case "discount":
      return `${terms.name}: ${terms.percent} % off`;
  }
}

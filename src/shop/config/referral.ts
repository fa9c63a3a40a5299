import type { z } from "zod";
import * as field from "./fields.ts";

/** What is paid for inviting friends; see src/buyers/referrals.ts. */
export interface ReferralSettings {
  readonly shareBasisPoints: bigint;
  readonly orders: number;
  readonly perFriendMicros: bigint;
  readonly perMonthMicros: bigint;
}

export const referralFields = {
  REFERRAL_PERCENT: field.share.default(0n),
  REFERRAL_ORDERS: field.wholeNumber(1, 100).default(3),
  REFERRAL_MAX_PER_FRIEND_USD: field.usd({ allowZero: false }).default(1_000_000n),
  REFERRAL_MAX_PER_MONTH_USD: field.usd({ allowZero: false }).default(20_000_000n),
};

type Raw = { readonly [Name in keyof typeof referralFields]: z.output<(typeof referralFields)[Name]> };

/** Null: referral is off. */
export function referralOf(raw: Raw): ReferralSettings | null {
  if (raw.REFERRAL_PERCENT === 0n) return null;
  return {
    shareBasisPoints: raw.REFERRAL_PERCENT,
    orders: raw.REFERRAL_ORDERS,
    perFriendMicros: raw.REFERRAL_MAX_PER_FRIEND_USD,
    perMonthMicros: raw.REFERRAL_MAX_PER_MONTH_USD,
  };
}

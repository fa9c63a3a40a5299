import type { ProviderTrade } from "../../db/queries/provider-trade.ts";

const HOUR_MS = 3_600_000;

/**
 * How long a provider's balance lasts at the mean hourly cost of the numbers that received a code in the last 7 days; a shop
 * that sells for a shorter time counts from its first sale. Null: the balance is not known, or nothing was sold.
 */
export function hoursLeft(
  balanceMicros: bigint | null,
  week: Pick<ProviderTrade, "costMicros" | "firstAt"> | undefined,
  at: Date,
): number | null {
  if (balanceMicros === null || !week || week.costMicros <= 0n) return null;
  const hours = Math.max(1, (at.getTime() - week.firstAt.getTime()) / HOUR_MS);
  const perHour = Number(week.costMicros) / hours;
  return Math.max(0, Number(balanceMicros) / perHour);
}

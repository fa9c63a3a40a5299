import { plainUsd } from "../../core/money.ts";
import type { BuyRefusal } from "../../reseller/buying.ts";

/** For a ban without an end. */
const FOR_EVER = new Date("2099-12-31T23:59:59Z");

/**
 * The dialect's word for a refused purchase. Where two words fit, the one that more clients know. What is not named here
 * reads as "no numbers": clients wait and ask again. `sales_paused` is among those.
 */
const tokens: ReadonlyMap<string, string> = new Map([
  ["key_off", "BAD_KEY"],
  ["insufficient_funds", "NO_BALANCE"],
  ["key_daily_cap", "NO_BALANCE"],
  ["service_blocked", "BAD_SERVICE"],
  ["too_many_open_orders", "CHANNELS_LIMIT"],
  ["too_many_purchases", "CHANNELS_LIMIT"],
  ["new_buyer_limit", "CHANNELS_LIMIT"],
  ["terms_not_accepted", "ACCOUNT_INACTIVE"],
  ["name_reused", "BAD_ACTION"],
  ["sales_paused", "NO_NUMBERS"],
  ["internal", "ERROR_SQL"],
]);

export function refusalToken(refused: BuyRefusal): string {
  if (refused.kind === "too_dear") return `WRONG_MAX_PRICE:${plainUsd(refused.priceMicros)}`;
  const { refusal } = refused;
  if (refusal.code === "success_guard" && "until" in refusal) return bannedUntil(refusal.until);
  if (refusal.code === "buyer_banned") return bannedUntil(FOR_EVER);
  return tokens.get(refusal.code) ?? "NO_NUMBERS";
}

function bannedUntil(until: Date): string {
  return `BANNED:'${utcTime(until)}'`;
}

/** "2026-11-21 14:00:00", UTC. */
export function utcTime(at: Date): string {
  return at.toISOString().slice(0, 19).replace("T", " ");
}

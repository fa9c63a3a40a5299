import type { BlockReason, CatalogData } from "./data.ts";
import { nameKey, words } from "./normalise.ts";

/**
 * Why a service is not sold unless the operator wants it: banks, payments (wallets, transfers, exchanges, loans)
 * and government identify a person, and Telegram's terms make the sale of Telegram accounts inside Telegram the
 * riskiest thing that a bot can do. Undefined: sold.
 */
export type BlockReasonOf = (serviceId: string, name: string) => BlockReason | undefined;

/** `allowed`: ids or names that the operator sells all the same. */
export function createBlocklist(data: CatalogData, allowed: readonly string[]): BlockReasonOf {
  const allowedIds = new Set(allowed);
  const allowedNames = new Set(allowed.map(nameKey).filter((key) => key !== ""));
  return (serviceId, name) => {
    if (allowedIds.has(serviceId) || allowedNames.has(nameKey(name))) return undefined;
    const text = words(name).join(" ");
    const byName = data.blockedNames.find(({ pattern }) => pattern.test(text));
    return data.blockedIds.get(serviceId) ?? byName?.reason;
  };
}

import type { BlockReason, CatalogData } from "./data.ts";
import { nameKey, words } from "./normalise.ts";

/**
 * Why a service is not sold unless the operator allows it. Undefined: it is sold. Banks, payments (wallets, transfers,
 * exchanges, loans) and government services identify a person. Telegram's terms make the sale of Telegram accounts inside
 * Telegram a risk for the bot.
 */
export type BlockReasonOf = (serviceId: string, name: string) => BlockReason | undefined;

/** `allowed`: ids or names of services that the operator sells although they are on the blocklist. */
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

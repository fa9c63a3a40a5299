import { urlUnder } from "../../transport/urls.ts";

/** What an operator's base URL holds besides the address: parameters for the whole account. */
export interface Base {
  /** The base with what may go out with this action: purchases also carry what concerns purchases. */
  urlFor(action: string, parameters: Readonly<Record<string, string | undefined>>): URL;
  /** False for a sub-supplier from which the account does not buy. */
  isWanted(subSupplier: string): boolean;
}

/** Said by us in every request that knows them, so never taken from the base URL. */
const ours = ["api_key", "action", "service", "country", "maxPrice", "id", "status", "start", "limit"];
/** Which number to sell, and to whose credit: nothing that any other question should be asked with. */
const ofPurchases = [
  "operator",
  "providerIds",
  "exceptProviderIds",
  "phoneException",
  "minPrice",
  "ref",
  "userID",
];
const purchases: readonly string[] = ["getNumber", "getNumberV2"];

export function readBase(url: string): Base {
  const forPurchases = without(url, ours);
  const forOthers = without(forPurchases, ofPurchases);
  const query = new URL(url).searchParams;
  const [only, never] = [listOf(query, "providerIds"), listOf(query, "exceptProviderIds")];
  return {
    urlFor: (action, parameters) =>
      urlUnder(purchases.includes(action) ? forPurchases : forOthers, "", parameters),
    isWanted: (subSupplier) => (only.size === 0 || only.has(subSupplier)) && !never.has(subSupplier),
  };
}

function without(url: string, names: readonly string[]): string {
  const left = new URL(url);
  for (const name of names) left.searchParams.delete(name);
  return left.href;
}

function listOf(query: URLSearchParams, name: string): ReadonlySet<string> {
  const values = query.getAll(name).flatMap((list) => list.split(","));
  return new Set(values.map((value) => value.trim()).filter((value) => value !== ""));
}

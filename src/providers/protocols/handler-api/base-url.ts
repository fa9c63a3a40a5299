import { urlUnder } from "../../transport/urls.ts";

/** The operator's base URL. Its query holds parameters that apply to the whole account. */
export interface Base {
  /** The URL of a request. Parameters of the base that concern purchases are sent with purchases only. */
  urlFor(action: string, parameters: Readonly<Record<string, string | undefined>>): URL;
  /** False for a sub-supplier that the base URL excludes. */
  isWanted(subSupplier: string): boolean;
}

/** Parameters that the shop sets itself; they are removed from the base URL. */
const ours = ["api_key", "action", "service", "country", "maxPrice", "id", "status", "start", "limit"];
/** Parameters that select the number or credit a referral; they are sent with purchases only. */
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

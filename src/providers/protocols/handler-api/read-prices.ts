import { type Currency, entriesOf, parseCost, parseStock } from "../../parsing/parse.ts";
import type { ProviderPrice } from "../../port/provider.ts";

/** One thing on sale, in any of the shapes that getPrices, getPricesV2 and getPricesV3 have grown. */
interface Row {
  readonly operator: string | null;
  readonly costMicros: bigint;
  readonly stock: number | null;
}

/**
 * Prices out of `{country: {service: …}}`, whatever version answered: the shape of the innermost part tells. Rows with
 * a price or stock that is none are dropped. `serviceCode` fills in where a supplier leaves its level out.
 */
export function readPrices(value: unknown, currency: Currency): ProviderPrice[] {
  const prices: ProviderPrice[] = [];
  for (const [countryCode, services] of entriesOf(value)) {
    for (const [serviceCode, leaf] of entriesOf(services)) {
      for (const row of readLeaf(leaf, currency)) prices.push({ serviceCode, countryCode, ...row });
    }
  }
  return prices;
}

function readLeaf(leaf: unknown, currency: Currency): Row[] {
  const fields = new Map(entriesOf(leaf));
  // V2 of Tiger wraps its price list; V2 of SMSBower is the list.
  const levels = fields.has("prices") ? new Map(entriesOf(fields.get("prices"))) : fields;
  const cost = fields.get("cost") ?? fields.get("price");
  if (cost !== undefined) return rowOf(null, cost, fields.get("count"), currency);
  const first = [...levels.values()][0];
  return typeof first === "object" ? byProvider(fields, currency) : cheapest(levels, currency);
}

function rowOf(operator: string | null, cost: unknown, count: unknown, currency: Currency): Row[] {
  const costMicros = parseCost(cost, currency);
  const stock = count === undefined ? null : parseStock(count);
  return costMicros === undefined || stock === undefined ? [] : [{ operator, costMicros, stock }];
}

/** V3 of SMSBower: `{"2263": {count, price, provider_id}}`, one row for each of its own suppliers. */
function byProvider(fields: ReadonlyMap<string, unknown>, currency: Currency): Row[] {
  return [...fields].flatMap(([operator, entry]) => {
    const inner = new Map(entriesOf(entry));
    return rowOf(operator, inner.get("price") ?? inner.get("cost"), inner.get("count"), currency);
  });
}

/**
 * V2: `{"0.683": 22, "0.7": 31}`, price to count. A purchase with a ceiling gets the cheapest that is there, and some
 * suppliers count the cheaper numbers in again at each price, so the counts cannot be summed.
 */
function cheapest(levels: ReadonlyMap<string, unknown>, currency: Currency): Row[] {
  const rows = [...levels].flatMap(([price, count]) => rowOf(null, price, count, currency));
  const byCost = rows.sort((a, b) => (a.costMicros < b.costMicros ? -1 : 1));
  const best = byCost.find((row) => row.stock !== 0) ?? byCost[0];
  return best ? [best] : [];
}

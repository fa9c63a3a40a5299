import { type Currency, entriesOf, parseCost, parseStock } from "../../parsing/parse.ts";
import type { ProviderPrice } from "../../port/provider.ts";

/** One offer, read from getPrices, getPricesV2 or getPricesV3. */
interface Row {
  readonly operator: string | null;
  readonly costMicros: bigint;
  readonly stock: number | null;
}

/**
 * Reads prices from `{country: {service: …}}`. The shape of the innermost part tells which version answered. Rows with an
 * invalid price or stock are dropped. `serviceCode` is used where a supplier leaves out the service level.
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
  // Tiger's V2 wraps the price list in `prices`; SMSBower's V2 is the list itself.
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

/** SMSBower's V3: `{"2263": {count, price, provider_id}}`, one row for each of its sub-suppliers. */
function byProvider(fields: ReadonlyMap<string, unknown>, currency: Currency): Row[] {
  return [...fields].flatMap(([operator, entry]) => {
    const inner = new Map(entriesOf(entry));
    return rowOf(operator, inner.get("price") ?? inner.get("cost"), inner.get("count"), currency);
  });
}

/**
 * V2: `{"0.683": 22, "0.7": 31}`, price → count. A purchase gets the cheapest number. The counts are not summed, because
 * some suppliers include the cheaper numbers in the count of each higher price.
 */
function cheapest(levels: ReadonlyMap<string, unknown>, currency: Currency): Row[] {
  const rows = [...levels].flatMap(([price, count]) => rowOf(null, price, count, currency));
  const byCost = rows.sort((a, b) => (a.costMicros < b.costMicros ? -1 : 1));
  const best = byCost.find((row) => row.stock !== 0) ?? byCost[0];
  return best ? [best] : [];
}

import { z } from "zod";
import {
  type Currency,
  entriesOf,
  goodRows,
  idField,
  iso2Field,
  parseCost,
  parseStock,
} from "../../parsing/parse.ts";
import type { ProviderCountry, ProviderPrice, ProviderService } from "../../port/provider.ts";

/** `/user/profile`. */
export const profile = z.object({ balance: z.unknown() });

const productRow = z.object({ code: idField, Category: z.literal("activation") });

/** `{telegram: {Category, Qty, Price}}`; "hosting" are numbers for days. A product's slug is its only name. */
export function servicesOf(value: unknown): ProviderService[] {
  const rows = entriesOf(value).map(([code, row]) => ({ code, ...Object.fromEntries(entriesOf(row)) }));
  return goodRows(rows, productRow).map(({ code }) => ({ code, name: code }));
}

const countryRow = z.object({
  code: idField,
  text_en: z.string().trim().min(1),
  iso: z.unknown().optional(),
});

/** `{england: {iso: {gb: 1}, prefix: {"+44": 1}, text_en, …operators}}`. */
export function countriesOf(value: unknown): ProviderCountry[] {
  const rows = entriesOf(value).map(([code, row]) => ({ code, ...Object.fromEntries(entriesOf(row)) }));
  return goodRows(rows, countryRow).map(({ code, text_en: name, iso }) => ({
    code,
    name,
    iso2: iso2Field.parse(entriesOf(iso)[0]?.[0]),
  }));
}

/**
 * The prices of one product. `{country: {product: {operator: {cost, count}}}}` where a country was named too, else product
 * and country change places.
 */
export function pricesOf(value: unknown, serviceCode: string, currency: Currency): ProviderPrice[] {
  return entriesOf(value).flatMap(([outer, inner]) =>
    entriesOf(inner).flatMap(([key, operators]) => {
      if (outer === serviceCode) return countryPrices(operators, serviceCode, key, currency);
      return key === serviceCode ? countryPrices(operators, serviceCode, outer, currency) : [];
    }),
  );
}

/**
 * One row for each operator, except that the cheapest with numbers is sold as "any": only that purchase takes a price
 * limit, and it may go to whoever is cheap by then.
 */
function countryPrices(
  operators: unknown,
  serviceCode: string,
  countryCode: string,
  currency: Currency,
): ProviderPrice[] {
  const rows = entriesOf(operators).flatMap(([operator, leaf]): ProviderPrice[] => {
    const fields = new Map(entriesOf(leaf));
    const costMicros = parseCost(fields.get("cost"), currency);
    const count = fields.get("count");
    const stock = count === undefined ? null : parseStock(count);
    if (costMicros === undefined || stock === undefined) return [];
    return [{ serviceCode, countryCode, operator, costMicros, stock }];
  });
  const byCost = rows.sort((a, b) => (a.costMicros < b.costMicros ? -1 : 1));
  const best = byCost.find(({ stock }) => stock !== 0) ?? byCost[0];
  return byCost.map((row) => (row === best ? { ...row, operator: null } : row));
}

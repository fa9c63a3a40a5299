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

/** The answer of `/user/profile`. */
export const profile = z.object({ balance: z.unknown() });

const productRow = z.object({ code: idField, Category: z.literal("activation") });

/** Reads `{telegram: {Category, Qty, Price}}`. "hosting" products are rented for days and left out. Slugs serve as names. */
export function servicesOf(value: unknown): ProviderService[] {
  return goodRows(rowsOf(value), productRow).map(({ code }) => ({ code, name: code }));
}

/** The objects of a map, each with its key as `code`. */
function rowsOf(value: unknown): unknown[] {
  return entriesOf(value).map(([code, row]) => ({ ...Object.fromEntries(entriesOf(row)), code }));
}

const countryRow = z.object({
  code: idField,
  text_en: z.string().trim().min(1),
  iso: z.unknown().optional(),
});

/** Reads `{england: {iso: {gb: 1}, prefix: {"+44": 1}, text_en, …operators}}`. */
export function countriesOf(value: unknown): ProviderCountry[] {
  return goodRows(rowsOf(value), countryRow).map(({ code, text_en: name, iso }) => ({
    code,
    name,
    iso2: iso2Field.parse(entriesOf(iso)[0]?.[0]),
  }));
}

/**
 * Reads the prices of one product: `{country: {product: {operator: {cost, count}}}}` if the request named a country, else
 * `{product: {country: …}}`.
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
 * One row for each operator. The cheapest with stock becomes "any", because only that purchase has a price limit, and 5sim
 * may then serve it from any operator within the limit.
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

import { z } from "zod";
import { entriesOf, goodRows, idField } from "../../parsing/parse.ts";
import type { ProviderCountry, ProviderService } from "../../port/provider.ts";
import countryTables from "./tables/sms-activate-countries.json" with { type: "json" };
import serviceTable from "./tables/sms-activate-services.json" with { type: "json" };

/**
 * The lists of services and countries. Suppliers without lists use the ids of sms-activate, which our tables hold (checked
 * against several published lists). A supplier's own list takes precedence.
 */

const name = z.string().trim().min(1).max(120);
const serviceRow = z.object({ code: idField, name });
const countryRow = z.object({ id: idField, eng: name.optional(), name: name.optional() });

type CountryTable = Readonly<Record<string, readonly string[]>>;

/** getServicesList: `{services: [{code, name}]}`, in older clones `{"wa": "WhatsApp"}`. */
export function readServices(value: unknown): ProviderService[] {
  const fields = new Map(entriesOf(value));
  const listed = fields.get("services") ?? value;
  if (Array.isArray(listed)) return goodRows(listed, serviceRow);
  const pairs = entriesOf(listed).map(([code, label]) => ({ code, name: label }));
  return goodRows(pairs, serviceRow);
}

/** getCountries: rows in an array, or in an object keyed by id whose rows may lack the id. */
export function readCountries(value: unknown, own: string | null): ProviderCountry[] {
  const isList = Array.isArray(value);
  const rows = isList ? value : entriesOf(value).map(([id, row]) => withId(id, row));
  return goodRows(rows, countryRow).map(({ id, eng, name: label }) => {
    const named = eng ?? label ?? id;
    return { code: id, name: named, iso2: iso2Of(id, named, own) };
  });
}

function withId(id: string, row: unknown): unknown {
  if (typeof row === "string") return { id, name: row };
  return typeof row === "object" && row !== null ? { id, ...row } : undefined;
}

/** The services that sms-activate's successors have in common. */
export function usualServices(): ProviderService[] {
  return Object.entries(serviceTable).map(([code, label]) => ({ code, name: label }));
}

/** The countries with the ids of sms-activate, after those with ids of the supplier's own. */
export function usualCountries(own: string | null): ProviderCountry[] {
  const rows = Object.entries({ ...baseTable, ...ownTable(own) });
  return rows.map(([code, [label = code, iso2 = null]]) => ({ code, name: label, iso2 }));
}

const baseTable: CountryTable = countryTables.base;

function ownTable(own: string | null): CountryTable {
  if (own === "smsbower") return countryTables.smsbower;
  return own === "herosms" ? countryTables.herosms : {};
}

/** The ISO code of an id, only if the supplier's name for it matches: some ids have been used for two countries. */
function iso2Of(id: string, named: string, own: string | null): string | null {
  const [label, iso2] = rowOf(ownTable(own), id) ?? rowOf(baseTable, id) ?? [];
  if (label === undefined || iso2 === undefined) return null;
  const names = [label, regionName(iso2)].map(plainName);
  return names.includes(plainName(named)) ? iso2 : null;
}

/** Reads own keys only, because a supplier may send an id such as "constructor". */
function rowOf(table: CountryTable, id: string): readonly string[] | undefined {
  return Object.hasOwn(table, id) ? table[id] : undefined;
}

function regionName(iso2: string): string {
  return new Intl.DisplayNames("en", { type: "region" }).of(iso2) ?? iso2;
}

function plainName(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z]/g, "");
}

import { readFileSync } from "node:fs";
import { z } from "zod";
import { usualServices } from "../../providers/protocols/handler-api/read-lists.ts";

const blockReasons = ["bank", "payment", "government", "telegram"] as const;
export type BlockReason = (typeof blockReasons)[number];

/** The tables in data/, which come with the shop. */
export interface CatalogData {
  /** Our service id → display name. */
  readonly services: ReadonlyMap<string, string>;
  /** Other full names that providers use for a service. */
  readonly serviceNames: ReadonlyMap<string, readonly string[]>;
  /** Short forms, nicknames and spellings in other scripts that buyers type. */
  readonly serviceNicknames: ReadonlyMap<string, readonly string[]>;
  /** ISO 3166-1 alpha-2 codes, and XK for Kosovo. */
  readonly countries: ReadonlySet<string>;
  readonly countryNames: ReadonlyMap<string, readonly string[]>;
  /** The most popular first. */
  readonly popularServices: readonly string[];
  readonly popularCountries: readonly string[];
  readonly blockedIds: ReadonlyMap<string, BlockReason>;
  readonly blockedNames: readonly { readonly reason: BlockReason; readonly pattern: RegExp }[];
}

const namesById = z.record(z.string(), z.array(z.string()));
const byReason = z.record(z.enum(blockReasons), z.array(z.string()));

/** Corrections to sms-activate's table: names that we write differently, and rows that are not separate services. */
const serviceNames = z.object({
  ours: z.record(z.string(), z.string().min(1)),
  leftOut: z.array(z.string()),
});

/** Reads the tables. Called once at start; throws when a file of the installation is damaged. */
export function loadCatalogData(): CatalogData {
  const names = read("service-names", serviceNames);
  const aliases = read("service-aliases", z.object({ names: namesById, search: namesById }));
  const countries = read(
    "countries",
    z.object({ iso: z.array(z.string().regex(/^[A-Z]{2}$/)), aliases: namesById }),
  );
  const popular = read(
    "popular",
    z.object({ services: z.array(z.string()), countries: z.array(z.string()) }),
  );
  const blocklist = read("blocklist", z.object({ ids: byReason, patterns: byReason }));
  return {
    services: servicesOf(names),
    serviceNames: new Map(Object.entries(aliases.names)),
    serviceNicknames: new Map(Object.entries(aliases.search)),
    countries: new Set(countries.iso),
    countryNames: new Map(Object.entries(countries.aliases)),
    popularServices: popular.services,
    popularCountries: popular.countries,
    blockedIds: new Map(
      blockReasons.flatMap((reason) => blocklist.ids[reason].map((id) => [id, reason] as const)),
    ),
    blockedNames: blockReasons.flatMap((reason) =>
      blocklist.patterns[reason].map((pattern) => ({ reason, pattern: new RegExp(pattern, "u") })),
    ),
  };
}

/** Our service ids are the codes of sms-activate, which most suppliers still use. */
function servicesOf({ ours, leftOut }: z.infer<typeof serviceNames>): ReadonlyMap<string, string> {
  const listed = usualServices().filter(({ code }) => !leftOut.includes(code));
  return new Map(listed.map(({ code, name }) => [code, ours[code] ?? name]));
}

function read<T>(name: string, schema: z.ZodType<T>): T {
  const text = readFileSync(new URL(`./data/${name}.json`, import.meta.url), "utf8");
  return schema.parse(JSON.parse(text));
}

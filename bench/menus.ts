import { performance } from "node:perf_hooks";
import process from "node:process";
import { sql } from "kysely";
import { countriesCard, servicesCard } from "../src/bot/cards/catalog.ts";
import { confirmCard } from "../src/bot/cards/confirm.ts";
import type { Catalog, ServiceItem } from "../src/catalog/catalog.ts";
import { createCatalog } from "../src/catalog/create-catalog.ts";
import { loadCatalogData } from "../src/catalog/names/data.ts";
import { systemClock } from "../src/core/clock.ts";
import type { Database } from "../src/db/client.ts";
import { upsertBuyer } from "../src/db/queries/buyers.ts";
import { markObserved } from "../src/db/queries/offer-scopes.ts";
import { inTransaction } from "../src/db/transaction.ts";
import { textsFor } from "../src/texts/index.ts";
import { createWalletReader, type WalletReader } from "../src/wallet/reader.ts";
import { createScriptedProvider, type ScriptedProvider } from "../test/support/scripted-provider.ts";
import type { Bench, BenchContext } from "./support/bench.ts";
import { createCountingLogger } from "./support/logger.ts";
import { maximum, median, percentile } from "./support/statistics.ts";

const SERVICES = 2_000;
const COUNTRIES = 205;
const PROVIDERS = ["one", "two"];
const ROUNDS = 1_000;
const GOAL_MS = 30;
const languages = ["en", "ru", "es", "pt", "id", "ar"] as const;
const countrySorts = ["best", "price", "name"] as const;

export const menus: Bench = {
  name: "menus",
  about: `the cards of a tap with ${SERVICES} services × ${COUNTRIES} countries × ${PROVIDERS.length} providers: what is read and how it is drawn`,
  async run(context) {
    const { db } = await context.database();
    const shop = await openShop(db);
    const items = await everyService(shop.catalog);
    context.note(
      `${items.length} services on sale, ${await countOffers(db)} offers; goal: p95 ${GOAL_MS} ms`,
    );
    await report(context, shop, items);
  },
};

interface BenchShop {
  readonly catalog: Catalog;
  readonly wallet: WalletReader;
  readonly buyerId: string;
  readonly countryIds: readonly string[];
}

/** A catalogue whose time stands still: prices stay fresh, and no request to a provider is measured. */
async function openShop(db: Database): Promise<BenchShop> {
  const startedAt = systemClock.now();
  const clock = { ...systemClock, now: () => startedAt };
  const catalog = createCatalog({
    db,
    clock,
    logger: createCountingLogger(),
    providers: new Map(PROVIDERS.map((name) => [name, sellerOfAll(name)])),
    pricing: { markupBasisPoints: 3_000n, minProfitMicros: 20_000n },
    defaults: { cancelAfterMs: 120_000, lifetimeMs: 1_200_000 },
  });
  await catalog.syncLists();
  await sql`
    INSERT INTO offers (provider, service_id, country_id, service_code, country_code, operator, cost_micros, stock, observed_at)
    SELECT s.provider, s.service_id, c.country_id, s.code, c.code, '',
           100000 + abs(hashtext(s.code || c.code || s.provider)) % 900000, 1 + abs(hashtext(c.code || s.code)) % 500, ${startedAt}
    FROM provider_services s JOIN provider_countries c USING (provider)`.execute(db);
  for (const name of PROVIDERS) await markObserved(db, name, "*", startedAt);
  await sql`VACUUM ANALYZE`.execute(db);
  const person = { telegramId: 1, languageCode: "en", at: startedAt };
  const { id: buyerId } = await inTransaction(db, (tx) => upsertBuyer(tx, person));
  return { catalog, wallet: createWalletReader(db), buyerId, countryIds: countriesOnSale() };
}

function countriesOnSale(): readonly string[] {
  return [...loadCatalogData().countries].slice(0, COUNTRIES);
}

function sellerOfAll(name: string): ScriptedProvider {
  const data = loadCatalogData();
  const known = [...data.services].map(([code, service]) => ({ code, name: service }));
  const own = Array.from({ length: SERVICES }, (_, at) => ({ code: `own${at}`, name: `Own service ${at}` }));
  const services = [...known, ...own].slice(0, SERVICES);
  const places = countriesOnSale().map((iso2) => ({ code: iso2, name: iso2, iso2 }));
  const provider = createScriptedProvider(name);
  return Object.assign(provider, { services: async () => services, countries: async () => places });
}

async function everyService(catalog: Catalog): Promise<readonly ServiceItem[]> {
  const items: ServiceItem[] = [];
  for (let page = 0, pageCount = 1; page < pageCount; page += 1) {
    const found = await catalog.services({ page, pageSize: 100, sort: "name" });
    items.push(...found.items);
    pageCount = found.pageCount;
  }
  return items;
}

async function countOffers(db: Database): Promise<number> {
  const { rows } = await sql<{ count: string }>`SELECT count(*)::text AS count FROM offers`.execute(db);
  return Number(rows[0]?.count);
}

interface Draw {
  readonly service: ServiceItem;
  readonly language: (typeof languages)[number];
  readonly sort: (typeof countrySorts)[number];
  readonly page: number;
}

/** A prime step through the list: neighbours are far apart, and no entry comes again before all have come. */
function drawn<T>(list: readonly T[], at: number): T {
  const entry = list[(at * 7_919) % list.length];
  if (entry === undefined) throw new Error("nothing to draw from");
  return entry;
}

async function report(context: BenchContext, shop: BenchShop, items: readonly ServiceItem[]): Promise<void> {
  const draw = (at: number, service = drawn(items, at)): Draw => ({
    service,
    language: drawn(languages, at),
    sort: drawn(countrySorts, at >> 2),
    page: at % 20,
  });
  const kinds: readonly (readonly [string, (at: number) => Promise<unknown>])[] = [
    ["list of services, any page", (at) => drawServices(shop, draw(at))],
    ["countries of a service that nobody looked at yet", (at) => drawCountries(shop, draw(at))],
    ["countries of any service", (at) => drawCountries(shop, draw(at, drawn(items, at * 31)))],
    [
      "countries of the 20 services looked at most",
      (at) => drawCountries(shop, draw(at, drawn(items, at % 20))),
    ],
    [
      "confirm card of any service, with its quote",
      (at) => drawConfirm(shop, draw(at, drawn(items, at * 17))),
    ],
  ];
  const rows: (string | number)[][] = [];
  for (const [what, render] of kinds) {
    const ms: number[] = [];
    const cpuBefore = process.cpuUsage();
    for (let at = 0; at < ROUNDS; at += 1) {
      const startedAt = performance.now();
      await render(at);
      ms.push(performance.now() - startedAt);
    }
    const cpu = process.cpuUsage(cpuBefore);
    const cpuMs = (cpu.user + cpu.system) / 1_000 / ROUNDS;
    rows.push([what, median(ms), percentile(ms, 95), maximum(ms), cpuMs]);
  }
  const title = `${ROUNDS} cards of each kind, one after another`;
  context.table(title, ["card", "p50 ms", "p95 ms", "max ms", "CPU ms"], rows);
}

async function drawServices({ catalog, wallet, buyerId }: BenchShop, { language, page, sort }: Draw) {
  const order = sort === "name" ? "name" : "popular";
  const { availableMicros } = await wallet.balance(buyerId);
  const found = await catalog.services({ page, pageSize: 10, sort: order });
  const view = { availableMicros, recent: [], favourites: [], isQuick: false, hasInline: true };
  return servicesCard(textsFor(language), { ...view, page: found, sort: order });
}

async function drawCountries({ catalog }: BenchShop, { service, language, page, sort }: Draw) {
  const found = await catalog.countries({ serviceId: service.id, page, pageSize: 8, sort, language });
  if (found.items.length === 0 || found.stale) throw new Error("the prices are not there");
  return countriesCard(textsFor(language), service, found, sort);
}

async function drawConfirm(
  { catalog, wallet, buyerId, countryIds }: BenchShop,
  { service, language, page }: Draw,
) {
  const countryId = drawn(countryIds, page);
  const [result, { availableMicros }] = await Promise.all([
    catalog.quote({ buyerId, serviceId: service.id, countryId, language }),
    wallet.balance(buyerId),
  ]);
  if (result.kind === "refused") throw new Error(`no quote: ${result.code}`);
  const view = { ...result, service, availableMicros, shortfall: null, termsVersion: 0, note: null };
  return confirmCard(textsFor(language), view);
}

import { expect, vi } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.ts";
import type { CatalogDeps } from "../../src/catalog/catalog-deps.ts";
import type { CatalogInspection } from "../../src/catalog/catalog-inspection.ts";
import { type CatalogJobs, createCatalog } from "../../src/catalog/create-catalog.ts";
import { newId } from "../../src/core/ids.ts";
import type { Database } from "../../src/db/client.ts";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import type {
  Capabilities,
  PriceQuery,
  ProviderCountry,
  ProviderPrice,
  ProviderService,
} from "../../src/providers/port/provider.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestLogger } from "../support/logger.ts";
import { createScriptedProvider, type ScriptedProvider } from "../support/scripted-provider.ts";

export interface Seller extends ScriptedProvider {
  serviceList: readonly ProviderService[];
  countryList: readonly ProviderCountry[];
  /** What `prices` answers from; filtered by the query. */
  priceList: readonly ProviderPrice[];
  /** Instead of the list: to fail, hang or wait. */
  onPrices: ((query: PriceQuery) => Promise<readonly ProviderPrice[]>) | undefined;
  onLists: (() => Promise<void>) | undefined;
}

const usual = {
  services: [
    { code: "wa", name: "WhatsApp" },
    { code: "ds", name: "Discord" },
    { code: "tg", name: "Telegram" },
  ],
  countries: [
    { code: "16", name: "United Kingdom", iso2: null },
    { code: "187", name: "USA", iso2: null },
    { code: "12", name: "USA (virtual)", iso2: null },
    { code: "6", name: "Indonesia", iso2: null },
    { code: "189", name: "Fiji", iso2: null },
  ],
};

/** A provider that sells what its lists say. */
export function createSeller(name: string, capabilities: Partial<Capabilities> = {}): Seller {
  const provider = createScriptedProvider(name, { prices: "per-service", ...capabilities });
  const seller: Seller = Object.assign(provider, {
    serviceList: usual.services as readonly ProviderService[],
    countryList: usual.countries as readonly ProviderCountry[],
    priceList: [] as readonly ProviderPrice[],
    onPrices: undefined,
    onLists: undefined,
  });
  seller.services = async () => {
    seller.calls.push("services");
    await seller.onLists?.();
    return seller.serviceList;
  };
  seller.countries = async () => {
    seller.calls.push("countries");
    await seller.onLists?.();
    return seller.countryList;
  };
  seller.prices = async (query) => {
    seller.calls.push(`prices ${query.serviceCode ?? "*"} ${query.countryCode ?? "*"}`);
    if (seller.onPrices) return await seller.onPrices(query);
    return seller.priceList.filter(
      (row) =>
        (query.serviceCode === undefined || row.serviceCode === query.serviceCode) &&
        (query.countryCode === undefined || row.countryCode === query.countryCode),
    );
  };
  return seller;
}

/** Providers that sell WhatsApp in the United Kingdom at this cost, with this stock. */
export function sellers(...list: readonly [string, bigint, number | null][]): Seller[] {
  return list.map(([name, cost, stock]) => selling(name, cost, stock));
}

export function selling(name: string, costMicros: bigint, stock: number | null): Seller {
  const seller = createSeller(name);
  seller.priceList = [price("wa", "16", costMicros, stock)];
  return seller;
}

export function price(
  serviceCode: string | null,
  countryCode: string,
  costMicros: bigint,
  stock: number | null = 5,
  operator: string | null = null,
): ProviderPrice {
  return { serviceCode, countryCode, operator, costMicros, stock };
}

/** How often the provider was asked for prices. */
export function priceCalls(seller: Seller): string[] {
  return seller.calls.filter((call) => call.startsWith("prices"));
}

interface WatchedClock extends TestClock {
  /** Waits until somebody sleeps for exactly `ms`, then lets that time pass. */
  pass(ms: number): Promise<void>;
}

function createWatchedClock(): WatchedClock {
  const clock = createTestClock();
  const sleeping: number[] = [];
  return {
    ...clock,
    sleep: async (ms, signal) => {
      sleeping.push(ms);
      await clock.sleep(ms, signal);
      sleeping.splice(sleeping.indexOf(ms), 1);
    },
    pass: async (ms) => {
      await vi.waitFor(() => expect(sleeping).toContain(ms), { timeout: 10_000 });
      await clock.advance(ms);
    },
  };
}

export interface CatalogFixture {
  readonly catalog: Catalog & CatalogJobs & CatalogInspection;
  readonly clock: WatchedClock;
  /** Another process on the same database. */
  replica(): Catalog & CatalogJobs & CatalogInspection;
}

/** A catalogue on a real database whose lists have been read. */
export async function createFixture(
  db: Database,
  sellers: readonly Seller[],
  options: Partial<CatalogDeps> = {},
): Promise<CatalogFixture> {
  const clock = createWatchedClock();
  const deps: CatalogDeps = {
    db,
    clock,
    logger: createTestLogger(),
    providers: new Map(sellers.map((seller) => [seller.name, seller])),
    pricing: { markupBasisPoints: 3_000n, minProfitMicros: 20_000n },
    defaults: { cancelAfterMs: 120_000, lifetimeMs: 1_200_000 },
    ...options,
  };
  const catalog = createCatalog(deps);
  await catalog.syncLists();
  return { catalog, clock, replica: () => createCatalog(deps) };
}

/** Empties what the tests of this folder write. */
export async function clear(db: Database): Promise<void> {
  for (const table of [
    "offers",
    "offer_scopes",
    "provider_services",
    "provider_countries",
    "services",
    "countries",
    "favourites",
    "provider_health",
    "orders",
    "quotes",
  ] as const) {
    await db.deleteFrom(table).execute();
  }
  // These keep their history, so they can only be ended.
  const at = new Date();
  await db
    .updateTable("price_rules")
    .set({ removed_at: at, removed_by: "test" })
    .where("removed_at", "is", null)
    .execute();
  await db.updateTable("switches").set({ on_at: at, on_by: "test" }).where("on_at", "is", null).execute();
  await db.updateTable("pauses").set({ on_at: at, on_by: "test" }).where("on_at", "is", null).execute();
}

let telegramIds = 70_000;

export async function createBuyer(db: Database, at: Date): Promise<string> {
  telegramIds += 1;
  const telegramId = telegramIds;
  const buyer = await inTransaction(db, (tx) => upsertBuyer(tx, { telegramId, languageCode: "en", at }));
  return buyer.id;
}

export interface PastOrders {
  readonly buyerId: string;
  readonly provider: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly rentedAt: Date;
  /** Of `count` numbers this many brought an SMS, after `seconds`. */
  readonly received: number;
  readonly count: number;
  readonly seconds?: number;
  /** Neither received nor closed. */
  readonly isOpen?: boolean;
}

/** Numbers that were rented before. */
export async function insertPastOrders(db: Database, past: PastOrders): Promise<void> {
  const rows = Array.from({ length: past.count }, (_, index) => {
    const isReceived = index < past.received;
    const receivedAt = new Date(past.rentedAt.getTime() + (past.seconds ?? 30) * 1000);
    const id = newId();
    return {
      id,
      buyer_id: past.buyerId,
      quote_id: newId(),
      service_id: past.serviceId,
      country_id: past.countryId,
      state: past.isOpen ? "waiting" : isReceived ? "finished" : "expired",
      price_micros: 480_000n,
      cost_ceiling_micros: 460_000n,
      provider: past.provider,
      upstream_id: id,
      phone: "+447700900123",
      placed_at: past.rentedAt,
      rented_at: past.rentedAt,
      received_at: isReceived ? receivedAt : null,
      closed_at: past.isOpen ? null : receivedAt,
      chat_id: 1n,
    };
  });
  await db.insertInto("orders").values(rows).execute();
}

import type { Catalog, Offer } from "../../src/catalog/catalog.ts";
import type { ShopErrorCode } from "../../src/core/errors.ts";
import { newId } from "../../src/core/ids.ts";
import type { Database } from "../../src/db/client.ts";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { ensureSystemAccounts, selectBalance, selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { type OrderRow, selectOrder } from "../../src/db/queries/orders.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { createSlots } from "../../src/orders/buying/slots.ts";
import { createOrders } from "../../src/orders/create-orders.ts";
import type { OrderDeps } from "../../src/orders/order-deps.ts";
import { createAnswerStore } from "../../src/orders/store-answer.ts";
import { systemAccounts } from "../../src/wallet/accounts.ts";
import { adjust } from "../../src/wallet/wallet.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { createTestLogger } from "./logger.ts";
import { createScriptedProvider, type ScriptedProvider } from "./scripted-provider.ts";

export const priceMicros = 480_000n;
export const ceilingMicros = 460_000n;

export interface TestShop {
  readonly db: Database;
  readonly clock: TestClock;
  readonly providers: readonly ScriptedProvider[];
  readonly orders: ReturnType<typeof createOrders>;
  readonly deps: OrderDeps;
  /** What the catalogue routes to; by default one offer a provider, in order. */
  offers: Offer[];
  /** The price of a new quote. */
  todayMicros: bigint;
  /** Why nothing is quoted now; undefined: it is. */
  quoteRefusal: ShopErrorCode | undefined;
  /** Services that the blocklist takes off sale. */
  readonly blocked: Set<string>;
  readonly refusals: string[];
  buyer(availableMicros: bigint): Promise<string>;
  quote(buyerId: string): Promise<string>;
  /** Quote, tap, and the provider's answer. */
  buy(buyerId: string): Promise<string>;
  order(orderId: string): Promise<OrderRow>;
  balance(buyerId: string): Promise<{ availableMicros: bigint; heldMicros: bigint }>;
  /** Runs one watching pass for each provider. */
  watch(): Promise<void>;
  messages(kind?: string): Promise<{ kind: string; payload: Record<string, unknown> }[]>;
  /** Another process on the same database: same parts, own watchers. */
  replica(holder: string): TestShop["orders"];
  /** Throws when the ledger breaks one of its promises. */
  assertSound(): Promise<void>;
}

let telegramIds = 1_000;

/** Orders on a real database, with scripted providers and a catalogue of fixed offers. */
export async function createTestShop(
  db: Database,
  options: { providers?: readonly ScriptedProvider[]; deps?: Partial<OrderDeps> } = {},
): Promise<TestShop> {
  const clock = createTestClock();
  const providers = options.providers ?? [createScriptedProvider()];
  const refusals: string[] = [];
  const offers = providers.map((provider) => offerOf(provider.name, clock.now()));
  const blocked = new Set<string>();
  const shop = { offers, todayMicros: priceMicros, quoteRefusal: undefined as ShopErrorCode | undefined };
  const catalog = {
    route: async () => shop.offers,
    refusal: async ({ serviceId }: { serviceId: string }) =>
      blocked.has(serviceId) ? "service_blocked" : undefined,
    quote: async ({ buyerId }: { buyerId: string }) => {
      if (shop.quoteRefusal) return { kind: "refused", code: shop.quoteRefusal };
      if (shop.offers.length === 0) return { kind: "refused", code: "out_of_stock" };
      const id = await storeQuote(db, clock, buyerId, shop.todayMicros);
      return { kind: "quote", quote: { id, priceMicros: shop.todayMicros } };
    },
    reportRefusal: async (offer: Offer, kind: string) => {
      refusals.push(`${offer.provider} ${kind}`);
    },
  } as unknown as Catalog;
  const deps: OrderDeps = {
    db,
    clock,
    logger: createTestLogger(),
    catalog,
    providers: new Map(providers.map((provider) => [provider.name, provider])),
    limits: {
      maxOpenOrders: 100,
      purchasesPerHour: 1_000,
      cancelsPerHour: 1_000,
      newBuyerOrdersPerDay: 1_000,
    },
    defaults: { cancelAfterMs: 120_000, lifetimeMs: 1_200_000 },
    termsVersion: 1,
    checkpoint: () => undefined,
    onMessages: () => undefined,
    slots: createSlots(() => 32),
    operatorChatIds: [1],
    missingAt: async () => undefined,
    answers: createAnswerStore({ db, clock, logger: createTestLogger() }),
    ...options.deps,
  };
  await ensureSystemAccounts(db, systemAccounts(["stars"], [...deps.providers.keys()]));
  const replica = (holder: string) =>
    createOrders(deps, holder, { wakeWatcher: () => undefined, answer: () => undefined });
  const orders = replica("test");
  const never = new AbortController().signal;

  return Object.assign(shop, {
    db,
    clock,
    providers,
    orders,
    deps,
    blocked,
    refusals,
    replica,
    async buyer(availableMicros: bigint) {
      telegramIds += 1;
      const telegramId = telegramIds;
      const at = clock.now();
      const { id } = await inTransaction(db, (tx) => upsertBuyer(tx, { telegramId, languageCode: "en", at }));
      const change = { key: newId(), buyerId: id, actor: "test", reason: "test", at };
      if (availableMicros > 0n) await adjust(db, { ...change, amountMicros: availableMicros });
      return id;
    },
    quote: (buyerId: string) => storeQuote(db, clock, buyerId, priceMicros),
    async buy(buyerId: string) {
      const quoteId = await this.quote(buyerId);
      const result = await orders.purchase({
        buyerId,
        quoteId,
        chatId: 5,
        cardMessageId: 7,
        acceptsTermsVersion: 1,
      });
      if (result.kind !== "placed")
        throw new Error(`not placed: ${JSON.stringify(result, (_, v) => String(v))}`);
      await orders.drain();
      return result.orderId;
    },
    async order(orderId: string) {
      const row = await selectOrder(db, orderId);
      if (!row) throw new Error("no such order");
      return row;
    },
    balance: (buyerId: string) => selectBalance(db, buyerId),
    async watch() {
      for (const provider of providers) await orders.watch(provider.name, never);
    },
    async messages(kind?: string) {
      const rows = await db.selectFrom("outbox").select(["kind", "payload"]).orderBy("id").execute();
      const all = rows.map((row) => ({ kind: row.kind, payload: row.payload as Record<string, unknown> }));
      return kind === undefined ? all : all.filter((row) => row.kind === kind);
    },
    async assertSound() {
      const differences = await selectLedgerDifferences(db);
      if (differences.length > 0) throw new Error(`ledger: ${JSON.stringify(differences)}`);
    },
  });
}

async function storeQuote(db: Database, clock: TestClock, buyerId: string, price: bigint): Promise<string> {
  const id = newId();
  const row = { id, buyer_id: buyerId, service_id: "wa", country_id: "GB", price_micros: price };
  const expiresAt = new Date(clock.now().getTime() + 600_000);
  await db
    .insertInto("quotes")
    .values({ ...row, cost_ceiling_micros: ceilingMicros, created_at: clock.now(), expires_at: expiresAt })
    .execute();
  return id;
}

export function offerOf(provider: string, observedAt: Date, costMicros = 180_000n): Offer {
  return {
    provider,
    serviceId: "wa",
    countryId: "GB",
    serviceCode: "wa",
    countryCode: "16",
    operator: null,
    costMicros,
    stock: 5,
    observedAt,
    usualWaitMs: null,
  };
}

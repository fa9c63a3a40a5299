import { createSandboxClock, type SandboxClock } from "../../sandbox/clock.ts";
import type { PretendProvider } from "../../sandbox/providers/server.ts";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { startWorld, type World, type WorldOptions } from "../../sandbox/world.ts";
import { newId } from "../../src/core/ids.ts";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import type { Protocol } from "../../src/providers/port/provider.ts";
import { TERMS_VERSION } from "../../src/texts/index.ts";
import { adjust } from "../../src/wallet/wallet.ts";
import { type Buyer, createBuyer } from "../support/buyer.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

/** What each pretend supplier calls WhatsApp and India: the pair that all of them sell. */
export const indianWhatsApp: Readonly<Record<Protocol, readonly [service: string, country: string]>> = {
  oxgel: ["wa", "22"],
  "handler-api": ["wa", "22"],
  otpbuddy: ["whatsapp", "in"],
  tempcode77: ["whatsapp", "in"],
  "push-gateway": ["any", "3"],
  fivesim: ["whatsapp", "india"],
};

export interface RichBuyer extends Buyer {
  readonly buyerId: string;
}

export interface RoutingWorld {
  readonly clock: SandboxClock;
  readonly database: TestDatabase;
  readonly world: World;
  readonly operator: PretendUser;
  provider(name: string): PretendProvider;
  /** What this supplier asks for the pair. */
  price(name: string, costMicros: bigint): void;
  stock(name: string, stock: number): void;
  /** Requests of one kind that a supplier got, with what came before left out. */
  sent(name: string, operation: string, since?: Date): number;
  /** The shop reads all prices anew at the next look. */
  forgetPrices(): Promise<void>;
  /** Somebody who has started the bot and has this much money. */
  buyer(amountMicros?: bigint): Promise<RichBuyer>;
  /** A purchase without the chat: the quote is made up, the rest is the shop's. */
  order(buyer: RichBuyer, terms: { priceMicros: bigint; ceilingMicros: bigint }): Promise<string>;
  /** The hold, capture and release transfers of an order. */
  transfersOf(orderId: string): Promise<string[]>;
  latestOrder(
    buyerId: string,
  ): Promise<{ id: string; state: string; provider: string | null; phone: string }>;
  close(): Promise<void>;
}

const OPERATOR_ID = 42;
const LIMITS = {
  ADMIN_IDS: String(OPERATOR_ID),
  MAX_OPEN_ORDERS: "100",
  PURCHASES_PER_HOUR: "1000",
  NEW_BUYER_ORDERS_PER_DAY: "1000",
};

/** The whole shop with these providers, a clock that a test speeds up, and an operator who reads along. */
export async function startRoutingWorld(
  providers: NonNullable<WorldOptions["providers"]>,
  env: Readonly<Record<string, string>> = {},
): Promise<RoutingWorld> {
  const clock = createSandboxClock();
  const database = await createTestDatabase();
  const { db, connectionString } = database;
  const logger = createTestLogger();
  const world = await startWorld({
    clock,
    logger,
    connectionString,
    providers,
    env: { ...LIMITS, ...env },
    pulseMs: 50,
  });
  const operator = world.telegram.user({ id: OPERATOR_ID, firstName: "Olga" });
  operator.start();
  await operator.waitForMessage("Welcome", { timeoutMs: 15_000 });

  const provider = (name: string): PretendProvider => {
    const found = world.providers.get(name);
    if (!found) throw new Error(`there is no provider ${name}`);
    return found;
  };
  const pairOf = (name: string) => indianWhatsApp[provider(name).protocol];

  return {
    clock,
    database,
    world,
    operator,
    provider,
    price: (name, costMicros) => provider(name).market.setPrice(...pairOf(name), costMicros),
    stock: (name, stock) => provider(name).market.setStock(...pairOf(name), stock),
    sent: (name, operation, since = new Date(0)) =>
      provider(name)
        .requests()
        .filter((request) => request.operation === operation && request.at >= since).length,
    async forgetPrices() {
      await db.deleteFrom("offers").execute();
      // The lists of names stay known: one that is read anew is good for prices as well.
      await db.deleteFrom("offer_scopes").where("scope", "!=", "#lists").execute();
    },
    async buyer(amountMicros = 5_000_000n) {
      const user = world.telegram.user({ firstName: "Ada", languageCode: "en" });
      const buyer = createBuyer(user);
      await buyer.start();
      const at = clock.now();
      const { id } = await inTransaction(db, (tx) =>
        upsertBuyer(tx, { telegramId: user.id, languageCode: "en", at }),
      );
      await adjust(db, { key: newId(), buyerId: id, actor: "test", reason: "test", at, amountMicros });
      return { ...buyer, buyerId: id };
    },
    async order({ buyerId, user }, { priceMicros, ceilingMicros }) {
      const quoteId = newId();
      const at = clock.now();
      await db
        .insertInto("quotes")
        .values({
          id: quoteId,
          buyer_id: buyerId,
          service_id: "wa",
          country_id: "IN",
          price_micros: priceMicros,
          cost_ceiling_micros: ceilingMicros,
          created_at: at,
          expires_at: new Date(at.getTime() + 600_000),
        })
        .execute();
      const purchase = { buyerId, quoteId, cardMessageId: null, acceptsTermsVersion: TERMS_VERSION };
      const result = await world.shop.services.orders.purchase({ ...purchase, chatId: user.id });
      if (result.kind !== "placed") throw new Error(`not placed: ${result.kind}`);
      return result.orderId;
    },
    async transfersOf(orderId) {
      const rows = await db.selectFrom("transfers").select("kind").where("order_id", "=", orderId).execute();
      return rows.map((row) => row.kind).filter((kind) => ["hold", "capture", "release"].includes(kind));
    },
    async latestOrder(buyerId) {
      const row = await db
        .selectFrom("orders")
        .select(["id", "state", "provider", "phone"])
        .where("buyer_id", "=", buyerId)
        .orderBy("placed_at", "desc")
        .executeTakeFirstOrThrow();
      return { ...row, phone: row.phone ?? "" };
    },
    async close() {
      await world.close();
      const differences = await selectLedgerDifferences(db);
      await database.close();
      if (differences.length > 0) throw new Error(`ledger: ${JSON.stringify(differences)}`);
    },
  };
}

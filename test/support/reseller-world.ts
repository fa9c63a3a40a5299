import { createSandboxClock, type SandboxClock } from "../../sandbox/clock.ts";
import type { PretendProvider } from "../../sandbox/providers/server.ts";
import { startWorld, type World, type WorldOptions } from "../../sandbox/world.ts";
import { newId } from "../../src/core/ids.ts";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { selectBalance, selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import type { Reseller } from "../../src/reseller/reseller.ts";
import { adjust } from "../../src/wallet/wallet.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { createTestLogger } from "./logger.ts";
import { createResellerClient, type ResellerClient } from "./reseller-client.ts";

export interface TestReseller extends ResellerClient {
  readonly buyerId: string;
  readonly telegramId: number;
  readonly keyId: string;
  /** The whole key. */
  readonly key: string;
  balance(): Promise<{ availableMicros: bigint; heldMicros: bigint }>;
  /** States of this buyer's orders, the oldest first. */
  states(): Promise<string[]>;
}

export interface ResellerWorld {
  readonly world: World;
  readonly clock: SandboxClock;
  readonly database: TestDatabase;
  readonly provider: PretendProvider;
  readonly reseller: Reseller;
  readonly url: string;
  readonly logger: ReturnType<typeof createTestLogger>;
  /** A buyer with money and a key, who has never opened the chat. */
  newReseller(amountMicros?: bigint): Promise<TestReseller>;
  /** An SMS for this number. */
  deliver(phone: string, code: string, text?: string): void;
  /** Runs with a fast clock, so that suppliers are asked soon. */
  sped<Result>(run: () => PromiseLike<Result>): Promise<Result>;
  close(): Promise<void>;
}

let people = 800_000;

/** The whole shop with the resellers' API on, and one pretend supplier. */
export async function startResellerWorld(
  options: Partial<Pick<WorldOptions, "providers" | "env" | "checkpoint" | "onProviderRequest">> = {},
): Promise<ResellerWorld> {
  const clock = createSandboxClock();
  const database = await createTestDatabase();
  const { db, connectionString } = database;
  const logger = createTestLogger();
  const providers = options.providers ?? { oxgel: "oxgel" as const };
  const env = {
    RESELLER_API: "on",
    NEW_BUYER_ORDERS_PER_DAY: "1000",
    MAX_OPEN_ORDERS: "100",
    ...options.env,
  };
  const world = await startWorld({
    clock,
    logger,
    connectionString,
    pulseMs: 50,
    ...options,
    providers,
    env,
  });
  const [provider] = world.providers.values();
  const { reseller } = world.shop.services;
  if (!provider || !reseller) throw new Error("the world has no provider or no resellers' API");
  const url = `http://127.0.0.1:${world.shop.port}`;

  return {
    world,
    clock,
    database,
    provider,
    reseller,
    url,
    logger,
    async newReseller(amountMicros = 20_000_000n) {
      people += 1;
      const telegramId = people;
      const at = clock.now();
      const { id: buyerId } = await inTransaction(db, (tx) =>
        upsertBuyer(tx, { telegramId, languageCode: "en", at }),
      );
      if (amountMicros > 0n)
        await adjust(db, { key: newId(), buyerId, actor: "test", reason: "test", at, amountMicros });
      await reseller.keys.acceptTerms(buyerId);
      const made = await reseller.keys.create(buyerId, "tests");
      if (made.kind !== "made") throw new Error(made.kind);
      return {
        ...createResellerClient(url, made.text),
        buyerId,
        telegramId,
        keyId: made.key.id,
        key: made.text,
        balance: () => selectBalance(db, buyerId),
        async states() {
          const rows = await db
            .selectFrom("orders")
            .select("state")
            .where("buyer_id", "=", buyerId)
            .orderBy("placed_at")
            .execute();
          return rows.map(({ state }) => state);
        },
      };
    },
    deliver(phone, code, text = `Your code: ${code}`) {
      provider.market.deliver(`+${phone}`, { code, text });
    },
    async sped(run) {
      clock.setSpeed(30);
      try {
        return await run();
      } finally {
        clock.setSpeed(1);
      }
    },
    async close() {
      await world.close();
      const differences = await selectLedgerDifferences(db);
      await database.close();
      if (differences.length > 0) throw new Error(`ledger: ${JSON.stringify(differences)}`);
    },
  };
}

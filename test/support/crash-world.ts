import { openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PretendCryptoPay, startPretendCryptoPay } from "../../sandbox/crypto-pay.ts";
import { scaleDatabaseTime } from "../../sandbox/soak/database-time.ts";
import { selectUnrest } from "../../sandbox/soak/facts.ts";
import { startFront } from "../../sandbox/soak/front.ts";
import { findViolations } from "../../sandbox/soak/invariants.ts";
import { type Supplier, soakEnvironment, startSoakOutside } from "../../sandbox/soak/outside.ts";
import { createPostman } from "../../sandbox/soak/postman.ts";
import { type Replica, startReplica } from "../../sandbox/soak/replica.ts";
import { createScaledClock, type TimeScale } from "../../sandbox/soak/scaled-clock.ts";
import type { Violation } from "../../sandbox/soak/violation.ts";
import { createWitness } from "../../sandbox/soak/witness.ts";
import { type Outside, tellWebhooks } from "../../sandbox/world.ts";
import type { Clock } from "../../src/core/clock.ts";
import { systemClock } from "../../src/core/clock.ts";
import { newId } from "../../src/core/ids.ts";
import type { Database } from "../../src/db/client.ts";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { adjust } from "../../src/wallet/wallet.ts";
import { createTestDatabase } from "./database.ts";

const SPEED = 30;
const REST_MS = 40_000;
const CRYPTO_TOKEN = "1234:pretend-crypto-pay-token";
export const operatorId = 700_000_001;

/** One product at each supplier, and one (Google in Poland) that two of them sell. */
const suppliers: Readonly<Record<string, Supplier>> = {
  // Names no list of rentals: a purchase in doubt is released, and the loss is told.
  oxgel: {
    protocol: "oxgel",
    sells: ({ serviceCode, countryCode }) => is(serviceCode, countryCode, ["wa 16", "go 15"]),
    cancelAfterMs: 8_000,
    lifetimeMs: 300_000,
  },
  // Has a list: a purchase in doubt is found again.
  herosms: {
    protocol: "handler-api",
    dialect: "herosms",
    sells: ({ serviceCode, countryCode }) => is(serviceCode, countryCode, ["lf 187", "ig 187", "go 15"]),
    cancelAfterMs: 8_000,
    lifetimeMs: 300_000,
  },
  // Pushes.
  gateway: {
    protocol: "push-gateway",
    sells: ({ countryCode }) => countryCode === "3",
    cancelAfterMs: 8_000,
    lifetimeMs: 300_000,
  },
};

function is(serviceCode: string, countryCode: string, pairs: readonly string[]): boolean {
  return pairs.includes(`${serviceCode} ${countryCode}`);
}

export interface CrashWorld {
  readonly clock: Clock;
  readonly db: Database;
  readonly outside: Outside;
  readonly cryptoPay: PretendCryptoPay;
  /** Starts the shop, to die at that point; the one before it must be dead. */
  start(crashAt?: string): Replica;
  stop(): Promise<void>;
  /** What an earlier scenario arranged and nobody met. */
  endFaults(): void;
  /** Gives a buyer money without any of the steps under test. */
  fund(telegramId: number, amountMicros: bigint): Promise<void>;
  /**
   * Ends all faults and delivers what numbers are waiting for, until the shop has nothing left to do and every promise
   * holds; what does not hold after a while.
   */
  violationsAtRest(): Promise<Violation[]>;
  close(): Promise<void>;
}

/** The shop as a process of its own, on its own database, between a pretend Telegram and pretend suppliers. */
export async function createCrashWorld(script: string): Promise<CrashWorld> {
  const scale: TimeScale = { anchorMs: Date.now(), speed: SPEED };
  const clock = createScaledClock(scale);
  const database = await createTestDatabase();
  await scaleDatabaseTime(database.connectionString, scale);
  const outside = await startSoakOutside(clock, suppliers);
  const cryptoPay = await startPretendCryptoPay(CRYPTO_TOKEN);
  const witness = createWitness(outside);
  outside.telegram.user({ id: operatorId }).start();
  let replica: Replica | undefined;
  let port: number | undefined;
  const ports = (): number[] => (port !== undefined && replica?.isAlive() ? [port] : []);
  const front = await startFront({
    ports,
    onForwarded: ({ body, status }) => witness.forwarded(body, status),
  });
  const env = soakEnvironment(outside, {
    DATABASE_URL: database.connectionString,
    PUBLIC_URL: front.url,
    ADMIN_IDS: String(operatorId),
    TOPUPS: "stars,crypto-pay,manual",
    CRYPTO_PAY_TOKEN: CRYPTO_TOKEN,
    CRYPTO_PAY_API_ROOT: cryptoPay.apiRoot,
    ORDER_LIFETIME_SECONDS: "120",
  });
  tellWebhooks(outside, front.url);
  const postman = createPostman({ clock, providers: outside.providers, witness, seed: 1 });
  const endFaults = (): void => {
    for (const provider of outside.providers.values()) provider.faults.clear();
    outside.telegram.faults.clear();
  };
  const log = openSync(join(tmpdir(), `numstore-crash-${process.pid}.log`), "a");

  return {
    clock,
    db: database.db,
    outside,
    cryptoPay,
    start(crashAt) {
      port = undefined;
      const started = startReplica({ script, env, scale, log, ...(crashAt !== undefined && { crashAt }) });
      replica = started;
      void started.opened.then((opened) => {
        if (replica === started) port = opened;
      });
      return started;
    },
    stop: async () => replica?.kill(),
    endFaults,
    async fund(telegramId, amountMicros) {
      await fund(database.db, clock, telegramId, amountMicros);
    },
    async violationsAtRest() {
      endFaults();
      const judged = { db: database.db, outside, witness, listed: ["herosms"] };
      const deadline = Date.now() + REST_MS;
      for (;;) {
        postman.step(true);
        const unrest = Object.keys(await selectUnrest(database.db));
        if (outside.telegram.pendingUpdates() > 0) unrest.push("webhooks");
        const violations = unrest.length > 0 ? [] : await findViolations({ now: clock.now(), ...judged });
        if (unrest.length + violations.length === 0) return [];
        if (Date.now() > deadline) return unrest.length > 0 ? [noRest(unrest)] : violations;
        await systemClock.sleep(30);
      }
    },
    async close() {
      await replica?.kill();
      await front.close();
      await outside.close();
      await cryptoPay.close();
      await database.close();
    },
  };
}

function noRest(unrest: readonly string[]): Violation {
  return { promise: "the shop comes to rest", detail: unrest.join(", ") };
}

async function fund(db: Database, clock: Clock, telegramId: number, amountMicros: bigint): Promise<void> {
  const at = clock.now();
  const { id } = await inTransaction(db, (tx) => upsertBuyer(tx, { telegramId, languageCode: "en", at }));
  await adjust(db, { key: newId(), buyerId: id, actor: "test", reason: "test", at, amountMicros });
}

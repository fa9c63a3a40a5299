import { openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { type PretendCryptoPay, startPretendCryptoPay } from "../../sandbox/crypto-pay.ts";
import { selectUnrest } from "../../sandbox/soak/facts.ts";
import { startFront } from "../../sandbox/soak/front.ts";
import { findViolations } from "../../sandbox/soak/invariants.ts";
import { type Supplier, soakEnvironment, startSoakOutside } from "../../sandbox/soak/outside.ts";
import { createPostman } from "../../sandbox/soak/postman.ts";
import { type Replica, startReplica } from "../../sandbox/soak/replica.ts";
import type { Violation } from "../../sandbox/soak/violation.ts";
import { createWitness } from "../../sandbox/soak/witness.ts";
import { type Outside, tellWebhooks } from "../../sandbox/world.ts";
import type { Clock } from "../../src/core/clock.ts";
import { newId } from "../../src/core/ids.ts";
import type { Database } from "../../src/db/client.ts";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { createApiKeys } from "../../src/reseller/keys.ts";
import { createWebhookNetwork } from "../../src/reseller/webhooks/network.ts";
import { createWebhooks } from "../../src/reseller/webhooks/webhooks.ts";
import { TERMS_VERSION } from "../../src/texts/index.ts";
import { adjust } from "../../src/wallet/wallet.ts";
import { type SharedTime, startSharedTime } from "./crash-time.ts";
import { createTestDatabase } from "./database.ts";

/** Longer than any deadline of the shop that has to pass before it rests. */
const REST_MS = 20 * 60_000;
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
  readonly time: SharedTime;
  readonly db: Database;
  readonly outside: Outside;
  readonly cryptoPay: PretendCryptoPay;
  /** Starts the shop, to die at that point; the one before it must be dead. */
  start(crashAt?: string): Replica;
  stop(): Promise<void>;
  /** Where the shop that runs now listens; undefined: it is down. */
  url(): string | undefined;
  /** A reseller's key of this buyer. */
  keyOf(telegramId: number): Promise<string>;
  isDown(): boolean;
  /** What an earlier scenario arranged and nobody met. */
  endFaults(): void;
  /** An operator has looked into what earlier scenarios left at the suppliers: the next self-check notes how things are. */
  acceptBalances(): Promise<void>;
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
  const database = await createTestDatabase();
  const time = await startSharedTime(database.connectionString);
  const { clock } = time;
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
    RESELLER_API: "on",
  });
  tellWebhooks(outside, front.url);
  const postman = createPostman({ clock, providers: outside.providers, witness, seed: 1 });
  const endFaults = (): void => {
    for (const provider of outside.providers.values()) provider.faults.clear();
    outside.telegram.faults.clear();
  };
  const log = openSync(join(tmpdir(), `numstore-crash-${process.pid}.log`), "a");

  return {
    time,
    db: database.db,
    outside,
    cryptoPay,
    start(crashAt) {
      port = undefined;
      const given = {
        ...env,
        CRASH_NOW_MS: String(clock.now().getTime()),
        ...(crashAt !== undefined && { CRASH_AT: crashAt }),
      };
      const started = startReplica({ script, env: given, log });
      replica = started;
      time.drive(started);
      void started.opened.then((opened) => {
        if (replica === started) port = opened;
      });
      return started;
    },
    stop: async () => replica?.kill(),
    url: () => {
      const [open] = ports();
      return open === undefined ? undefined : `http://127.0.0.1:${open}`;
    },
    async keyOf(telegramId) {
      const at = clock.now();
      const { id } = await inTransaction(database.db, (tx) =>
        upsertBuyer(tx, { telegramId, languageCode: "en", at }),
      );
      const keys = createApiKeys({
        db: database.db,
        clock,
        termsVersion: TERMS_VERSION,
        webhooks: createWebhooks({
          ...{ db: database.db, clock, network: createWebhookNetwork() },
          signingKey: () => Buffer.alloc(32),
          onCall: () => undefined,
        }),
        onChange: () => undefined,
      });
      await keys.acceptTerms(id);
      const made = await keys.create(id, "crash");
      if (made.kind !== "made") throw new Error(made.kind);
      return made.text;
    },
    isDown: () => !replica?.isAlive(),
    endFaults,
    async acceptBalances() {
      await sql`DELETE FROM settings WHERE key LIKE 'balance_baseline:%'`.execute(database.db);
    },
    async fund(telegramId, amountMicros) {
      await fund(database.db, clock, telegramId, amountMicros);
    },
    async violationsAtRest() {
      endFaults();
      const judged = { db: database.db, outside, witness, listed: ["herosms"] };
      let left: Violation[] = [];
      const isAtRest = async (): Promise<true | undefined> => {
        postman.step(true);
        const unrest = Object.keys(await selectUnrest(database.db));
        if (outside.telegram.pendingUpdates() > 0) unrest.push("webhooks");
        left = unrest.length > 0 ? [noRest(unrest)] : await findViolations({ now: clock.now(), ...judged });
        return left.length === 0 || undefined;
      };
      await time.until(isAtRest, { ms: REST_MS }).catch((error: unknown) => {
        if (left.length === 0) throw error;
      });
      return left;
    },
    async close() {
      await replica?.kill();
      await time.stop();
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

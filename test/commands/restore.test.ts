import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startOutside } from "../../sandbox/world.ts";
import { acquireLease } from "../../src/db/queries/leases.ts";
import { selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { selectMarketState } from "../../src/db/queries/market.ts";
import { restoreBackup } from "../../src/operations/backup/read.ts";
import { writeBackup } from "../../src/operations/backup/write.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/embedded.ts";
import { contentsOf, type FilledShop, fillShop } from "../support/filled-shop.ts";
import { createTestLogger } from "../support/logger.ts";

const logger = createTestLogger();
let directory: string;
let shop: FilledShop;
/** Of that shop's database. */
let backup: string;
let target: TestDatabase;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "numstore-restore-"));
  shop = await fillShop();
  backup = join(directory, "shop.gz");
  await writeBackup({ db: shop.database.db, clock: shop.clock }, backup);
});
afterAll(async () => {
  await shop.close();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  target = await createTestDatabase();
});
afterEach(() => target.close());

async function run(text: string, database = shop.database): Promise<readonly Record<string, unknown>[]> {
  return await query(database.connectionString, text);
}

async function spoil(name: string, change: (text: string) => string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, gzipSync(change(gunzipSync(await readFile(backup)).toString("utf8"))));
  return path;
}

async function expectUntouched(database: TestDatabase): Promise<void> {
  const contents = await contentsOf(database);
  const filled = Object.entries(contents).filter(
    ([name, rows]) => rows.length > 0 && !name.startsWith("schema_"),
  );
  expect(filled).toEqual([]);
}

describe("a restore", () => {
  it("brings back every row of every table, and the numbers go on", async () => {
    const summary = await restoreBackup({ db: target.db, logger }, backup);
    const contents = await contentsOf(target);
    expect(contents).toEqual(await contentsOf(shop.database));
    for (const table of [
      "buyers",
      "orders",
      "order_sms",
      "transfers",
      "entries",
      "topup_payments",
      "outbox",
    ]) {
      expect(contents[table]?.length, table).toBeGreaterThan(0);
    }
    expect(summary.rows).toBeGreaterThan(50);
    const next = "SELECT nextval(pg_get_serial_sequence('outbox', 'id')) AS next";
    expect(await run(next, target)).toEqual(await run(next));
    expect(await selectLedgerDifferences(target.db)).toEqual([]);
  });

  it("leaves the schema as it was, with its rules in force", async () => {
    await restoreBackup({ db: target.db, logger }, backup);
    const constraints = `
      SELECT conrelid::regclass::text, conname, condeferrable, convalidated, pg_get_constraintdef(oid) AS definition
      FROM pg_constraint ORDER BY 1, 2`;
    expect(await run(constraints, target)).toEqual(await run(constraints));
    await expect(run("DELETE FROM entries", target)).rejects.toThrow(/append-only/);
  });

  it("lets the shop go on: the open order gets its code, and a new one is bought", async () => {
    await restoreBackup({ db: target.db, logger }, backup);
    const restored = await shop.open(target);
    try {
      const { market, bob } = shop;
      const waiting = market.active().find(({ status }) => status === "waiting");
      market.deliver(waiting?.id ?? "", { code: "600613" });
      await bob.hears("600613");
      const carol = await shop.customer("Carol");
      await carol.buyWhatsApp();
      const orders = await run("SELECT state FROM orders ORDER BY placed_at", target);
      expect(orders.map(({ state }) => state)).toEqual(["received", "received", "waiting"]);
      expect(await selectLedgerDifferences(target.db)).toEqual([]);
    } finally {
      await restored.stop();
    }
  });

  it("takes over no number of the old database's transactions: a larger one would be a change without an end", async () => {
    // As in a database that has run for years.
    await run("INSERT INTO catalog_changes (subject, xid) SELECT service_id, '9000000000000' FROM offers");
    const path = join(directory, "old.gz");
    await writeBackup({ db: shop.database.db, clock: shop.clock }, path);
    await restoreBackup({ db: target.db, logger }, path);
    const services = (await run("SELECT DISTINCT service_id AS id FROM offers", target)).map(({ id }) =>
      String(id),
    );
    const known = services.map((subject) => ({ subject, mark: "0" }));
    const ask = { providers: [], serviceIds: [], scopes: [], at: new Date() };
    const first = await selectMarketState(target.db, { ...ask, known });
    expect(first.changed.toSorted()).toEqual(services.toSorted());
    const upToDate = known.map(({ subject }) => ({ subject, mark: first.mark }));
    expect((await selectMarketState(target.db, { ...ask, known: upToDate })).changed).toEqual([]);
  });

  it("takes the place of what a shop wrote when it merely started", async () => {
    const quiet = await startOutside({ clock: shop.clock });
    await (await shop.open(target, quiet)).stop();
    await quiet.close();
    expect(await run("SELECT 1 FROM accounts", target)).not.toEqual([]);
    await run("UPDATE leases SET expires_at = now()", target);
    await restoreBackup({ db: target.db, logger }, backup);
    expect(await contentsOf(target)).toEqual(await contentsOf(shop.database));
  });

  it("into a database with a shop in it is refused", async () => {
    await restoreBackup({ db: target.db, logger }, backup);
    await expect(restoreBackup({ db: target.db, logger }, backup)).rejects.toThrow(
      /has a shop in it already/,
    );
    expect(await contentsOf(target)).toEqual(await contentsOf(shop.database));
  });

  it("under a shop that runs is refused", async () => {
    await acquireLease(target.db, "telegram-polling", "another process", 60_000);
    await expect(restoreBackup({ db: target.db, logger }, backup)).rejects.toThrow(/A shop is at work/);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ["without its end", (text) => text.slice(0, text.indexOf('{"end"')), /cut off/],
    ["without its last rows", (text) => text.split("\n").slice(0, -5).join("\n"), /cut off/],
    ["without one row", (text) => text.replace(/^\{"row".*\n/m, ""), /altered|not as npm run backup/],
    ["with a row twice", (text) => text.replace(/^\{"row".*\n/m, "$&$&"), /altered|not as npm run backup/],
    ["with another price", (text) => text.replace(/"240000"/, '"240001"'), /altered|not as npm run backup/],
    ["with something after its end", (text) => `${text}{"row":[]}\n`, /not as npm run backup wrote it/],
    [
      "with a line that is no JSON",
      (text) => text.replace('{"row"', "{row"),
      /not as npm run backup wrote it/,
    ],
    ["of another format", (text) => text.replace('"format":1', '"format":2'), /has format 2/],
    [
      "of another version",
      (text) => text.replace(/"checksum":"../, '"checksum":"zz'),
      /made by another version/,
    ],
    ["of a newer version", (text) => text.replace('"0001_', '"9999_'), /made by another version/],
    [
      "of an older version",
      (text) => text.replace(/,\{"name":"[^"]*","checksum":"[^"]*"\}\]/, "]"),
      /made by an older version/,
    ],
  ])("of a file %s is refused and changes nothing", async (name, change, message) => {
    const path = await spoil(`${name}.gz`, change);
    await expect(restoreBackup({ db: target.db, logger }, path)).rejects.toThrow(message);
    await expectUntouched(target);
  });

  it("of a file that lost its second half, or has a flipped bit, is refused and changes nothing", async () => {
    const whole = await readFile(backup);
    const path = join(directory, "half.gz");
    await writeFile(path, whole.subarray(0, whole.length / 2));
    await expect(restoreBackup({ db: target.db, logger }, path)).rejects.toThrow(/cut off/);
    const middle = Math.floor(whole.length / 2);
    whole[middle] = (whole[middle] ?? 0) ^ 1;
    await writeFile(path, whole);
    await expect(restoreBackup({ db: target.db, logger }, path)).rejects.toThrow(
      /damaged|altered|not as npm|Nothing was restored/,
    );
    await expectUntouched(target);
  });

  it("of something else is refused", async () => {
    const path = join(directory, "something else");
    await writeFile(path, "hello");
    await expect(restoreBackup({ db: target.db, logger }, path)).rejects.toThrow(/damaged or not a backup/);
    await writeFile(path, gzipSync("hello\n"));
    await expect(restoreBackup({ db: target.db, logger }, path)).rejects.toThrow(/is not a backup/);
    await writeFile(path, "");
    await expect(restoreBackup({ db: target.db, logger }, path)).rejects.toThrow(/cut off|is not a backup/);
    await expect(restoreBackup({ db: target.db, logger }, join(directory, "none"))).rejects.toThrow(/ENOENT/);
  });

  it("of a ledger that was wrong already works, and says so", async () => {
    await run("UPDATE accounts SET balance_micros = balance_micros + 1 WHERE kind = 'available'");
    const path = join(directory, "wrong-ledger.gz");
    const { ledgerDifferences } = await writeBackup({ db: shop.database.db, clock: shop.clock }, path);
    await run("UPDATE accounts SET balance_micros = balance_micros - 1 WHERE kind = 'available'");
    expect(ledgerDifferences).toHaveLength(2);
    const restored = await restoreBackup({ db: target.db, logger }, path);
    expect(restored.ledgerDifferences).toEqual(ledgerDifferences);
  });
});

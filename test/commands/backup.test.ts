import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { selectBackupTables } from "../../src/db/queries/backup.ts";
import { restoreBackup } from "../../src/operations/backup/read.ts";
import { writeBackup } from "../../src/operations/backup/write.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/embedded.ts";
import { contentsOf, type FilledShop, fillShop } from "../support/filled-shop.ts";
import { createTestLogger } from "../support/logger.ts";

const WAIT = { timeout: 10_000, interval: 20 };
const logger = createTestLogger();
let directory: string;
let shop: FilledShop;
let target: TestDatabase;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "numstore-backup-"));
  shop = await fillShop();
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

describe("a backup", () => {
  // The queues of messages and the changes of the catalogue follow from the rest, by triggers.
  it("has every table with facts of its own, each after those that it points to", async () => {
    const tables = await selectBackupTables(shop.database.db);
    const names = tables.map(({ name }) => name);
    const known = await run(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    );
    const expected = known
      .map(({ name }) => String(name))
      .filter((name) => !name.startsWith("schema_") && !["outbox_queues", "catalog_changes"].includes(name));
    expect([...names].sort()).toEqual(expected.sort());
    for (const { name, refersTo } of tables) {
      for (const other of refersTo) expect(names.indexOf(other)).toBeLessThanOrEqual(names.indexOf(name));
    }
  });

  it("has every column that is stored", async () => {
    const tables = await selectBackupTables(shop.database.db);
    const known = await run(
      "SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND is_generated = 'NEVER' AND table_name NOT LIKE 'schema\\_%' AND table_name NOT IN ('outbox_queues', 'catalog_changes')",
    );
    const names = tables.flatMap((table) => table.columns.map((column) => `${table.name}.${column.name}`));
    expect(names.sort()).toEqual(known.map(({ name }) => String(name)).sort());
  });

  it("is for its owner's eyes only", async () => {
    const path = join(directory, "private.gz");
    await writeBackup({ db: shop.database.db, clock: shop.clock }, path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("never replaces a file", async () => {
    const path = join(directory, "precious");
    await writeFile(path, "precious");
    await expect(writeBackup({ db: shop.database.db, clock: shop.clock }, path)).rejects.toThrow(
      /exists already/,
    );
    expect(await readFile(path, "utf8")).toBe("precious");
  });

  it("leaves no file behind when it does not come to its end", async () => {
    const path = join(directory, "aborted.gz");
    const signal = AbortSignal.abort();
    await expect(writeBackup({ db: shop.database.db, clock: shop.clock, signal }, path)).rejects.toThrow();
    await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("of a database without a shop is refused", async () => {
    const empty = await createTestDatabase({ isEmpty: true });
    const path = join(directory, "empty.gz");
    await expect(writeBackup({ db: empty.db, clock: shop.clock }, path)).rejects.toThrow(/no shop in it/);
    await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
    await empty.close();
  });

  it("is of one moment, whatever is written meanwhile", async () => {
    const path = join(directory, "moment.gz");
    const before = await contentsOf(shop.database);
    const writer = new pg.Client({ connectionString: shop.database.connectionString });
    await writer.connect();
    await writer.query("BEGIN");
    await writer.query("INSERT INTO settings (key, value, updated_at) VALUES ('later', 'x', now())");
    await writer.query("LOCK TABLE settings IN ACCESS EXCLUSIVE MODE");
    const writing = writeBackup({ db: shop.database.db, clock: shop.clock }, path);
    // The backup has begun, and has come to the table that is locked.
    await vi.waitFor(async () => {
      expect(await run("SELECT pid FROM pg_locks WHERE NOT granted")).toHaveLength(1);
    }, WAIT);
    await writer.query("COMMIT");
    await writer.end();
    await writing;
    await run("DELETE FROM settings WHERE key = 'later'");
    await restoreBackup({ db: target.db, logger }, path);
    expect(await contentsOf(target)).toEqual(before);
  });
});

import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { createDatabase } from "../../src/db/client.ts";
import { MIGRATIONS_DIRECTORY, MigrationError, migrate, pendingMigrations } from "../../src/db/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

const FRUITS = "CREATE TABLE fruits (name text PRIMARY KEY);";
/** Without a retry about one start in four of such a crowd fails. */
const CROWDED_STARTS = 30;

describe("migrate", () => {
  let database: TestDatabase;
  let directory: string;

  beforeEach(async () => {
    database = await createTestDatabase({ isEmpty: true });
    directory = await mkdtemp(join(tmpdir(), "numstore-migrations-"));
  });

  afterEach(async () => {
    await database.close();
    await rm(directory, { recursive: true });
  });

  const write = (name: string, text: string) => writeFile(join(directory, name), text);
  const run = (db = database.db, clock = systemClock) =>
    migrate(db, { directory, logger: createTestLogger(), clock });
  const replica = () => {
    const { connectionString } = database;
    return createDatabase({ connectionString, applicationName: "tests", logger: createTestLogger() });
  };
  const fruits = async () => {
    const result = await sql<{ name: string }>`SELECT name FROM fruits ORDER BY name`.execute(database.db);
    return result.rows.map((row) => row.name);
  };

  it("applies the files in the order of their numbers, each once", async () => {
    await write("0002_pear.sql", "INSERT INTO fruits VALUES ('pear');");
    await write("0001_fruits.sql", FRUITS);

    expect(await run()).toEqual(["0001_fruits.sql", "0002_pear.sql"]);
    expect(await run()).toEqual([]);
    expect(await fruits()).toEqual(["pear"]);
  });

  it("takes files with several statements and function bodies", async () => {
    await write(
      "0001_fruits.sql",
      `${FRUITS}
       CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         NEW.name := upper(NEW.name); -- a semicolon; and 'quotes'
         RETURN NEW;
       END $$;
       CREATE TRIGGER shout BEFORE INSERT ON fruits FOR EACH ROW EXECUTE FUNCTION shout();
       INSERT INTO fruits VALUES ('fig');`,
    );
    await run();
    expect(await fruits()).toEqual(["FIG"]);
  });

  it("leaves nothing of a file that fails, and keeps the files before it", async () => {
    await write("0001_fruits.sql", FRUITS);
    await write("0002_pear.sql", "INSERT INTO fruits VALUES ('pear'); INSERT INTO nowhere VALUES (1);");

    await expect(run()).rejects.toThrow("nowhere");
    expect(await fruits()).toEqual([]);
    expect(await pendingMigrations(database.db, directory)).toEqual(["0002_pear.sql"]);
  });

  it("refuses a file that was changed after it was applied", async () => {
    await write("0001_fruits.sql", FRUITS);
    await run();
    await write("0001_fruits.sql", `${FRUITS} -- an afterthought`);
    await expect(run()).rejects.toThrow(/changed afterwards: 0001_fruits.sql/);
  });

  it("does not take other line endings for a change", async () => {
    await write("0001_fruits.sql", "-- one\n-- two\n");
    await run();
    await write("0001_fruits.sql", "-- one\r\n-- two\r\n");
    expect(await run()).toEqual([]);
  });

  it("refuses a database that a newer version has migrated", async () => {
    await write("0001_fruits.sql", FRUITS);
    await write("0002_pear.sql", "INSERT INTO fruits VALUES ('pear');");
    await run();
    await rm(join(directory, "0002_pear.sql"));
    await expect(run()).rejects.toThrow(/0002_pear.sql.*newer version/);
  });

  it("refuses a file that slipped in before one that is applied", async () => {
    await write("0002_fruits.sql", FRUITS);
    await run();
    await write("0001_late.sql", "SELECT 1;");
    await expect(run()).rejects.toThrow(MigrationError);
  });

  it("refuses two files with one number and names that are not numbered", async () => {
    await write("0001_a.sql", "SELECT 1;");
    await write("0001_b.sql", "SELECT 1;");
    await expect(run()).rejects.toThrow("number 0001");
    await rm(join(directory, "0001_b.sql"));
    await write("extra.sql", "SELECT 1;");
    await expect(run()).rejects.toThrow("extra.sql");
  });

  it("applies each file once when several processes start at the same moment", async () => {
    await write("0001_fruits.sql", FRUITS);
    await write("0002_slow.sql", "SELECT pg_sleep(0.2); INSERT INTO fruits VALUES ('lime');");
    const others = [1, 2, 3, 4].map(() => replica());

    const applied = await Promise.all(others.map((other) => run(other.db)));
    await Promise.all(others.map((other) => other.close()));

    expect(applied.flat().sort()).toEqual(["0001_fruits.sql", "0002_slow.sql"]);
    expect(await fruits()).toEqual(["lime"]);
  });

  it("lets a crowd of replicas start at the same moment on a database that has nothing yet", async () => {
    await write("0001_fruits.sql", FRUITS);
    const replicas = Array.from({ length: 20 }, () => replica());
    const starts: PromiseSettledResult<readonly string[]>[] = [];
    for (let round = 1; round <= CROWDED_STARTS; round += 1) {
      await sql`DROP TABLE IF EXISTS fruits, schema_migrations, schema_lock`.execute(database.db);
      // Connected beforehand: they reach the first statement together.
      await Promise.all(replicas.map(({ db }) => sql`SELECT 1`.execute(db)));
      starts.push(...(await Promise.allSettled(replicas.map(({ db }) => run(db)))));
    }
    await Promise.all(replicas.map((each) => each.close()));

    expect(starts.filter(({ status }) => status === "rejected")).toEqual([]);
    const applied = starts.flatMap((start) => (start.status === "fulfilled" ? start.value : []));
    expect(applied).toHaveLength(CROWDED_STARTS);
  });

  it("waits for one that is creating the bookkeeping, and not for ever", async () => {
    await write("0001_fruits.sql", FRUITS);
    // What the loser of a race finds: the row type of a table that it does not see yet.
    await sql`CREATE TYPE schema_lock AS ENUM ()`.execute(database.db);
    const sleeps: number[] = [];
    const sleep = async (ms: number) => void sleeps.push(ms);
    await expect(run(database.db, { ...systemClock, sleep })).rejects.toThrow(/schema_lock.*already exists/);
    expect(sleeps.length).toBeGreaterThan(1);

    const vanish = async () => void (await sql`DROP TYPE schema_lock`.execute(database.db));
    expect(await run(database.db, { ...systemClock, sleep: vanish })).toEqual(["0001_fruits.sql"]);
  });

  it("lists everything as pending on a database that has nothing yet", async () => {
    const files = (await readdir(MIGRATIONS_DIRECTORY)).filter((name) => name.endsWith(".sql")).sort();
    expect(await pendingMigrations(database.db)).toEqual(files);
  });
});

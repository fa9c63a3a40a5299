import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  attachEmbeddedPostgres,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
  startTemporaryPostgres,
} from "../../src/db/embedded/launcher.ts";
import { copyCluster, killAll, prepareCluster, query } from "../support/embedded.ts";
import { createTestLogger } from "../support/logger.ts";

const TOO_LONG_FOR_A_SOCKET = 107;

describe("embedded PostgreSQL", { timeout: 60_000 }, () => {
  let prepared: string;
  let parent: string;
  let dataDir: string;
  const running: EmbeddedPostgres[] = [];

  beforeAll(async () => {
    prepared = await prepareCluster();
  });

  afterAll(() => rm(prepared, { recursive: true }));

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "numstore-embedded-"));
    // Root's PostgreSQL is another user, who has to get to the data.
    await chmod(parent, 0o755);
    dataDir = join(parent, "data");
    await copyCluster(prepared, dataDir);
  });

  afterEach(async () => {
    for (const postgres of running.splice(0)) await postgres.stop();
    await killAll(parent);
    await rm(parent, { recursive: true, force: true, maxRetries: 5 });
  });

  async function start(directory = dataDir, logger = createTestLogger()): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({ dataDir: directory, logger });
    running.push(postgres);
    return postgres;
  }

  it("keeps what was written from one start to the next", async () => {
    const first = await start();
    await query(first.connectionString, "CREATE TABLE kept AS SELECT 42 AS n");
    await first.stop();

    const second = await start();
    expect(await query(second.connectionString, "SELECT n FROM kept")).toEqual([{ n: 42 }]);
  });

  it("lets the shop in as the owner of the database, and not as a superuser who may read any file", async () => {
    const { connectionString } = await start();
    const [role] = await query(
      connectionString,
      `SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
              pg_has_role(current_user, 'pg_read_server_files', 'member') AS reads_files,
              (SELECT datdba = r.oid FROM pg_database WHERE datname = current_database()) AS owns
       FROM pg_roles r WHERE rolname = current_user`,
    );
    expect(role).toEqual({
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      rolbypassrls: false,
      reads_files: false,
      owns: true,
    });
    for (const text of [
      "SELECT pg_read_file('/etc/passwd')",
      "CREATE TABLE t (x text); COPY t FROM '/etc/passwd'",
      "COPY (SELECT 1) TO PROGRAM 'true'",
    ]) {
      await expect(query(connectionString, text), text).rejects.toMatchObject({ code: "42501" });
    }
  });

  it("takes over the data of a shop that was its superuser, with everything in it", async () => {
    const first = await start();
    const superuser = first.connectionString.replace("//numstore@", "//postgres@");
    for (const text of [
      "CREATE TABLE old (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz)",
      "INSERT INTO old (at) VALUES (now())",
      "CREATE FUNCTION old_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
      "CREATE TRIGGER old_t BEFORE UPDATE ON old FOR EACH ROW EXECUTE FUNCTION old_trigger()",
      "CREATE SEQUENCE old_numbers",
      "CREATE VIEW old_view AS SELECT * FROM old",
      "ALTER DATABASE postgres OWNER TO postgres",
      "DROP ROLE numstore",
    ]) {
      await query(superuser, text);
    }
    await first.stop();
    const { connectionString } = await start();
    expect(await query(connectionString, "SELECT id FROM old_view")).toEqual([{ id: "1" }]);
    for (const text of [
      "ALTER TABLE old ADD COLUMN more text",
      "INSERT INTO old (more) VALUES ('x')",
      "SELECT setval('old_numbers', 5)",
      "CREATE OR REPLACE FUNCTION old_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$",
      "DROP VIEW old_view",
      "DROP TABLE old",
    ]) {
      await query(connectionString, text);
    }
  });

  describe.runIf(process.getuid?.() === 0)("as root", () => {
    it("refuses data in a directory that only root may enter, names it and the next step", async () => {
      await chmod(parent, 0o700);
      await expect(start()).rejects.toMatchObject({
        problem: "account",
        message: expect.stringMatching(
          new RegExp(`data directory ${dataDir} lies in ${parent}, .*Next: set DATA_DIR`),
        ),
      });
    });

    it("takes no directory over that holds other things", async () => {
      const shared = join(parent, "shared");
      await mkdir(shared);
      await writeFile(join(shared, "letter.txt"), "mine");
      await expect(start(shared)).rejects.toMatchObject({
        problem: "account",
        message: expect.stringMatching(/holds other things \(letter\.txt\).*Next: set DATA_DIR/),
      });
      expect((await stat(shared)).uid).toBe(0);
    });

    it("goes on with the directory of an older version, which belonged to root, without privileges", async () => {
      await chown(dataDir, 0, 0);
      await start();
      const pid = (await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8")).split("\n")[0];
      const status = await readFile(`/proc/${pid}/status`, "utf8");
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).not.toMatch(/^Uid:\t0\t/m);
    });
  });

  it("writes to disk before it confirms, listens on no port, and lets only its user at data and socket", async () => {
    const { connectionString } = await start();
    const names = ["fsync", "synchronous_commit", "full_page_writes", "data_checksums", "listen_addresses"];
    const settings = names.map((name) => `current_setting('${name}') AS ${name}`).join(", ");
    expect(await query(connectionString, `SELECT ${settings}`)).toEqual([
      {
        fsync: "on",
        synchronous_commit: "on",
        full_page_writes: "on",
        data_checksums: "on",
        listen_addresses: "",
      },
    ]);
    for (const name of [".", "postgres", "run"]) {
      expect((await stat(join(dataDir, name))).mode & 0o077, name).toBe(0);
    }
  });

  it("gives PostgreSQL nothing of our environment", async () => {
    process.env.BOT_TOKEN = "123:secret-of-the-test";
    try {
      await start();
      const pid = (await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8")).split("\n")[0];
      expect(await readFile(`/proc/${pid}/environ`, "utf8")).not.toContain("secret-of-the-test");
    } finally {
      delete process.env.BOT_TOKEN;
    }
  });

  it("refuses a directory that another live process has, and names that process", async () => {
    await start();
    await expect(start()).rejects.toMatchObject({
      problem: "in_use",
      message: expect.stringMatching(new RegExp(`in use by process ${process.pid}\\..*DATA_DIR`)),
    });
  });

  it("lets a command attach to a running shop and leaves that running", async () => {
    expect(await attachEmbeddedPostgres({ dataDir })).toBeUndefined();
    const shop = await start();

    const attached = await attachEmbeddedPostgres({ dataDir });
    expect(attached?.connectionString).toBe(shop.connectionString);
    await attached?.stop();
    expect(await query(shop.connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);

    await shop.stop();
    expect(await attachEmbeddedPostgres({ dataDir })).toBeUndefined();
  });

  it("starts over a left-over postmaster.pid whose number another process has now", async () => {
    await writeFile(join(dataDir, "postgres", "postmaster.pid"), `${process.pid}\n/elsewhere\n0\n`);
    await writeFile(join(dataDir, "owner"), `${process.pid} 1\n`);

    const { connectionString } = await start();
    expect(await query(connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("starts where an initdb was interrupted", async () => {
    const fresh = join(parent, "fresh");
    await mkdir(join(fresh, "postgres.new", "base"), { recursive: true });
    const { connectionString } = await start(fresh);
    expect(await query(connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("puts the socket elsewhere when the path of the data directory is too long for one", async () => {
    const deep = join(parent, "d".repeat(TOO_LONG_FOR_A_SOCKET));
    const { connectionString } = await start(deep);
    const socketDir = new URL(connectionString).searchParams.get("host") ?? "";
    expect(socketDir).not.toContain(deep);
    expect((await stat(socketDir)).mode & 0o077).toBe(0);
    expect((await attachEmbeddedPostgres({ dataDir: deep }))?.connectionString).toBe(connectionString);

    await running.pop()?.stop();
    await expect(stat(socketDir)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("says what PostgreSQL said when it does not start", async () => {
    await writeFile(join(dataDir, "postgres", "PG_VERSION"), "14\n");
    await expect(start()).rejects.toMatchObject({
      problem: "failed",
      message: expect.stringContaining("database files are incompatible"),
    });
  });

  it("tells that PostgreSQL ended by itself, and logs it", async () => {
    const logger = createTestLogger();
    const postgres = await start(dataDir, logger);
    await killAll(join(dataDir, "postgres"));
    await postgres.ended;
    expect(logger.lines.filter((line) => line.level === "error")).toHaveLength(1);
  });

  it("does not take an end that was asked for for one that was not", async () => {
    const logger = createTestLogger();
    const postgres = await start(dataDir, logger);
    let isAlarmed = false;
    void postgres.ended.then(() => {
      isAlarmed = true;
    });
    await postgres.stop();
    expect(isAlarmed).toBe(false);
    expect(logger.lines.filter((line) => line.level === "error")).toEqual([]);
  });

  it("throws a temporary one away when it stops", async () => {
    const postgres = await startTemporaryPostgres({ logger: createTestLogger() });
    const socketDir = new URL(postgres.connectionString).searchParams.get("host") ?? "";
    expect(await query(postgres.connectionString, "SHOW fsync")).toEqual([{ fsync: "off" }]);
    await postgres.stop();
    await expect(stat(join(socketDir, ".."))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

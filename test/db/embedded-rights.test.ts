import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/db/embedded/launcher.ts";
import { copyCluster, killAll, prepareCluster, query } from "../support/embedded.ts";
import { createTestLogger } from "../support/logger.ts";

describe("the rights of the embedded PostgreSQL", { timeout: 60_000 }, () => {
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
});

import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
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

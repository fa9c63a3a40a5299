import { chmod, chown, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { attachEmbeddedPostgres, startEmbeddedPostgres } from "../../src/db/embedded/launcher.ts";
import {
  copyCluster,
  type EmbeddedChild,
  killAll,
  killChild,
  prepareCluster,
  processesOf,
  query,
  spawnChild,
  startChild,
} from "../support/embedded.ts";
import { createTestLogger } from "../support/logger.ts";

const NOBODY = 65_534;
const WAIT = { timeout: 15_000, interval: 20 };

describe("embedded PostgreSQL of a process that is killed", { timeout: 60_000 }, () => {
  let prepared: string;
  let parent: string;
  let dataDir: string;

  beforeAll(async () => {
    prepared = await prepareCluster();
  });

  afterAll(() => rm(prepared, { recursive: true }));

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "numstore-kill-"));
    // PostgreSQL is another user where this runs as root.
    await chmod(parent, 0o755);
    dataDir = join(parent, "data");
    await copyCluster(prepared, dataDir);
  });

  afterEach(async () => {
    await killAll(parent);
    await rm(parent, { recursive: true, force: true, maxRetries: 5 });
  });

  /** How many of the confirmed commits are missing after a restart in this process. */
  async function lostCommits(child: EmbeddedChild): Promise<number> {
    const postgres = await startEmbeddedPostgres({ dataDir, logger: createTestLogger() });
    try {
      const rows = await query(postgres.connectionString, "SELECT n::int FROM commits");
      const present = new Set(rows.map((row) => row.n));
      const confirmed = Array.from({ length: child.lastCommit() }, (_, index) => index + 1);
      expect(confirmed.length).toBeGreaterThan(0);
      return confirmed.filter((n) => !present.has(n)).length;
    } finally {
      await postgres.stop();
    }
  }

  it("ends with it, even by kill -9", async () => {
    const child = await startChild(dataDir);
    expect((await processesOf(dataDir)).length).toBeGreaterThan(3);
    await child.kill();
    await vi.waitFor(async () => expect(await processesOf(dataDir)).toEqual([]), WAIT);
  });

  it("loses no confirmed commit when the process is killed and started again at once", async () => {
    const child = await startChild(dataDir);
    await child.commits(100);
    await child.kill();
    expect(await lostCommits(child)).toBe(0);
  });

  it("loses no confirmed commit when everything is killed", async () => {
    const child = await startChild(dataDir);
    await child.commits(100);
    await killAll(dataDir);
    await child.kill();
    expect(await lostCommits(child)).toBe(0);
  });

  it("loses no confirmed commit when the watchdog is killed first, then the process", async () => {
    const child = await startChild(dataDir);
    await child.commits(100);
    const watchdogs = await processesOf(dataDir, "supervise.sh");
    expect(watchdogs.length).toBeGreaterThan(0);
    for (const pid of watchdogs) process.kill(pid, "SIGKILL");
    await child.kill();
    expect(await lostCommits(child)).toBe(0);
  });

  it("ends with a process that is killed in the middle of initdb, and starts again", async () => {
    const fresh = join(parent, "fresh");
    const child = spawnChild(fresh);
    await vi.waitFor(() => stat(join(fresh, "postgres.new", "global")), WAIT);
    await killChild(child);
    await vi.waitFor(async () => expect(await processesOf(fresh)).toEqual([]), WAIT);

    const again = await startChild(fresh);
    await again.commits(1);
    await again.kill();
  });

  it("starts after everything was killed in the middle of initdb", async () => {
    const fresh = join(parent, "fresh");
    const child = spawnChild(fresh);
    await vi.waitFor(() => stat(join(fresh, "postgres.new", "global")), WAIT);
    await killAll(fresh);
    await killChild(child);
    await expect(stat(join(fresh, "postgres"))).rejects.toMatchObject({ code: "ENOENT" });

    const again = await startChild(fresh);
    await again.commits(1);
    await again.kill();
  });

  it("refuses a second process and serves the first on", async () => {
    const child = await startChild(dataDir);
    const second = startEmbeddedPostgres({ dataDir, logger: createTestLogger() });
    await expect(second).rejects.toMatchObject({
      problem: "in_use",
      message: expect.stringContaining(`process ${child.pid}.`),
    });
    await child.commits(1);
    const attached = await attachEmbeddedPostgres({ dataDir });
    expect(attached?.connectionString).toBe(child.connectionString);
    await child.kill();
  });

  it("deletes a temporary one whose process was killed", async () => {
    const child = await startChild("temporary");
    const directory = dirname(new URL(child.connectionString).searchParams.get("host") ?? "");
    expect((await stat(directory)).isDirectory()).toBe(true);
    await child.kill();
    await vi.waitFor(() => expect(stat(directory)).rejects.toMatchObject({ code: "ENOENT" }), WAIT);
  });

  it.runIf(process.getuid?.() === 0)(
    "works for an ordinary user, and then for root on the same data",
    async () => {
      await chown(parent, NOBODY, NOBODY);
      dataDir = join(parent, "theirs");
      const child = await startChild(dataDir, { uid: NOBODY, gid: NOBODY });
      await child.commits(1);
      expect((await stat(join(dataDir, "postgres"))).uid).toBe(NOBODY);
      await child.kill();
      expect(await lostCommits(child)).toBe(0);
      expect((await stat(join(dataDir, "postgres"))).uid).toBe(NOBODY);
    },
  );
});

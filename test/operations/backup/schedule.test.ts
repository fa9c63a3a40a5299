import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDatabase } from "../../../src/db/client.ts";
import { backupsAmong } from "../../../src/operations/backup/files.ts";
import { openBackup } from "../../../src/operations/backup/format.ts";
import { backUpWhenDue } from "../../../src/operations/backup/schedule.ts";
import { createTestClock, type TestClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createTestLogger } from "../../support/logger.ts";

const HOUR_MS = 3_600_000;
let database: TestDatabase;
let clock: TestClock;
let dir: string;

beforeEach(async () => {
  database = await createTestDatabase();
  clock = createTestClock();
  dir = await mkdtemp(join(tmpdir(), "numstore-backups-"));
});
afterEach(async () => {
  await database.close();
  await rm(dir, { recursive: true });
});

function backUp(holder = "one"): Promise<void> {
  const { db, connectionString } = database;
  const logger = createTestLogger();
  const open = () =>
    createDatabase({ connectionString, applicationName: "backup", logger, maxConnections: 1 });
  const deps = { db, open, clock, logger, holder, dir, everyMs: 24 * HOUR_MS, keep: 3 };
  return backUpWhenDue(deps, new AbortController().signal);
}

describe("a scheduled backup", () => {
  it("is written when the newest is old enough, whole and readable", async () => {
    await backUp();
    await backUp();
    const names = await readdir(dir);
    expect(names).toEqual(["numstore-20260301T120000Z.backup"]);
    const backup = await openBackup(join(dir, names[0] ?? ""));
    for await (const entry of backup.entries()) expect(entry).toBeDefined();
    await clock.advance(24 * HOUR_MS);
    await backUp();
    expect(await readdir(dir)).toHaveLength(2);
  });

  it("makes room: only the newest stay, and files of others are left alone", async () => {
    await writeFile(join(dir, "notes.txt"), "mine");
    for (let day = 0; day < 5; day += 1) {
      await backUp();
      await clock.advance(24 * HOUR_MS);
    }
    const names = await readdir(dir);
    expect(names).toContain("notes.txt");
    expect(backupsAmong(names).map(({ at }) => at.getUTCDate())).toEqual([5, 4, 3]);
  });

  it("is written once when replicas share a folder", async () => {
    await Promise.all([backUp("one"), backUp("two")]);
    expect(await readdir(dir)).toHaveLength(1);
  });

  it("that was cut off is cleared away by the next", async () => {
    await writeFile(join(dir, "numstore-20260228T120000Z.backup.unfinished"), "half");
    await backUp();
    expect(await readdir(dir)).toEqual(["numstore-20260301T120000Z.backup"]);
  });

  it("into a folder that cannot be written fails, and the next try is not kept away", async () => {
    const good = dir;
    await writeFile(join(good, "file"), "");
    dir = join(good, "file", "below");
    await expect(backUp()).rejects.toThrow();
    dir = good;
    await backUp("two");
    expect(backupsAmong(await readdir(dir))).toHaveLength(1);
  });
});

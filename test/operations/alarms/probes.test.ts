import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { troubleKinds } from "../../../src/core/troubles.ts";
import { createDatabase } from "../../../src/db/client.ts";
import {
  backupProbe,
  clockProbe,
  countsProbe,
  diskProbe,
  loopsProbe,
  writableProbe,
} from "../../../src/operations/alarms/probes.ts";
import { backupName } from "../../../src/operations/backup/files.ts";
import { alarmTexts } from "../../../src/texts/operator/alarms.ts";
import { createTestClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { query } from "../../support/embedded.ts";
import { createTestLogger } from "../../support/logger.ts";

const HOUR_MS = 3_600_000;
const clock = createTestClock();
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

describe("the database", () => {
  it("is a trouble at the second write in a row that fails, and none after one that succeeds", async () => {
    const { db, connectionString } = database;
    const probe = writableProbe({ db, clock });
    expect(await probe.look()).toEqual([]);
    await query(connectionString, `ALTER TABLE write_checks RENAME TO write_checks_gone`);
    expect(await probe.look()).toEqual([]);
    expect(await probe.look()).toMatchObject([{ kind: "database_unwritable" }]);
    await query(connectionString, `ALTER TABLE write_checks_gone RENAME TO write_checks`);
    expect(await probe.look()).toEqual([]);
  });

  it("that only reads is a trouble", async () => {
    const readOnly = createDatabase({
      connectionString: `${database.connectionString}${database.connectionString.includes("?") ? "&" : "?"}options=-c%20default_transaction_read_only%3Don`,
      applicationName: "tests",
      logger: createTestLogger(),
    });
    const probe = writableProbe({ db: readOnly.db, clock });
    await probe.look();
    expect(await probe.look()).toMatchObject([{ kind: "database_unwritable" }]);
    await readOnly.close();
  });
});

describe("what the database tells", () => {
  it("is nothing of a shop in which nothing went wrong", async () => {
    expect(await countsProbe({ db: database.db, clock }).look()).toEqual([]);
  });

  it("names updates and messages that were given up within an hour, and money that is nobody's", async () => {
    const at = clock.now().toISOString();
    await query(
      database.connectionString,
      `INSERT INTO inbox (update_id, lane, payload, received_at, done_at, failed)
         VALUES (1, 'a', '{}', '${at}', '${at}', true), (2, 'a', '{}', '${at}', '${at}', false);
       INSERT INTO outbox (chat_id, kind, payload, created_at, next_attempt_at, dropped_at, drop_reason)
         VALUES (1, 'order_code', '{}', '${at}', '${at}', '${at}', 'refused'),
                (1, 'order_card', '{}', '${at}', '${at}', '${at}', 'superseded');
       INSERT INTO topup_payments (gateway, charge_id, amount_micros, paid_at, state, state_at)
         VALUES ('crypto-pay', '77', 5000000, '${at}', 'unassigned', '${at}')`,
    );
    const found = await countsProbe({ db: database.db, clock }).look();
    const one = { subject: "shop", facts: { count: "1" } };
    expect(found).toEqual([
      { kind: "updates_given_up", ...one },
      { kind: "messages_dropped", ...one },
      { kind: "payments_unassigned", ...one },
    ]);
    await clock.advance(HOUR_MS + 1);
    expect(await countsProbe({ db: database.db, clock }).look()).toEqual([
      { kind: "payments_unassigned", ...one },
    ]);
    await clock.advance(24 * HOUR_MS);
    expect(await countsProbe({ db: database.db, clock }).look()).toEqual([]);
  });
});

describe("a loop", () => {
  const pulse = (everyMs: number, silentMs: number) => ({ name: "sweep", everyMs, silentMs: () => silentMs });

  it("is stuck after ten of its periods without success", async () => {
    expect(await loopsProbe(() => [pulse(60_000, 600_000)]).look()).toEqual([]);
    expect(await loopsProbe(() => [pulse(60_000, 630_000)]).look()).toEqual([
      { kind: "loop_stuck", subject: "sweep", facts: { minutes: "11" } },
    ]);
  });

  it("is never stuck before two minutes", async () => {
    expect(await loopsProbe(() => [pulse(250, 119_000)]).look()).toEqual([]);
    expect(await loopsProbe(() => [pulse(250, 121_000)]).look()).toHaveLength(1);
  });
});

describe("a disk", () => {
  it("with room is no trouble, and a folder that is gone keeps no other from being looked at", async () => {
    const alone = await diskProbe({ here: tmpdir() }).look();
    expect(await diskProbe({ gone: "/no/such/folder", here: tmpdir() }).look()).toEqual(alone);
    for (const { kind } of alone) expect(kind).toBe("disk_full");
  });
});

describe("backups", () => {
  it("are old when the newest is older than two periods, or the first never came", async () => {
    const dir = await mkdtemp(join(tmpdir(), "numstore-alarms-"));
    try {
      const probe = backupProbe({ dir, everyMs: 24 * HOUR_MS, startedAt: clock.now() }, clock);
      expect(await probe.look()).toEqual([]);
      await clock.advance(2 * HOUR_MS);
      expect(await probe.look()).toMatchObject([{ kind: "backup_old" }]);
      await writeFile(join(dir, backupName(clock.now())), "");
      expect(await probe.look()).toEqual([]);
      await clock.advance(48 * HOUR_MS + 1000);
      expect(await probe.look()).toMatchObject([{ kind: "backup_old", facts: { hours: "48" } }]);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

describe("this host's clock", () => {
  it("is a trouble when it is more than five seconds away from the database's", async () => {
    const machineClock = { ...clock, now: () => new Date(Date.now() + 60_000) };
    expect(await clockProbe({ db: database.db, machineClock }).look()).toMatchObject([
      { kind: "clock_wrong" },
    ]);
    const right = { ...clock, now: () => new Date() };
    expect(await clockProbe({ db: database.db, machineClock: right }).look()).toEqual([]);
  });
});

it("every kind of trouble has a sentence for its beginning and one for its end", () => {
  for (const kind of troubleKinds) {
    expect(alarmTexts.there(kind, "<b>x", {}, "host")).toMatch(/^🚨 .{20}/);
    expect(alarmTexts.over(kind, "<b>x", "host")).toMatch(/^✅ .{10}/);
    expect(alarmTexts.there(kind, "<b>x", {}, "<i>")).not.toContain("<b>x");
  }
});

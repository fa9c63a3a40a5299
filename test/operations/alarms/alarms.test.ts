import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Trouble } from "../../../src/core/troubles.ts";
import { createDatabase } from "../../../src/db/client.ts";
import { type AlarmMessage, createAlarms, type Probe } from "../../../src/operations/alarms/alarms.ts";
import { createTestClock, type TestClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createTestLogger } from "../../support/logger.ts";

const full: Trouble = {
  kind: "disk_full",
  subject: "the database",
  facts: { free: "0.4 GiB", percent: "3" },
};
const late: Trouble = { kind: "messages_late", subject: "shop", facts: { count: "7" } };
let database: TestDatabase;
let clock: TestClock;
/** What is wrong on this disk, and in the whole shop. */
let troubles: { disk: Trouble[]; shop: Trouble[] | Error };
let told: string[];
let isReachable: boolean;

beforeEach(async () => {
  database = await createTestDatabase();
  clock = createTestClock();
  troubles = { disk: [], shop: [] };
  told = [];
  isReachable = true;
});
afterEach(() => database.close());

function open(host = "one", db = database.db) {
  const shop: Probe = {
    kinds: ["messages_late", "updates_given_up"],
    isLocal: false,
    look: async () => {
      if (troubles.shop instanceof Error) throw troubles.shop;
      return troubles.shop;
    },
  };
  const disk: Probe = { kinds: ["disk_full"], isLocal: true, look: async () => troubles.disk };
  const tell = async (message: AlarmMessage): Promise<boolean> => {
    if (!isReachable) return false;
    const kind = message.isOver ? `${message.kind} is over` : message.trouble.kind;
    told.push(`${host}: ${kind}`);
    return true;
  };
  return createAlarms({ db, clock, logger: createTestLogger(), probes: [shop, disk], host, tell });
}

describe("a trouble", () => {
  it("is told once for as long as it lasts, and once when it is over", async () => {
    const alarms = open();
    troubles.shop = [late];
    for (let look = 0; look < 3; look += 1) await alarms.check();
    expect(told).toEqual(["one: messages_late"]);
    troubles.shop = [];
    for (let look = 0; look < 3; look += 1) await alarms.check();
    expect(told).toEqual(["one: messages_late", "one: messages_late is over"]);
    troubles.shop = [late];
    await alarms.check();
    expect(told.at(-1)).toBe("one: messages_late");
  });

  it("of the whole shop is told by one replica", async () => {
    const replicas = [open("one"), open("two"), open("three")];
    troubles.shop = [late];
    await Promise.all(replicas.map((alarms) => alarms.check()));
    expect(told).toHaveLength(1);
    troubles.shop = [];
    await Promise.all(replicas.map((alarms) => alarms.check()));
    expect(told).toHaveLength(2);
  });

  it("of a host is told for each host, and ended by its own", async () => {
    const [one, two] = [open("one"), open("two")];
    troubles.disk = [full];
    await one.check();
    await two.check();
    expect(told).toEqual(["one: disk_full", "two: disk_full"]);
    troubles.disk = [];
    await two.check();
    expect(told.slice(2)).toEqual(["two: disk_full is over"]);
  });

  it("is not told again after a restart", async () => {
    troubles.disk = [full];
    await open().check();
    await open().check();
    expect(told).toEqual(["one: disk_full"]);
    troubles.disk = [];
    await open().check();
    expect(told.at(-1)).toBe("one: disk_full is over");
  });

  it("is told later when Telegram could not be reached", async () => {
    const alarms = open();
    troubles.shop = [late];
    isReachable = false;
    await alarms.check();
    isReachable = true;
    await database.db
      .updateTable("alarms")
      .set({ claimed_until: new Date(0) })
      .execute();
    await alarms.check();
    await alarms.check();
    expect(told).toEqual(["one: messages_late"]);
  });

  it("is neither new nor over while nobody can look", async () => {
    const alarms = open();
    troubles.shop = [late];
    await alarms.check();
    troubles.shop = new Error("the database does not answer");
    await alarms.check();
    expect(told).toEqual(["one: messages_late"]);
    expect(alarms.isAllWell()).toBe(false);
  });

  it("is told once also while the database is away", async () => {
    const away = createDatabase({
      connectionString: "postgres://nobody@127.0.0.1:1/none",
      applicationName: "tests",
      logger: createTestLogger(),
    });
    const alarms = open("one", away.db);
    troubles.disk = [full];
    await alarms.check();
    await alarms.check();
    expect(told).toEqual(["one: disk_full"]);
    await away.close();
  });
});

describe("all is well", () => {
  it("after a look that found nothing, for a minute", async () => {
    const alarms = open();
    expect(alarms.isAllWell()).toBe(false);
    await alarms.check();
    expect(alarms.isAllWell()).toBe(true);
    await clock.advance(61_000);
    expect(alarms.isAllWell()).toBe(false);
  });

  it("not while there is a trouble, told or not", async () => {
    const alarms = open();
    troubles.disk = [full];
    await alarms.check();
    await alarms.check();
    expect(alarms.isAllWell()).toBe(false);
  });
});

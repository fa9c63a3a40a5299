import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PretendTelegram, startPretendTelegram } from "../../sandbox/telegram/index.ts";
import { createTeller } from "../../src/shop/alarm-teller.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";
import { configOf } from "./variables.ts";

const trouble = {
  kind: "disk_full",
  subject: "the database",
  facts: { free: "0.5 GiB", percent: "2" },
} as const;
const OWNERS = [11, 12];

let database: TestDatabase;
let telegram: PretendTelegram;
let clock: TestClock;
let group: ReturnType<PretendTelegram["group"]>;
let tell: ReturnType<typeof createTeller>;

beforeEach(async () => {
  database = await createTestDatabase();
  clock = createTestClock();
  telegram = await startPretendTelegram({ clock });
  for (const id of OWNERS) telegram.user({ id }).start();
  group = telegram.group({ isForum: true });
  const config = configOf({
    BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    ADMIN_IDS: OWNERS.join(","),
    OPERATORS_CHAT: String(group.id),
  });
  tell = createTeller({ config, db: database.db, clock, logger: createTestLogger() });
});
afterEach(async () => {
  await telegram.close();
  await database.close();
});

const there = { isOver: false, trouble } as const;
const toOwners = () => OWNERS.map((id) => telegram.messages(id).filter(({ from }) => from.isBot).length);

describe("an alarm", () => {
  it("goes into the group's topic for trouble, once, and to nobody privately", async () => {
    expect(await tell(there)).toBe(true);
    expect(await tell({ isOver: true, kind: "disk_full", subject: "the database" })).toBe(true);
    const topics = group.topics();
    expect(topics.map(({ name }) => name)).toEqual(["🚨 Trouble"]);
    expect(telegram.messages(group.id).map(({ threadId }) => threadId)).toEqual(
      Array(2).fill(topics[0]?.threadId),
    );
    expect(toOwners()).toEqual([0, 0]);
  });

  it("goes to every owner while the group cannot be reached", async () => {
    group.kick();
    expect(await tell(there)).toBe(true);
    expect(toOwners()).toEqual([1, 1]);
  });

  it("arrives in the same topic when the database does not answer", async () => {
    await tell(there);
    await database.close();
    expect(await tell(there)).toBe(true);
    const [first, second] = telegram.messages(group.id);
    expect(second?.threadId).toBe(first?.threadId);
    expect(toOwners()).toEqual([0, 0]);
  });

  it("goes to every owner when its topic is gone and the database does not answer", async () => {
    await tell(there);
    group.deleteTopic(group.topics()[0]?.threadId ?? 0);
    await database.close();
    expect(await tell(there)).toBe(true);
    expect(toOwners()).toEqual([1, 1]);
  });
});

import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { inboxBacklog } from "../../src/db/queries/inbox.ts";
import { createUpdateStore } from "../../src/workers/store-updates.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await sql`TRUNCATE inbox`.execute(database.db);
});

const tap = (id: number) => ({ update_id: id, callback_query: { from: { id }, data: "x" } });

function open() {
  const onStored = vi.fn();
  const onUpdates = vi.fn();
  const deps = { db: database.db, clock: createTestClock(), logger: createTestLogger(), onStored, onUpdates };
  return { store: createUpdateStore(deps), onStored, onUpdates };
}

const storedCount = async (): Promise<number> => (await inboxBacklog(database.db)).open;

describe("updates that a webhook brings one by one", () => {
  it("are committed when Telegram is told so", async () => {
    const { store } = open();
    await store(tap(1));
    expect(await storedCount()).toBe(1);
  });

  it("share a statement with those that come at the same moment", async () => {
    const { store, onStored, onUpdates } = open();
    await Promise.all(Array.from({ length: 40 }, (_, index) => store(tap(index + 1))));
    expect(await storedCount()).toBe(40);
    // The first went alone; the others came while it was stored.
    expect(onStored).toHaveBeenCalledTimes(2);
    expect(onUpdates.mock.calls.flatMap(([raw]) => raw)).toHaveLength(40);
  });

  it("go in statements of a hundred at most", async () => {
    const { store, onUpdates } = open();
    await Promise.all(Array.from({ length: 250 }, (_, index) => store(tap(index + 1))));
    expect(onUpdates.mock.calls.map(([raw]) => raw.length)).toEqual([1, 100, 100, 49]);
    expect(await storedCount()).toBe(250);
  });

  it("are refused beyond a thousand that wait, so that Telegram sends them again later", async () => {
    const { store } = open();
    const results = await Promise.allSettled(
      Array.from({ length: 1_200 }, (_, index) => store(tap(index + 1))),
    );
    const refused = results.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    expect(await storedCount()).toBe(1_200 - refused.length);
    await store(tap(5_000));
    expect(await storedCount()).toBe(1_201 - refused.length);
  });

  it("are not confirmed when the database fails, and those that come later are stored", async () => {
    const { store } = open();
    await sql`ALTER TABLE inbox RENAME TO inbox_away`.execute(database.db);
    const failed = await Promise.allSettled([store(tap(1)), store(tap(2)), store(tap(3))]);
    await sql`ALTER TABLE inbox_away RENAME TO inbox`.execute(database.db);
    expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    await store(tap(2));
    expect(await storedCount()).toBe(1);
  });

  it("that are no updates are confirmed and left out: Telegram would send them for ever", async () => {
    const { store } = open();
    await Promise.all([store({ nothing: true }), store("text"), store(tap(1))]);
    expect(await storedCount()).toBe(1);
  });
});

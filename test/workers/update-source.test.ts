import { getEventListeners } from "node:events";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PretendTelegram } from "../../sandbox/telegram/index.ts";
import {
  createPollingSource,
  createWebhookSource,
  type PollingDeps,
} from "../../src/workers/update-source.ts";
import type { TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";
import { apiOf, startTelegram } from "../support/telegram.ts";

let database: TestDatabase;
let telegram: PretendTelegram;
let clock: TestClock;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await sql`TRUNCATE inbox, leases`.execute(database.db);
  ({ telegram, clock } = await startTelegram());
});
afterEach(() => telegram.close());

function sourceOf(more: Partial<PollingDeps> = {}) {
  const logger = createTestLogger();
  let stored = 0;
  const source = createPollingSource({
    db: database.db,
    api: apiOf(telegram),
    clock,
    logger,
    holder: "a",
    onStored: () => {
      stored += 1;
    },
    ...more,
  });
  return { source, logger, wakes: () => stored };
}

/** One poll; ends the wait when nothing comes. */
async function pollOnce(source: ReturnType<typeof createPollingSource>): Promise<void> {
  const stop = new AbortController();
  const waiting = telegram.events.subscribe((event) => {
    if (event.type === "poll_waiting") stop.abort();
  });
  await source.step(stop.signal);
  waiting();
}

async function stored(): Promise<number[]> {
  const rows = await database.db.selectFrom("inbox").select("update_id").orderBy("update_id").execute();
  return rows.map((row) => Number(row.update_id));
}

function offsets(): unknown[] {
  return telegram.calls("getUpdates").map((call) => call.params.offset);
}

describe("createPollingSource", () => {
  it("stores updates, says so, and confirms them with the next poll", async () => {
    const { source, wakes } = sourceOf();
    const ids = [telegram.pushUpdate({}), telegram.pushUpdate({})];
    await pollOnce(source);
    expect(await stored()).toEqual(ids);
    expect(wakes()).toBe(1);
    expect(telegram.pendingUpdates()).toBe(2);
    telegram.pushUpdate({});
    await pollOnce(source);
    expect(telegram.pendingUpdates()).toBe(1);
    expect(offsets()).toEqual([undefined, (ids[1] ?? 0) + 1]);
  });

  it("rests after a poll that brought something, so that taps which come close together share the next one", async () => {
    const { source } = sourceOf();
    telegram.pushUpdate({});
    const signal = new AbortController().signal;
    expect(await source.step(signal)).toEqual({ pauseMs: 20 });
  });

  it("rests no longer when the poll itself took as long, so that who taps alone never waits", async () => {
    const { source } = sourceOf();
    const waiting = new Promise<void>((resolve) => {
      telegram.events.subscribe((event) => {
        if (event.type === "poll_waiting") resolve();
      });
    });
    const step = source.step(new AbortController().signal);
    await waiting;
    await clock.advance(1_000);
    telegram.pushUpdate({});
    expect(await step).toEqual({ pauseMs: 0 });
  });

  it("confirms nothing that it could not store", async () => {
    const { source } = sourceOf();
    const id = telegram.pushUpdate({});
    await sql`ALTER TABLE inbox RENAME TO inbox_away`.execute(database.db);
    try {
      await expect(pollOnce(source)).rejects.toThrow(/inbox/);
      await expect(pollOnce(source)).rejects.toThrow(/inbox/);
    } finally {
      await sql`ALTER TABLE inbox_away RENAME TO inbox`.execute(database.db);
    }
    expect(telegram.pendingUpdates()).toBe(1);
    expect(offsets()).toEqual([undefined, undefined]);
    await pollOnce(source);
    expect(await stored()).toEqual([id]);
  });

  it("loses nothing and stores nothing twice when it dies between storing and confirming", async () => {
    const ids = [telegram.pushUpdate({}), telegram.pushUpdate({})];
    await pollOnce(sourceOf().source);
    const restarted = sourceOf();
    ids.push(telegram.pushUpdate({}));
    await pollOnce(restarted.source);
    expect(await stored()).toEqual(ids);
    telegram.duplicateLastUpdate();
    await pollOnce(restarted.source);
    expect(await stored()).toEqual(ids);
  });

  it("takes a webhook away that an earlier start left behind", async () => {
    await apiOf(telegram).setWebhook("https://old.example/webhook");
    const { source } = sourceOf();
    const id = telegram.pushUpdate({});
    await pollOnce(source);
    expect(await stored()).toEqual([id]);
  });

  it.each([
    [409, "another program polls"],
    [401, "does not accept BOT_TOKEN"],
    [500, "could not be polled"],
  ])("says clearly what a %d means, waits, and goes on", async (status, text) => {
    const { source, logger } = sourceOf();
    telegram.faults.add({
      method: "getUpdates",
      times: 1,
      action: { kind: "status", status, description: "no" },
    });
    const id = telegram.pushUpdate({});
    const step = source.step(new AbortController().signal);
    await expect.poll(() => logger.lines.length).toBe(1);
    expect(logger.lines[0]?.message).toContain(text);
    await clock.advance(30_000);
    await step;
    await pollOnce(source);
    expect(await stored()).toEqual([id]);
  });

  it("waits as long as Telegram asks for", async () => {
    const { source, logger } = sourceOf();
    const action = { kind: "status", status: 429, description: "slow down", retryAfter: 17 } as const;
    telegram.faults.add({ method: "getUpdates", times: 1, action });
    const step = source.step(new AbortController().signal);
    await expect.poll(() => logger.lines.length).toBe(1);
    expect(logger.lines[0]?.fields).toMatchObject({ waitMs: 17_000 });
    await clock.advance(17_000);
    await step;
  });

  it("gives up on a poll that hangs and starts a new one", async () => {
    const { source, logger } = sourceOf({ stallMs: 100 });
    telegram.faults.add({ method: "getUpdates", times: 1, action: { kind: "hang" } });
    const id = telegram.pushUpdate({});
    const step = source.step(new AbortController().signal);
    await expect.poll(() => logger.lines.length).toBe(1);
    expect(logger.lines[0]?.fields).toMatchObject({ stalled: true });
    await clock.advance(30_000);
    await step;
    await pollOnce(source);
    expect(await stored()).toEqual([id]);
  });

  it("lets one replica poll, and the next one take over when that stops", async () => {
    const first = sourceOf({ holder: "a" });
    const second = sourceOf({ holder: "b" });
    telegram.pushUpdate({});
    await pollOnce(first.source);
    const asleep = clock.sleeping();
    const standby = second.source.step(new AbortController().signal);
    // It rests between two looks: the database is not asked in a circle.
    await expect.poll(() => clock.sleeping()).toBe(asleep + 1);
    await expect
      .poll(async () => {
        await clock.advance(5000);
        return Promise.race([standby, Promise.resolve("waiting")]);
      })
      .toBe("again");
    expect(telegram.calls("getUpdates")).toHaveLength(1);
    await first.source.stop();
    telegram.pushUpdate({});
    await pollOnce(second.source);
    expect(await stored()).toHaveLength(2);
  });

  it("keeps its lease while a poll waits, and ends the poll when another replica has the lease", async () => {
    const { source } = sourceOf();
    const waiting = new Promise<void>((resolve) => {
      telegram.events.subscribe((event) => {
        if (event.type === "poll_waiting") resolve();
      });
    });
    const step = source.step(new AbortController().signal);
    await waiting;
    const secondsLeft = async (): Promise<number> => {
      const left = sql<number>`extract(epoch FROM expires_at - now())::float`.as("left");
      const row = await database.db.selectFrom("leases").select(left).executeTakeFirstOrThrow();
      return row.left;
    };
    await sql`UPDATE leases SET expires_at = now() + interval '1 second'`.execute(database.db);
    await clock.advance(5000);
    await expect.poll(secondsLeft).toBeGreaterThan(3);
    await sql`UPDATE leases SET holder = 'b', epoch = epoch + 1`.execute(database.db);
    await expect.poll(() => clock.sleeping()).toBeGreaterThan(0);
    await clock.advance(5000);
    expect(await step).toBe("again");
    expect(await stored()).toEqual([]);
  });

  it("begins no poll when it was asked to stop while it took the lease, and leaves no listener behind", async () => {
    const { source } = sourceOf();
    const stop = new AbortController();
    telegram.pushUpdate({});
    await source.step(stop.signal);
    expect(getEventListeners(stop.signal, "abort")).toEqual([]);
    const asked = offsets().length;
    stop.abort();
    expect(await source.step(stop.signal)).toBe("again");
    expect(offsets()).toHaveLength(asked);
  });

  it("stops at once while it waits for updates", async () => {
    const { source } = sourceOf();
    const waiting = new Promise<void>((resolve) => {
      telegram.events.subscribe((event) => {
        if (event.type === "poll_waiting") resolve();
      });
    });
    source.start();
    await waiting;
    await source.stop();
  });
});

describe("createWebhookSource", () => {
  it("tells Telegram address, secret and kinds of update, and tries until it is accepted", async () => {
    const logger = createTestLogger();
    telegram.faults.add({
      method: "setWebhook",
      times: 1,
      action: { kind: "status", status: 500, description: "no" },
    });
    const url = "https://shop.example/webhooks/telegram";
    const source = createWebhookSource({ api: apiOf(telegram), clock, logger, url, secret: "s3cret" });
    source.start();
    await expect.poll(() => logger.lines.length).toBe(1);
    await clock.advance(30_000);
    await expect.poll(() => telegram.calls("setWebhook").length).toBe(2);
    expect(telegram.calls("setWebhook")[1]?.params).toMatchObject({ url, secret_token: "s3cret" });
    expect(JSON.stringify(telegram.calls("setWebhook")[1]?.params)).toContain("pre_checkout_query");
    await source.stop();
  });
});

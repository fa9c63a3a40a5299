import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import type { SendOutcome } from "../../src/core/messages.ts";
import { outboxBacklog } from "../../src/db/queries/outbox.ts";
import { claimMessages, dropMessage, markSent, retryAt } from "../../src/db/queries/outbox-claims.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { deferred } from "../support/deferred.ts";
import { type Answer, codeOf, createTestOutbox, emptyOutbox, noLimits } from "../support/owed-messages.ts";

const sent: SendOutcome = { kind: "sent" };

let clock: TestClock;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  clock = createTestClock();
  await emptyOutbox(database.db);
});

const open = (answer: Answer) => createTestOutbox(database.db, clock, answer);

async function endLeases(): Promise<void> {
  await sql`UPDATE outbox SET lease_until = now() - interval '1 second'`.execute(database.db);
  await sql`UPDATE outbox_queues SET lease_until = now() - interval '1 second'`.execute(database.db);
}

describe("several replicas", () => {
  it("never have two messages of one queue in hand, also when the older one was committed late", async () => {
    const { owe } = open(() => sent);
    await owe(1, codeOf("2"));
    const claim = { now: clock.now(), limit: 10, limitOfOthers: 10, limits: noLimits, leaseMs: 60_000 };
    expect(await claimMessages(database.db, { ...claim, leaseToken: newId() })).toHaveLength(1);
    await sql`
      INSERT INTO outbox (id, chat_id, kind, payload, created_at, next_attempt_at) OVERRIDING SYSTEM VALUE
      SELECT -1, chat_id, kind, payload, created_at, next_attempt_at FROM outbox`.execute(database.db);
    expect(await claimMessages(database.db, { ...claim, leaseToken: newId() })).toEqual([]);
  });

  it("listen to the one that has the message, not to one that lost it", async () => {
    const { owe } = open(() => sent);
    await owe(1, codeOf("1"));
    const at = clock.now();
    const claim = { now: at, limit: 1, limitOfOthers: 1, limits: noLimits, leaseMs: 60_000 };
    const [lost] = await claimMessages(database.db, { ...claim, leaseToken: newId() });
    await endLeases();
    const [held] = await claimMessages(database.db, { ...claim, leaseToken: newId() });
    if (!lost || !held) throw new Error("nothing was claimed");
    expect(await retryAt(database.db, lost, { until: at, reason: "outage" })).toBe(false);
    expect(await dropMessage(database.db, lost, "chat gone", at)).toBe(false);
    expect(await markSent(database.db, lost, at)).toBe(false);
    expect(await claimMessages(database.db, { ...claim, leaseToken: newId() })).toEqual([]);
    expect(await markSent(database.db, held, at)).toBe(true);
  });

  it("send nothing that they held in hand while they stood still, and another one sends it", async () => {
    const awake = deferred<void>();
    const asleep = open(async (row) => {
      await awake.promise;
      return row.isHeld() ? sent : { kind: "lost" };
    });
    const other = open(() => sent);
    await asleep.owe(1, codeOf("1"));
    await asleep.worker.step();
    await clock.advance(4_000);
    await endLeases();
    awake.resolve();
    await asleep.worker.settled();
    expect(await outboxBacklog(database.db)).toMatchObject({ open: 1 });
    await other.round();
    expect(other.take()).toEqual(["1:code 1"]);
    expect(await outboxBacklog(database.db)).toMatchObject({ open: 0 });
  });

  it("may send a message for as long as they keep its claim, however long its sending takes", async () => {
    const answer = deferred<SendOutcome>();
    let isHeld = (): boolean => false;
    const { worker, owe } = open((row) => {
      ({ isHeld } = row);
      return answer.promise;
    });
    await owe(1, codeOf("1"));
    worker.start();
    await expect.poll(() => isHeld()).toBe(true);
    for (let second = 0; second < 10; second += 1) {
      const asleep = clock.sleeping();
      await clock.advance(1_000);
      await expect.poll(() => clock.sleeping()).toBe(asleep);
      expect(isHeld()).toBe(true);
    }
    await sql`UPDATE outbox SET lease_token = gen_random_uuid()`.execute(database.db);
    for (let second = 0; second < 4; second += 1) {
      const asleep = clock.sleeping();
      await clock.advance(1_000);
      await expect.poll(() => clock.sleeping()).toBe(asleep);
    }
    expect(isHeld()).toBe(false);
    answer.resolve({ kind: "lost" });
    await worker.stop();
  });

  it("never claim the same message twice, although they look at the same moment", async () => {
    const now = clock.now();
    const { owe } = open(() => sent);
    for (let chatId = 1; chatId <= 60; chatId += 1) await owe(chatId, codeOf("1"));
    for (let round = 0; round < 40; round += 1) {
      const claims = await Promise.all(
        Array.from({ length: 8 }, () =>
          claimMessages(database.db, {
            now,
            limit: 20,
            limitOfOthers: 20,
            limits: noLimits,
            leaseMs: 60_000,
            leaseToken: newId(),
          }),
        ),
      );
      const ids = claims.flat().map((row) => row.id);
      expect(new Set(ids).size).toBe(ids.length);
      await sql`UPDATE outbox SET lease_token = NULL, lease_until = NULL`.execute(database.db);
      await sql`UPDATE outbox_queues SET in_hand = NULL, lease_until = NULL`.execute(database.db);
    }
  });
});

import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../../src/core/ids.ts";
import type { Database } from "../../../src/db/client.ts";
import { insertBroadcast, moveBroadcast, startBroadcast } from "../../../src/db/queries/broadcasts.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { createBroadcasts } from "../../../src/desk/broadcast/broadcasts.ts";
import { type BroadcastWorld, createBroadcastWorld, type Reader } from "../../support/broadcast.ts";
import { ownerId } from "../../support/desk.ts";

/*
 * The process dies at each of its statements, one after the other: from then on it reaches the database no more, and
 * writes nothing to Telegram that it did not write before. Another process goes on.
 */
let world: BroadcastWorld;
beforeAll(async () => {
  world = await createBroadcastWorld();
});
afterAll(() => world.close());
beforeEach(() => world.empty());

const READERS = 4;
/** More statements than a broadcast to so few people takes. */
const MAX_STATEMENTS = 120;

/** A database that a process loses for good at its `at`-th statement. */
function dyingAt(at: number): { db: Database; isDead: () => boolean } {
  let statements = 0;
  const db = world.db.withPlugin({
    transformQuery: ({ node }) => {
      statements += 1;
      if (statements >= at) throw new Error("this process is dead");
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  return { db, isDead: () => statements >= at };
}

async function begin(): Promise<string> {
  const id = newId();
  const at = world.clock.now();
  const content = { texts: { any: "Hello" }, photoFileId: null, button: null };
  const audience = { segment: "all", language: null } as const;
  await insertBroadcast(world.db, { id, content, audience, madeBy: ownerId, at });
  await inTransaction(world.db, (tx) => startBroadcast(tx, { id, version: 1, by: ownerId, at }));
  return id;
}

/** One process that feeds and sends until it dies or nothing is left. Tells what it did when it died. */
async function live(db: Database, isDead: () => boolean): Promise<"feeding" | "sending" | "alive"> {
  const worker = world.worker({ db });
  for (let quiet = 0; quiet < 2; ) {
    await world.clock.advance(1_000);
    const isBusy = (await world.feed(db).catch(() => "none")) === "more";
    if (isDead()) return "feeding";
    const sent = await worker.step().catch(() => 0);
    await worker.settled();
    if (isDead()) return "sending";
    quiet = isBusy || sent > 0 ? 0 : quiet + 1;
  }
  return "alive";
}

/** The claims of the dead process run out. */
async function expireClaims(): Promise<void> {
  const past = sql`now() - interval '1 second'`;
  await sql`UPDATE outbox SET lease_until = ${past} WHERE lease_until IS NOT NULL`.execute(world.db);
  await sql`UPDATE outbox_queues SET lease_until = ${past} WHERE lease_until IS NOT NULL`.execute(world.db);
}

const timesOf = (readers: readonly Reader[]) => readers.map((reader) => world.got(reader).length);

describe("a broadcast that is killed", () => {
  it("at any statement while it is sent: nobody is left out, and twice gets it only whose answer was lost", async () => {
    const seen = new Set<string>();
    let ended = false;
    for (let at = 1; at < MAX_STATEMENTS && !ended; at += 1) {
      await world.empty();
      const readers = await world.people(READERS);
      const id = await begin();
      const { db, isDead } = dyingAt(at);
      const died = await live(db, isDead);
      seen.add(died);
      ended = died === "alive";
      const before = timesOf(readers);
      await expireClaims();
      await world.run();
      const after = timesOf(readers);
      const { state, sent, planned } = await world.last();
      expect({ state, sent, planned }, `killed at ${at}`).toEqual({
        state: "done",
        sent: READERS,
        planned: READERS,
      });
      for (const [index, times] of after.entries()) {
        // Sent before the kill and again after it: its answer was not written down. Else exactly once.
        const isRepeated = died === "sending" && before[index] === 1 && times === 2;
        expect(times === 1 || isRepeated, `${id} killed at ${at} while ${died}: ${times} times`).toBe(true);
      }
    }
    expect(ended).toBe(true);
    expect([...seen].toSorted()).toEqual(["alive", "feeding", "sending"]);
  });

  it("at any statement while it is deleted: nothing of it is left in any chat", async () => {
    let ended = false;
    for (let at = 1; at < MAX_STATEMENTS && !ended; at += 1) {
      await world.empty();
      const readers = await world.people(READERS);
      const id = await begin();
      await world.run();
      await inTransaction(world.db, (tx) =>
        moveBroadcast(tx, id, { from: ["done"], to: "deleting", endedAt: null }),
      );
      const { db, isDead } = dyingAt(at);
      ended = (await live(db, isDead)) === "alive";
      await expireClaims();
      await world.run();
      expect(timesOf(readers), `killed at ${at}`).toEqual(Array(READERS).fill(0));
      expect(await world.last(), `killed at ${at}`).toMatchObject({
        state: "deleted",
        removed: READERS,
        kept: 0,
      });
    }
    expect(ended).toBe(true);
  });

  it("at any statement of a pause: it is paused or it runs, and after it is resumed everybody gets it once", async () => {
    let ended = false;
    for (let at = 1; at < MAX_STATEMENTS && !ended; at += 1) {
      await world.empty();
      const readers = await world.people(READERS);
      const id = await begin();
      await world.feed();
      await world.feed();
      const { db, isDead } = dyingAt(at);
      const change = { staff: { telegramId: ownerId, role: "owner" } as const, id, updateId: at };
      const desk = createBroadcasts({ ...world.desk.deskDeps, db, staff: world.desk.services.staff });
      await desk.pause(change).catch(() => undefined);
      ended = !isDead();
      const { state } = await world.last();
      expect(state).toBe(ended ? "paused" : "running");
      if (state === "paused") {
        await world.run();
        expect(timesOf(readers)).toEqual(Array(READERS).fill(0));
        await world.desk.services.broadcasts.resume(change);
      }
      await world.run();
      expect(timesOf(readers), `killed at ${at}`).toEqual(Array(READERS).fill(1));
    }
    expect(ended).toBe(true);
  });

  it("two processes that feed and send at the same time give it to everybody once", async () => {
    const readers = await world.people(150);
    await begin();
    const [one, two] = [world.worker(), world.worker()];
    for (let round = 0; round < 12; round += 1) {
      await world.clock.advance(1_000);
      await Promise.all([world.feed(), world.feed()]);
      await Promise.all([one.step(), two.step()]);
      await Promise.all([one.settled(), two.settled()]);
    }
    await world.run();
    expect(new Set(timesOf(readers))).toEqual(new Set([1]));
    expect(await world.last()).toMatchObject({ state: "done", planned: 150, sent: 150 });
  });
});

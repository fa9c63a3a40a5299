import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import {
  abandonUpdate,
  claimUpdates,
  completeUpdates,
  inboxBacklog,
  purgeUpdates,
  releaseUpdate,
  storeUpdates,
} from "../../src/db/queries/inbox.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { createInboxWorker, type InboxWorkerDeps } from "../../src/workers/inbox-worker.ts";
import { toStoredUpdate } from "../../src/workers/lanes.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { deferred } from "../support/deferred.ts";
import { createTestLogger } from "../support/logger.ts";

const clock = createTestClock();
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await sql`TRUNCATE inbox`.execute(database.db);
});

const message = (id: number, from: number) => ({
  update_id: id,
  message: { from: { id: from }, text: `m${id}` },
});
const checkout = (id: number, from: number) => ({
  update_id: id,
  pre_checkout_query: { id: "q", from: { id: from } },
});

async function store(...raw: unknown[]): Promise<number> {
  const updates = raw.flatMap((item) => toStoredUpdate(item) ?? []);
  return (await storeUpdates(database.db, updates, { at: clock.now(), maxPerLane: 50 })).added;
}

function idOf(update: unknown): number {
  return toStoredUpdate(update)?.updateId ?? -1;
}

function setUp(handleUpdate: InboxWorkerDeps["handleUpdate"], more: Partial<InboxWorkerDeps> = {}) {
  const logger = createTestLogger();
  // The clock stands still: who waits for others would wait for ever.
  const given = { db: database.db, clock, logger, handleUpdate, completeTogetherMs: 0 };
  const worker = createInboxWorker({ ...given, ...more });
  return { worker, logger };
}

/** Steps until there is nothing left to claim. */
async function drain(worker: ReturnType<typeof createInboxWorker>): Promise<void> {
  for (let i = 0; i < 50; i += 1) {
    await worker.step();
    await worker.settled();
    if ((await inboxBacklog(database.db)).open === 0) return;
  }
}

async function endLeases(): Promise<void> {
  await sql`UPDATE inbox SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL`.execute(
    database.db,
  );
}

async function row(updateId: number) {
  return database.db
    .selectFrom("inbox")
    .selectAll()
    .where("update_id", "=", BigInt(updateId))
    .executeTakeFirstOrThrow();
}

describe("storing", () => {
  it("stores an update once, however often it comes", async () => {
    expect(await store(message(1, 7), message(2, 7))).toBe(2);
    expect(await store(message(2, 7), message(3, 7))).toBe(1);
    expect(await store(message(1, 7))).toBe(0);
    expect(await inboxBacklog(database.db)).toMatchObject({ open: 3 });
  });

  it("stores the same update once when it comes twice in one batch or at the same moment", async () => {
    expect(await store(message(1, 7), message(1, 7))).toBe(1);
    const counts = await Promise.all(Array.from({ length: 10 }, () => store(message(5, 7))));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it("stores text that jsonb would refuse, so that nothing blocks the updates behind it", async () => {
    const nasty = {
      update_id: 9,
      message: { from: { id: 7 }, text: 'a\u0000b \ud83d c \ud83d\ude00 \\u0000 "q"' },
    };
    expect(await store(nasty, message(10, 7))).toBe(2);
    expect((await row(9)).payload).toMatchObject({
      message: { text: 'ab \ufffd c \ud83d\ude00 \\u0000 "q"' },
    });
  });

  it.each([[null], ["x"], [{}], [{ update_id: "1" }], [{ update_id: -1 }], [{ update_id: 1.5 }], [[]]])(
    "takes %j for no update",
    (raw) => {
      expect(toStoredUpdate(raw)).toBeUndefined();
    },
  );

  it("puts people in lanes of their own and payments in none that could hold them up", () => {
    const lane = (update: object) => toStoredUpdate({ update_id: 5, ...update })?.lane;
    const from = { id: 7 };
    expect(lane({ message: { from, text: "hi" } })).toBe("u:7");
    expect(lane({ callback_query: { from, data: "x" } })).toBe("u:7");
    expect(lane({ my_chat_member: { from } })).toBe("u:7");
    expect(lane({ pre_checkout_query: { from } })).toBe("p:5");
    expect(lane({ inline_query: { from } })).toBe("q:7");
    expect(lane({ message: { from, successful_payment: {} } })).toBe("p:5");
    expect(lane({ message: { from, refunded_payment: {} } })).toBe("p:5");
    expect(lane({ message: { text: "no sender" } })).toBe("x:5");
    expect(lane({})).toBe("x:5");
  });
});

describe("handling", () => {
  it("handles one person's updates in order and one at a time, also on several replicas", async () => {
    const people = [1, 2, 3, 4, 5];
    const ids = Array.from({ length: 60 }, (_, index) => index + 1);
    await store(...ids.map((id) => message(id, people[id % people.length] ?? 0)));
    const busy = new Set<string>();
    const seen: number[] = [];
    const handleUpdate = async (update: unknown): Promise<void> => {
      const lane = toStoredUpdate(update)?.lane ?? "";
      expect(busy.has(lane)).toBe(false);
      busy.add(lane);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(idOf(update));
      busy.delete(lane);
    };
    const replicas = [setUp(handleUpdate), setUp(handleUpdate), setUp(handleUpdate)];
    await Promise.all(replicas.map((replica) => drain(replica.worker)));
    expect([...seen].sort((a, b) => a - b)).toEqual(ids);
    for (const person of people) {
      const own = seen.filter((id) => people[id % people.length] === person);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  });

  it("never has two updates of one person in hand, also when the older one came later", async () => {
    const claim = { limit: 10, leaseMs: 60_000 };
    await store(message(5, 7));
    expect(await claimUpdates(database.db, { ...claim, leaseToken: newId() })).toHaveLength(1);
    await store(message(4, 7));
    expect(await claimUpdates(database.db, { ...claim, leaseToken: newId() })).toEqual([]);
  });

  it("lets nobody wait for somebody else's slow update, and a payment for its own person's", async () => {
    const slow = deferred<void>();
    const seen: number[] = [];
    const { worker } = setUp(async (update) => {
      if (idOf(update) === 1) await slow.promise;
      seen.push(idOf(update));
    });
    await store(message(1, 7), message(2, 7), message(3, 8), checkout(4, 7));
    await worker.step();
    await worker.step();
    await expect.poll(() => seen).toEqual([4, 3]);
    slow.resolve();
    await drain(worker);
    expect(seen).toEqual([4, 3, 1, 2]);
  });

  it("never has more in hand than it may", async () => {
    const gate = deferred<void>();
    let inside = 0;
    const { worker } = setUp(
      async () => {
        inside += 1;
        await gate.promise;
      },
      { concurrency: 3 },
    );
    await store(...Array.from({ length: 10 }, (_, index) => message(index + 1, index + 1)));
    await worker.step();
    await worker.step();
    expect(inside).toBe(3);
    gate.resolve();
    await drain(worker);
    expect(inside).toBe(10);
  });

  it("tries a failed update again before the next one of its lane, and keeps it as failed after the fifth time", async () => {
    const tries: number[] = [];
    const { worker, logger } = setUp(async (update) => {
      tries.push(idOf(update));
      if (idOf(update) === 1) throw new Error("broken");
    });
    await store(message(1, 7), message(2, 7));
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await worker.step();
      await worker.settled();
      expect(tries).toEqual(Array.from({ length: attempt }, () => 1));
      await endLeases();
    }
    await drain(worker);
    expect(tries).toEqual([1, 1, 1, 1, 1, 2]);
    expect(await row(1)).toMatchObject({ failed: true, attempts: 5 });
    expect(logger.lines.some((line) => line.message.includes("given up"))).toBe(true);
  });

  it("waits before it tries again", async () => {
    let tries = 0;
    const { worker } = setUp(async () => {
      tries += 1;
      throw new Error("broken");
    });
    await store(message(1, 7));
    await worker.step();
    await worker.settled();
    await worker.step();
    await worker.settled();
    expect(tries).toBe(1);
  });

  it("gives up on an update that takes a minute, reports it, and goes on with its lane", async () => {
    const { worker, logger } = setUp(async (update) => {
      if (idOf(update) === 1) await new Promise(() => undefined);
    });
    await store(message(1, 7), message(2, 7));
    await worker.step();
    await clock.advance(60_000);
    await worker.settled();
    await drain(worker);
    expect(await row(1)).toMatchObject({ failed: true });
    expect(await row(2)).toMatchObject({ failed: false, done_at: expect.any(Date) });
    expect(logger.lines.find((line) => line.level === "error")?.fields).toMatchObject({ why: "timeout" });
  });
});

describe("an update that takes long to handle", () => {
  it("stays with its replica: no other one claims it meanwhile", async () => {
    const slow = deferred<void>();
    const { worker } = setUp(() => slow.promise);
    await store(message(1, 7));
    worker.start();
    const secondsLeft = async (): Promise<number | null> => {
      const left = sql<number | null>`extract(epoch FROM lease_until - now())::float`.as("left");
      const query = database.db.selectFrom("inbox").select(left).where("update_id", "=", 1n);
      return (await query.executeTakeFirstOrThrow()).left;
    };
    await expect.poll(secondsLeft).toBeGreaterThan(3);
    await sql`UPDATE inbox SET lease_until = now() + interval '1 second'`.execute(database.db);
    await expect
      .poll(async () => {
        await clock.advance(5_000);
        return await secondsLeft();
      })
      .toBeGreaterThan(3);
    slow.resolve();
    await worker.stop();
    expect((await inboxBacklog(database.db)).open).toBe(0);
  });
});

describe("after a crash", () => {
  it("hands the update in hand to another replica when the lease has run out, and ignores the late first one", async () => {
    const first = deferred<void>();
    const outcomes: string[] = [];
    const dead = setUp(() => first.promise, { onHandled: (outcome) => outcomes.push(outcome) });
    await store(message(1, 7));
    await dead.worker.step();

    const seen: number[] = [];
    const other = setUp(async (update) => {
      seen.push(idOf(update));
    });
    await other.worker.step();
    await other.worker.settled();
    expect(seen).toEqual([]);

    await endLeases();
    await other.worker.step();
    await other.worker.settled();
    expect(seen).toEqual([1]);
    first.resolve();
    await dead.worker.settled();
    expect(outcomes).toEqual(["lost"]);
  });

  it("a replica that stood still while it claimed an update leaves it to others", async () => {
    const seen: string[] = [];
    const checkpoint = (name: string): void => {
      if (name === "inbox/claimed" && seen.length === 0) void clock.advance(60_000);
    };
    const late = setUp(async () => void seen.push("late"), { checkpoint });
    const other = setUp(async () => void seen.push("other"));
    await store(message(1, 7));
    expect(await late.worker.step()).toBe("again");
    await late.worker.settled();
    await other.worker.step();
    await other.worker.settled();
    expect(seen).toEqual(["other"]);
  });

  it("ignores the first replica also while the second one is still at it", async () => {
    await store(message(1, 7));
    const claim = { limit: 1, leaseMs: 60_000 };
    const [lost] = await claimUpdates(database.db, { ...claim, leaseToken: newId() });
    await endLeases();
    const [held] = await claimUpdates(database.db, { ...claim, leaseToken: newId() });
    if (!lost || !held) throw new Error("nothing was claimed");
    expect((await completeUpdates(database.db, [lost], clock.now())).ours).toEqual(new Set());
    expect(await releaseUpdate(database.db, lost, 0)).toBe(false);
    expect(await abandonUpdate(database.db, lost, clock.now())).toBe(false);
    expect(await row(1)).toMatchObject({ done_at: null, lease_token: held.leaseToken });
    const completed = await completeUpdates(database.db, [held, lost], clock.now());
    expect(completed).toEqual({ ours: new Set([held.updateId]), isFollowed: false });
  });

  it("does not go on for ever with an update that takes the process down", async () => {
    await store(message(1, 7));
    for (let crash = 0; crash < 20; crash += 1) {
      const { worker } = setUp(() => new Promise(() => undefined));
      await worker.step();
      await endLeases();
    }
    const seen: number[] = [];
    const { worker } = setUp(async (update) => {
      seen.push(idOf(update));
    });
    await worker.step();
    await worker.settled();
    expect(seen).toEqual([]);
    expect(await row(1)).toMatchObject({ failed: true });
  });
});

describe("running", () => {
  it("is woken at once by a new update, and finishes what is in hand before it stops", async () => {
    const gate = deferred<void>();
    const seen: number[] = [];
    const { worker } = setUp(async (update) => {
      await gate.promise;
      seen.push(idOf(update));
    });
    worker.start();
    await store(message(1, 7));
    worker.wake();
    await expect.poll(async () => (await row(1)).attempts).toBe(1);
    const stopped = worker.stop();
    gate.resolve();
    await stopped;
    expect(seen).toEqual([1]);
    expect(await row(1)).toMatchObject({ done_at: expect.any(Date), failed: false });
  });
});

describe("the next update of a person", () => {
  /** How many statements of this database wait for a row that another transaction has locked. */
  async function waitingForRows(): Promise<number> {
    const result = await sql<{ count: number }>`
      SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(database.db);
    return result.rows[0]?.count ?? 0;
  }

  /** A running worker whose handling of the first update ends when the test says so. */
  function withSlowFirst(more: Partial<InboxWorkerDeps> = {}) {
    const slow = deferred<void>();
    const seen: number[] = [];
    const { worker } = setUp(async (update) => {
      seen.push(idOf(update));
      if (idOf(update) === 1) await slow.promise;
    }, more);
    return { worker, seen, slow };
  }

  it("is handled as soon as the one before it is, without a look at the clock", async () => {
    const { worker, seen, slow } = withSlowFirst();
    worker.start();
    await store(message(1, 7), message(2, 7), message(3, 7));
    worker.wake();
    await expect.poll(() => seen).toEqual([1]);
    slow.resolve();
    await expect.poll(() => seen).toEqual([1, 2, 3]);
    await worker.stop();
  });

  it("is handled at once also if it is stored while the statement that completes the one before is under way", async () => {
    const own = createTestClock();
    const { worker, seen, slow } = withSlowFirst({ clock: own });
    worker.start();
    await store(message(1, 7));
    worker.wake();
    await expect.poll(() => seen).toEqual([1]);
    await inTransaction(database.db, async (tx) => {
      await sql`SELECT FROM inbox WHERE update_id = 1 FOR UPDATE`.execute(tx);
      slow.resolve();
      await expect.poll(waitingForRows).toBe(1);
      // The statement no longer sees this one, and the claim still finds the lane taken.
      await store(message(2, 7));
      worker.wake();
      // Both loops rest again: the claim has ended.
      await expect.poll(() => own.sleeping()).toBe(2);
      expect(seen).toEqual([1]);
    });
    await expect.poll(() => seen).toEqual([1, 2]);
    await worker.stop();
  });

  it("is handled when a slot is free again, where all were taken", async () => {
    const { worker, seen, slow } = withSlowFirst({ concurrency: 1 });
    worker.start();
    await store(message(1, 7), message(2, 8), message(3, 9));
    worker.wake();
    await expect.poll(() => seen).toEqual([1]);
    slow.resolve();
    await expect.poll(() => seen).toEqual([1, 2, 3]);
    await worker.stop();
  });

  it("waits a moment with others that are in hand: all are completed by one statement", async () => {
    const own = createTestClock();
    const handled: number[] = [];
    const handleUpdate = async (update: unknown): Promise<void> => void handled.push(idOf(update));
    const { worker } = setUp(handleUpdate, { clock: own, completeTogetherMs: 20 });
    await store(message(1, 7), message(2, 8), message(3, 9));
    await worker.step();
    // The time limits of all three have ended; what sleeps is the wait for the others.
    await expect.poll(() => [handled.length, own.sleeping()]).toEqual([3, 1]);
    expect((await inboxBacklog(database.db)).open).toBe(3);
    await own.advance(20);
    await worker.settled();
    expect((await inboxBacklog(database.db)).open).toBe(0);
  });
});

describe("purging", () => {
  it("deletes what was handled, keeps failures longer and open updates for ever", async () => {
    const { worker } = setUp(async (update) => {
      if (idOf(update) === 2) throw new Error("broken");
    });
    await store(message(1, 1), message(2, 2));
    await drain(worker);
    await store(message(3, 3));
    await sql`UPDATE inbox SET failed = true, done_at = ${clock.now()} WHERE update_id = 2`.execute(
      database.db,
    );
    const later = new Date(clock.now().getTime() + 1000);
    expect(await purgeUpdates(database.db, later, new Date(0))).toBe(1);
    expect(await purgeUpdates(database.db, later, later)).toBe(1);
    expect(await inboxBacklog(database.db)).toMatchObject({ open: 1 });
  });
});

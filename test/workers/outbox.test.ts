import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import type { OutboxMessage, OwedMessage, SendOutcome } from "../../src/core/messages.ts";
import { enqueue, outboxBacklog, purgeMessages } from "../../src/db/queries/outbox.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { createOutboxWorker } from "../../src/workers/outbox-worker.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { deferred } from "../support/deferred.ts";
import { createTestLogger } from "../support/logger.ts";
import { emptyOutbox, noLimits } from "../support/owed-messages.ts";

let clock: TestClock = createTestClock();
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  clock = createTestClock();
  await emptyOutbox(database.db);
});

const OPERATOR = 900;
const notice = (name: string): OutboxMessage => ({ kind: "operator_notice", notice: name, params: {} });
const card = (orderId: string): OutboxMessage => ({ kind: "order_card", orderId });

function owe(
  chatId: number,
  message: OutboxMessage | string,
  dedupeKey: string | null = null,
): Promise<boolean> {
  const full = typeof message === "string" ? notice(message) : message;
  return enqueue(database.db, { chatId, buyerId: null, message: full, dedupeKey, at: clock.now() });
}

function nameOf(row: OwedMessage): string {
  return row.message.kind === "operator_notice" ? row.message.notice : row.message.kind;
}

function setUp(answer: (row: OwedMessage) => SendOutcome | Promise<SendOutcome> = () => ({ kind: "sent" })) {
  const tried: string[] = [];
  const logger = createTestLogger();
  const worker = createOutboxWorker({
    db: database.db,
    clock,
    logger,
    operatorChatIds: [OPERATOR],
    limits: noLimits,
    send: async (row) => {
      tried.push(`${row.chatId}:${nameOf(row)}`);
      return answer(row);
    },
  });
  return { worker, tried, logger };
}

type Worker = ReturnType<typeof createOutboxWorker>;

async function round(worker: Worker): Promise<void> {
  await worker.step();
  await worker.settled();
}

async function drain(worker: Worker): Promise<void> {
  for (let i = 0; i < 50 && (await outboxBacklog(database.db)).open > 0; i += 1) await round(worker);
}

async function dropReasons(): Promise<(string | null)[]> {
  const rows = await database.db
    .selectFrom("outbox")
    .select("drop_reason")
    .where("dropped_at", "is not", null)
    .orderBy("id")
    .execute();
  return rows.map((row) => row.drop_reason);
}

describe("enqueue", () => {
  it("is undone with the transaction that caused it", async () => {
    const failed = inTransaction(database.db, async (tx) => {
      await enqueue(tx, { chatId: 1, buyerId: null, message: notice("a"), dedupeKey: null, at: clock.now() });
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await outboxBacklog(database.db)).toEqual({ open: 0, oldestAt: null });
  });

  it("owes a message once for its key, also after it was sent", async () => {
    expect(await owe(1, "a", "key")).toBe(true);
    expect(await owe(1, "b", "key")).toBe(false);
    const { worker, tried } = setUp();
    await drain(worker);
    expect(await owe(1, "c", "key")).toBe(false);
    expect(tried).toEqual(["1:a"]);
  });

  it("owes nothing to people whose data was deleted", async () => {
    expect(await owe(0, "a")).toBe(false);
  });
});

describe("sending", () => {
  it("keeps the order within a chat and sends each message once, also with several replicas", async () => {
    for (let i = 0; i < 40; i += 1) await owe((i % 4) + 1, `n${i}`);
    const sent: { chatId: number; number: number }[] = [];
    const record = (row: OwedMessage): SendOutcome => {
      sent.push({ chatId: row.chatId, number: Number(nameOf(row).slice(1)) });
      return { kind: "sent" };
    };
    const replicas = [setUp(record), setUp(record), setUp(record)];
    await Promise.all(replicas.map((replica) => drain(replica.worker)));
    expect(sent).toHaveLength(40);
    for (const chatId of [1, 2, 3, 4]) {
      const numbers = sent.filter((entry) => entry.chatId === chatId).map((entry) => entry.number);
      expect(numbers).toEqual(Array.from({ length: 10 }, (_, index) => index * 4 + chatId - 1));
    }
  });

  it("holds nobody up behind a chat that is slow", async () => {
    const slow = deferred<SendOutcome>();
    const { worker, tried } = setUp((row) => (row.chatId === 1 ? slow.promise : { kind: "sent" }));
    await owe(1, "a");
    await owe(1, "b");
    await owe(2, "c");
    await worker.step();
    await worker.step();
    expect(tried).toEqual(["1:a", "2:c"]);
    slow.resolve({ kind: "sent" });
    await drain(worker);
    expect(tried).toEqual(["1:a", "2:c", "1:b"]);
  });

  it("takes a message up again that its sender died with", async () => {
    await owe(1, "a");
    const dead = setUp(() => new Promise(() => undefined));
    await dead.worker.step();
    const other = setUp();
    await round(other.worker);
    expect(other.tried).toEqual([]);
    await sql`UPDATE outbox SET lease_until = now() - interval '1 second'`.execute(database.db);
    await sql`UPDATE outbox_queues SET lease_until = now() - interval '1 second'`.execute(database.db);
    await round(other.worker);
    expect(other.tried).toEqual(["1:a"]);
  });

  it("keeps a message that takes long to send from other replicas", async () => {
    await owe(1, "a");
    const slow = deferred<SendOutcome>();
    const { worker } = setUp(() => slow.promise);
    worker.start();
    const secondsLeft = async (): Promise<number | null> => {
      const left = sql<number | null>`extract(epoch FROM lease_until - now())::float`.as("left");
      const row = await database.db.selectFrom("outbox").select(left).executeTakeFirstOrThrow();
      return row.left;
    };
    await expect.poll(secondsLeft).toBeGreaterThan(3);
    await sql`UPDATE outbox SET lease_until = now() + interval '1 second'`.execute(database.db);
    await expect
      .poll(async () => {
        await clock.advance(1000);
        return await secondsLeft();
      })
      .toBeGreaterThan(3);
    slow.resolve({ kind: "sent" });
    await worker.stop();
    expect((await outboxBacklog(database.db)).open).toBe(0);
  });

  it("wakes at once, and finishes what is in hand before it stops", async () => {
    const gate = deferred<SendOutcome>();
    const { worker, tried } = setUp(() => gate.promise);
    worker.start();
    await owe(1, "a");
    worker.wake();
    await expect.poll(() => tried).toEqual(["1:a"]);
    const stopped = worker.stop();
    gate.resolve({ kind: "sent" });
    await stopped;
    expect(await outboxBacklog(database.db)).toMatchObject({ open: 0 });
  });
});

describe("a backlog", () => {
  it("drains although the planner's statistics know nothing of it yet", async () => {
    const message = JSON.stringify(card(newId()));
    await sql`
      INSERT INTO outbox (chat_id, kind, payload, created_at, next_attempt_at)
      SELECT 1 + n % 700, 'order_card', jsonb_set(${message}::jsonb, '{orderId}', to_jsonb(gen_random_uuid()::text)),
             ${clock.now()}, ${clock.now()}
      FROM generate_series(1, 2100) AS n`.execute(database.db);
    const { worker, tried } = setUp();
    worker.start();
    await expect.poll(() => tried.length, { timeout: 15_000 }).toBe(2100);
    await worker.stop();
  });
});

describe("retrying", () => {
  it("lets a chat wait exactly as long as Telegram says, and the others go on", async () => {
    let isFlooded = true;
    const { worker, tried } = setUp((row) =>
      row.chatId === 1 && isFlooded ? { kind: "retry", afterMs: 7000, reason: "flood" } : { kind: "sent" },
    );
    await owe(1, "a");
    await owe(1, "b");
    await owe(2, "c");
    await round(worker);
    isFlooded = false;
    await clock.advance(6999);
    await round(worker);
    expect(tried).toEqual(["1:a", "2:c"]);
    await clock.advance(1);
    await drain(worker);
    expect(tried).toEqual(["1:a", "2:c", "1:a", "1:b"]);
  });

  it("pauses altogether when chat after chat is refused for flooding", async () => {
    const { worker, tried } = setUp(() => ({ kind: "retry", afterMs: 30_000, reason: "flood" }));
    for (const chat of [1, 2, 3]) await owe(chat, "a");
    await round(worker);
    await owe(4, "a");
    await round(worker);
    expect(tried).toHaveLength(3);
    await clock.advance(30_000);
    await round(worker);
    expect(tried).toHaveLength(7);
  });

  it("backs off from errors, longer each time, and drops after a day what cannot be sent", async () => {
    const { worker, tried, logger } = setUp(() => ({ kind: "retry", reason: "outage" }));
    await owe(1, "a");
    await round(worker);
    await round(worker);
    expect(tried).toHaveLength(1);
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      await clock.advance(60_000);
      if (minute % 20 === 0) await round(worker);
    }
    await round(worker);
    expect(tried.length).toBeGreaterThan(5);
    expect(await dropReasons()).toEqual(["too old"]);
    expect(logger.lines.at(-1)).toMatchObject({ level: "warn", fields: { why: "too old" } });
  });
});

describe("dropping", () => {
  it("drops all that a chat is owed once it blocked the bot, and nothing of others", async () => {
    const { worker, tried } = setUp((row) =>
      row.chatId === 1 ? { kind: "drop", reason: "blocked" } : { kind: "sent" },
    );
    await owe(1, "a");
    await owe(1, "b");
    await owe(2, "c");
    await drain(worker);
    expect(tried).toEqual(["1:a", "2:c"]);
    expect(await dropReasons()).toEqual(["blocked", "blocked"]);
  });

  it("drops one bad message and sends the next", async () => {
    const { worker, tried } = setUp((row) =>
      nameOf(row) === "a" ? { kind: "drop", reason: "refused" } : { kind: "sent" },
    );
    await owe(1, "a");
    await owe(1, "b");
    await drain(worker);
    expect(tried).toEqual(["1:a", "1:b"]);
  });

  it("drops a message that it cannot read", async () => {
    await owe(1, "a");
    await sql`UPDATE outbox SET payload = '{"kind":"from the future"}'`.execute(database.db);
    const { worker, tried } = setUp();
    await drain(worker);
    expect(tried).toEqual([]);
    expect(await dropReasons()).toEqual(["unreadable"]);
  });
});

describe("cards", () => {
  it("sends only the newest of the cards of one order that a chat is owed", async () => {
    const [one, two] = [newId(), newId()];
    for (const message of [card(one), card(one), card(one), notice("x"), card(one), card(two), card(two)]) {
      await owe(1, message);
    }
    await owe(2, card(one));
    const ids: string[] = [];
    const { worker } = setUp((row) => {
      ids.push(
        row.message.kind === "order_card" ? (row.message.orderId === one ? "one" : "two") : nameOf(row),
      );
      return { kind: "sent" };
    });
    await drain(worker);
    expect(ids.sort()).toEqual(["one", "one", "two", "x"]);
    expect(await dropReasons()).toEqual(["superseded", "superseded", "superseded", "superseded"]);
  });

  it("does not drop a card that is being sent by another replica", async () => {
    const order = newId();
    await owe(1, card(order));
    const busy = setUp(() => new Promise(() => undefined));
    await busy.worker.step();
    await owe(1, card(order));
    const other = setUp();
    await round(other.worker);
    expect(await dropReasons()).toEqual([]);
  });
});

describe("purging", () => {
  it("deletes old settled messages and keeps what is still owed", async () => {
    await owe(1, "a");
    await drain(setUp().worker);
    await owe(1, "b");
    await clock.advance(1000);
    expect(await purgeMessages(database.db, clock.now())).toBe(1);
    expect(await outboxBacklog(database.db)).toMatchObject({ open: 1 });
  });
});

import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import type { SendOutcome } from "../../src/core/messages.ts";
import { type TelegramLimits, telegramLimits } from "../../src/core/telegram-limits.ts";
import { claimMessages } from "../../src/db/queries/outbox-claims.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  type Answer,
  cardOf,
  codeOf,
  createTestOutbox,
  emptyOutbox,
  noLimits,
} from "../support/owed-messages.ts";

const sent: SendOutcome = { kind: "sent" };
const flood = (afterMs: number): SendOutcome => ({ kind: "retry", reason: "flood", afterMs });

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

const open = (limits: TelegramLimits = telegramLimits, answer: Answer = () => sent) =>
  createTestOutbox(database.db, clock, answer, limits);

/** A broadcast has no text yet: only its place in the order is known. */
async function oweBroadcast(chatId: number): Promise<void> {
  await sql`
    INSERT INTO outbox (chat_id, kind, payload, created_at, next_attempt_at)
    VALUES (${chatId}::bigint, 'broadcast', '{}', ${clock.now()}, ${clock.now()})`.execute(database.db);
}

async function claimedKinds(limits: TelegramLimits, limitOfOthers = 10): Promise<string[]> {
  const claim = { now: clock.now(), limit: 10, limitOfOthers, leaseMs: 60_000, leaseToken: newId(), limits };
  return (await claimMessages(database.db, claim)).map((row) => row.kind);
}

describe("what goes first", () => {
  it("is codes, then cards, then news, then broadcasts, whoever came first", async () => {
    const { owe } = open();
    await oweBroadcast(1);
    await owe(2, "news");
    await owe(3, cardOf());
    await owe(4, codeOf("1"));
    await owe(5, { kind: "late_sms", orderId: newId(), availableMicros: "0" });
    const one = { ...noLimits, burst: 1, intervalMs: 1000 };
    const kinds: string[] = [];
    for (let second = 0; second < 5; second += 1) {
      kinds.push(...(await claimedKinds(one)));
      await clock.advance(1000);
    }
    expect(kinds).toEqual(["order_code", "late_sms", "order_card", "operator_notice", "broadcast"]);
  });

  it("finds a sender for a code while everything else fills the others", async () => {
    const { owe } = open();
    for (let chatId = 1; chatId <= 4; chatId += 1) await owe(chatId, "news");
    await owe(5, codeOf("1"));
    expect(await claimedKinds(noLimits, 2)).toEqual(["order_code", "operator_notice"]);
    await owe(6, codeOf("2"));
    expect(await claimedKinds(noLimits, 0)).toEqual(["order_code"]);
  });

  it("is a code also in its own chat, behind cards and news without end", async () => {
    const outbox = open();
    for (let i = 0; i < 200; i += 1) await outbox.owe(1, i % 2 === 0 ? "news" : cardOf());
    for (let second = 0; second < 20; second += 1) {
      await outbox.round();
      await clock.advance(1000);
    }
    outbox.take();
    for (const tag of ["1", "2"]) await outbox.owe(1, codeOf(tag));
    await outbox.round();
    await outbox.round();
    expect(outbox.take().filter((tried) => tried.includes("code"))).toEqual(["1:code 1", "1:code 2"]);
  });
});

describe("a wait that Telegram names", () => {
  it("holds the chat on every replica, and no other chat", async () => {
    const [one, other] = [
      open(noLimits, ({ chatId }) => (chatId === 1 ? flood(8000) : sent)),
      open(noLimits),
    ];
    await one.owe(1, codeOf("1"));
    await one.round();
    await one.owe(1, "news");
    await one.owe(2, codeOf("2"));
    await other.round();
    expect(other.take()).toEqual(["2:code 2"]);
    await clock.advance(8000);
    await other.round();
    expect(other.take().sort()).toEqual(["1:code 1", "1:news"]);
  });

  it("holds the whole bot on every replica when chat after chat is refused", async () => {
    const replicas = [1, 2, 3].map(() => open(noLimits, () => flood(30_000)));
    for (const [index, replica] of replicas.entries()) {
      await replica.owe(index + 1, codeOf("1"));
      await replica.round();
    }
    const fourth = open(noLimits);
    await fourth.owe(4, codeOf("4"));
    await fourth.round();
    expect(fourth.take()).toEqual([]);
    await clock.advance(30_000);
    await fourth.round();
    expect(fourth.take()).toHaveLength(4);
  });

  it("does not hold the bot when a message is sent in between, or when the refusals lie apart", async () => {
    const outbox = open(noLimits, ({ chatId }) => (chatId < 10 ? flood(60_000) : sent));
    for (const chatId of [1, 2, 10, 3, 11]) {
      await outbox.owe(chatId, codeOf("1"));
      await outbox.round();
    }
    expect(outbox.take()).toHaveLength(5);
    for (const chatId of [4, 5, 6, 12]) {
      await clock.advance(6000);
      await outbox.owe(chatId, codeOf("1"));
      await outbox.round();
    }
    expect(outbox.take()).toHaveLength(4);
  });

  it("counts a chat once, however many of its messages are refused", async () => {
    const outbox = open(noLimits, ({ chatId }) => (chatId === 1 ? flood(30_000) : sent));
    await outbox.owe(1, codeOf("1"));
    await outbox.owe(1, cardOf());
    await outbox.owe(1, "news");
    await outbox.round();
    await outbox.owe(2, codeOf("2"));
    await outbox.round();
    expect(outbox.take()).toContain("2:code 2");
  });
});

describe("the queues", () => {
  it("are gone when nothing waits, and cost a claim nothing then", async () => {
    const outbox = open(noLimits);
    for (let i = 0; i < 30; i += 1) await outbox.owe((i % 3) + 1, i % 2 === 0 ? "news" : codeOf(`${i}`));
    await outbox.drain();
    await outbox.round();
    expect(await database.db.selectFrom("outbox_queues").selectAll().execute()).toEqual([]);
  });

  it("lose no message that is committed while a claim finds its queue empty", async () => {
    const outbox = open(noLimits);
    const owing = async (): Promise<void> => {
      for (let i = 0; i < 60; i += 1) await outbox.owe(1, codeOf(`${i}`));
    };
    const rounds = async (): Promise<void> => {
      for (let i = 0; i < 60; i += 1) await outbox.round();
    };
    await Promise.all([owing(), rounds(), rounds()]);
    await outbox.drain();
    expect(outbox.take()).toEqual(Array.from({ length: 60 }, (_, tag) => `1:code ${tag}`));
  });
});

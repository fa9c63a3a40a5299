import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import type { SendOutcome } from "../../src/core/messages.ts";
import { type TelegramLimits, telegramLimits } from "../../src/core/telegram-limits.ts";
import { claimMessages, markSent } from "../../src/db/queries/outbox-claims.ts";
import { selectNextTurn } from "../../src/db/queries/telegram-budget.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type Answer, cardOf, codeOf, createTestOutbox, emptyOutbox } from "../support/owed-messages.ts";

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

const open = (limits: TelegramLimits = telegramLimits, answer: Answer = () => sent) =>
  createTestOutbox(database.db, clock, answer, limits);

async function claimedKinds(limits: TelegramLimits, limitOfOthers = 10): Promise<string[]> {
  const claim = { now: clock.now(), limit: 10, limitOfOthers, leaseMs: 60_000, leaseToken: newId(), limits };
  return (await claimMessages(database.db, claim)).map((row) => row.kind);
}

describe("Telegram's limit for the bot", () => {
  it("is shared by replicas: what one takes, another cannot", async () => {
    const replicas = [open(), open(), open()];
    for (let chatId = 1; chatId <= 100; chatId += 1) await replicas[0]?.owe(chatId, codeOf("1"));
    const perSecond: number[] = [];
    for (let tick = 0; tick < 30; tick += 1) {
      await Promise.all(replicas.map((replica) => replica.round()));
      perSecond[Math.floor(tick / 10)] ??= 0;
      const tried = replicas.flatMap((replica) => replica.take()).length;
      perSecond[Math.floor(tick / 10)] = (perSecond[Math.floor(tick / 10)] ?? 0) + tried;
      await clock.advance(100);
    }
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(30);
    expect(perSecond.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(75);
  });

  it("is never exceeded in any second, in any chat or by any cards, however claims fall", async () => {
    const limits: TelegramLimits = {
      burst: 3,
      intervalMs: 50,
      chatCodeBurst: 3,
      chatBurst: 2,
      chatIntervalMs: 300,
      groupIntervalMs: 300,
      cardBurst: 2,
      cardIntervalMs: 900,
    };
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 400 }),
      limit: fc.integer({ min: 1, max: 8 }),
      owed: fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom("code", "card", "news")), {
        maxLength: 5,
      }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        await emptyOutbox(database.db);
        clock = createTestClock();
        const { owe } = open();
        const left: { atMs: number; chatId: number; kind: string }[] = [];
        for (const { afterMs, limit, owed } of steps) {
          await clock.advance(afterMs);
          for (const [chatId, what] of owed) {
            await owe(chatId, what === "news" ? "news" : what === "card" ? cardOf() : codeOf("1"));
          }
          const now = clock.now();
          const claim = { now, limit, limitOfOthers: limit, leaseMs: 60_000, leaseToken: newId(), limits };
          for (const row of await claimMessages(database.db, claim)) {
            left.push({ atMs: now.getTime(), chatId: row.chatId, kind: row.kind });
            await markSent(database.db, row, now);
          }
        }
        expectWithin(left, limits.burst, limits.intervalMs);
        for (const chatId of [1, 2, 3]) {
          const here = left.filter((message) => message.chatId === chatId);
          expectWithin(here, limits.chatCodeBurst, limits.chatIntervalMs);
          const cards = here.filter(({ kind }) => kind === "order_card");
          expectWithin(cards, limits.cardBurst, limits.cardIntervalMs);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("takes at most thirty in any second and sixteen cards of a chat in any minute, as it is set", () => {
    const { burst, intervalMs, cardBurst, cardIntervalMs } = telegramLimits;
    expect(burst + Math.floor(999 / intervalMs)).toBeLessThanOrEqual(30);
    expect(cardBurst + Math.floor(59_999 / cardIntervalMs)).toBeLessThanOrEqual(16);
  });

  it("tells when the next message can go", async () => {
    const { owe } = open();
    const turn = () => selectNextTurn(database.db, { now: clock.now(), limits: telegramLimits });
    await claimedKinds(telegramLimits);
    expect(await turn()).toEqual({ dueInMs: undefined, budgetInMs: 0 });
    for (const chatId of [1, 2, 3, 4]) await owe(chatId, codeOf("1"));
    expect(await claimedKinds(telegramLimits)).toHaveLength(3);
    expect(await turn()).toEqual({ dueInMs: 0, budgetInMs: 38 });
    await clock.advance(38);
    expect(await turn()).toEqual({ dueInMs: 0, budgetInMs: 0 });
    expect(await claimedKinds(telegramLimits)).toHaveLength(1);
  });
});

describe("Telegram's limit for a chat", () => {
  it("lets a burst of codes through, and then one a second, in order", async () => {
    const outbox = open({ ...telegramLimits, burst: 100 });
    for (let tag = 1; tag <= 8; tag += 1) await outbox.owe(1, codeOf(`${tag}`));
    const rounds = async (): Promise<string[]> => {
      for (let i = 0; i < 8; i += 1) await outbox.round();
      return outbox.take();
    };
    expect(await rounds()).toEqual([1, 2, 3, 4, 5].map((tag) => `1:code ${tag}`));
    await clock.advance(999);
    expect(await rounds()).toEqual([]);
    await clock.advance(1);
    expect(await rounds()).toEqual(["1:code 6"]);
    await clock.advance(2000);
    expect(await rounds()).toEqual(["1:code 7", "1:code 8"]);
  });

  it("holds cards to their own rate, and sends only the newest of what was held", async () => {
    const outbox = open({ ...telegramLimits, burst: 100, chatIntervalMs: 1 });
    for (let i = 0; i < 6; i += 1) await outbox.owe(1, cardOf());
    for (let i = 0; i < 8; i += 1) {
      await outbox.round();
      await clock.advance(10);
    }
    expect(outbox.take()).toHaveLength(6);
    const order = newId();
    for (let i = 0; i < 50; i += 1) await outbox.owe(1, cardOf(order));
    await clock.advance(5000);
    await outbox.round();
    expect(outbox.take()).toEqual([]);
    await clock.advance(1000);
    await outbox.drain();
    expect(outbox.take()).toEqual(["1:order_card"]);
  });
});

/** GCRA: of any messages in a row, all but `burst` have to lie `intervalMs` apart. */
function expectWithin(messages: readonly { atMs: number }[], burst: number, intervalMs: number): void {
  const tooMany = messages.flatMap(({ atMs: fromMs }, first) =>
    messages.slice(first).filter(({ atMs }, more) => (more + 1 - burst) * intervalMs > atMs - fromMs),
  );
  expect(tooMany).toEqual([]);
}

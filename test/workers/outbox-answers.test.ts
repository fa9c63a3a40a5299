import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import type { SendOutcome } from "../../src/core/messages.ts";
import { type TelegramLimits, telegramLimits } from "../../src/core/telegram-limits.ts";
import { holdChat } from "../../src/db/queries/telegram-budget.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { deferred } from "../support/deferred.ts";
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

type Outbox = ReturnType<typeof open>;
const open = (answer: Answer = () => sent, limits: TelegramLimits = telegramLimits) =>
  createTestOutbox(database.db, clock, answer, limits);

/** An outbox that has worked before: its first claim makes the row of the budget. */
async function opened(answer: Answer = () => sent): Promise<Outbox> {
  const outbox = open(answer);
  await outbox.round();
  return outbox;
}

/** Owes the card of an order whose owner has just tapped. */
async function tapped(outbox: Outbox, chatId: number, orderId = newId()): Promise<string> {
  await outbox.owe(chatId, cardOf(orderId));
  outbox.worker.answer({ chatId, orderId });
  return orderId;
}

async function answers(outbox: Outbox): Promise<string[]> {
  await outbox.worker.stepAnswers();
  await outbox.worker.settled();
  return outbox.take();
}

describe("a card that answers a tap", () => {
  it("goes out at once, however little is left of the budget for the whole bot", async () => {
    const outbox = await opened();
    for (let chatId = 1; chatId <= 20; chatId += 1) await tapped(outbox, chatId);
    expect(await answers(outbox)).toHaveLength(20);
  });

  it("takes nothing from that budget: codes go out as if it had not been", async () => {
    const outbox = await opened();
    for (let chatId = 1; chatId <= 20; chatId += 1) await tapped(outbox, chatId);
    for (let chatId = 21; chatId <= 30; chatId += 1) await outbox.owe(chatId, codeOf("1"));
    await answers(outbox);
    await outbox.round();
    expect(outbox.take()).toHaveLength(telegramLimits.burst);
  });

  it("is sent once, whether the answer or the queue is first", async () => {
    const outbox = await opened();
    await tapped(outbox, 1);
    await tapped(outbox, 2);
    await outbox.worker.stepAnswers();
    await outbox.worker.step();
    await outbox.worker.settled();
    await outbox.drain();
    expect(outbox.take()).toEqual(["1:order_card", "2:order_card"]);

    await tapped(outbox, 3);
    await outbox.worker.step();
    await answers(outbox);
    expect(await answers(outbox)).toEqual([]);
  });

  it("is the newest of its order; the older ones are dropped", async () => {
    const outbox = await opened();
    const orderId = newId();
    await outbox.owe(1, cardOf(orderId));
    await outbox.owe(1, cardOf(orderId));
    await tapped(outbox, 1, orderId);
    expect(await answers(outbox)).toEqual(["1:order_card"]);
    await outbox.drain();
    expect(outbox.take()).toEqual([]);
  });

  it("leaves other orders' cards of the chat in their queue", async () => {
    const outbox = await opened();
    await outbox.owe(1, cardOf());
    await tapped(outbox, 1);
    expect(await answers(outbox)).toEqual(["1:order_card"]);
    expect(await answers(outbox)).toEqual([]);
    await outbox.drain();
    expect(outbox.take()).toEqual(["1:order_card"]);
  });

  it("keeps to the limits of its chat, and goes out as soon as they allow", async () => {
    const outbox = await opened();
    for (let count = 0; count < 5; count += 1) await tapped(outbox, 1);
    const perSecond: number[] = [];
    for (let second = 0; second < 4; second += 1) {
      let count = 0;
      for (let tick = 0; tick < 10; tick += 1) {
        count += (await answers(outbox)).length;
        await clock.advance(100);
      }
      perSecond.push(count);
    }
    const { chatBurst } = telegramLimits;
    expect(perSecond[0]).toBeLessThanOrEqual(chatBurst + 1);
    expect(perSecond.slice(1).every((count) => count <= 1)).toBe(true);
    expect(perSecond.reduce((sum, count) => sum + count)).toBe(5);
  });

  it("counts against its chat: cards of the queue wait longer", async () => {
    const outbox = await opened();
    for (let count = 0; count < telegramLimits.chatBurst; count += 1) {
      await tapped(outbox, 1);
      await answers(outbox);
    }
    await outbox.owe(1, "news");
    await outbox.round();
    expect(outbox.take()).toEqual([]);
    await clock.advance(telegramLimits.chatIntervalMs);
    await outbox.round();
    expect(outbox.take()).toEqual(["1:news"]);
  });

  it("waits while an older card of its order is being sent, and follows it", async () => {
    const slow = deferred<SendOutcome>();
    let calls = 0;
    const outbox = await opened(() => {
      calls += 1;
      return calls === 1 ? slow.promise : sent;
    });
    const orderId = newId();
    await outbox.owe(1, cardOf(orderId));
    await outbox.worker.step();
    await tapped(outbox, 1, orderId);
    expect(await outbox.worker.stepAnswers()).toBe(0);
    slow.resolve(sent);
    await outbox.worker.settled();
    expect(await answers(outbox)).toEqual(["1:order_card", "1:order_card"]);
  });

  it("is not sent while Telegram asks for a pause in its chat", async () => {
    const outbox = await opened();
    await outbox.owe(1, "news");
    await outbox.round();
    outbox.take();
    await holdChat(database.db, {
      chatId: 1,
      now: clock.now(),
      until: new Date(clock.now().getTime() + 5_000),
    });
    await tapped(outbox, 1);
    expect(await answers(outbox)).toEqual([]);
    await clock.advance(5_000);
    expect(await answers(outbox)).toEqual(["1:order_card"]);
  });

  it("is not sent while Telegram refuses the whole bot", async () => {
    const outbox = await opened((row) =>
      row.chatId <= 3 ? { kind: "retry", reason: "flood", afterMs: 5_000 } : sent,
    );
    for (const chatId of [1, 2, 3]) await outbox.owe(chatId, "news");
    await outbox.round();
    outbox.take();
    await tapped(outbox, 4);
    expect(await answers(outbox)).toEqual([]);
    await clock.advance(5_000);
    expect(await answers(outbox)).toEqual(["4:order_card"]);
  });

  it("waits for its retry like any other after a failure", async () => {
    let calls = 0;
    const outbox = await opened(() => {
      calls += 1;
      return calls === 1 ? { kind: "retry", reason: "outage" } : sent;
    });
    await tapped(outbox, 1);
    expect(await answers(outbox)).toEqual(["1:order_card"]);
    await clock.advance(15_000);
    await outbox.round();
    expect(outbox.take()).toEqual(["1:order_card"]);
  });

  it("keeps its place in the queue where it cannot be an answer: half a minute later the queue sends it", async () => {
    const outbox = await opened();
    await outbox.owe(1, "news");
    await outbox.round();
    outbox.take();
    await holdChat(database.db, {
      chatId: 1,
      now: clock.now(),
      until: new Date(clock.now().getTime() + 31_000),
    });
    await tapped(outbox, 1);
    await answers(outbox);
    await clock.advance(31_000);
    expect(await answers(outbox)).toEqual([]);
    await outbox.round();
    expect(outbox.take()).toEqual(["1:order_card"]);
  });
});

describe("replicas that answer taps", () => {
  it("send a card once, and never wait for each other in a circle", async () => {
    const replicas = [await opened(), await opened(), await opened()];
    for (let chatId = 1; chatId <= 60; chatId += 1) {
      const orderId = newId();
      const replica = replicas[chatId % 3];
      await replica?.owe(chatId, codeOf(`${chatId}`));
      await replica?.owe(chatId, cardOf(orderId));
      for (const each of replicas) each.worker.answer({ chatId, orderId });
    }
    const cards: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      await Promise.all(replicas.flatMap(({ worker }) => [worker.stepAnswers(), worker.step()]));
      await Promise.all(replicas.map(({ worker }) => worker.settled()));
      cards.push(
        ...replicas.flatMap((replica) => replica.take()).filter((name) => name.endsWith("order_card")),
      );
      await clock.advance(100);
    }
    expect(new Set(cards).size).toBe(60);
    expect(cards).toHaveLength(60);
  });
});

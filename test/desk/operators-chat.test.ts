import type { Api } from "grammy";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PretendTelegram, startPretendTelegram } from "../../sandbox/telegram/index.ts";
import { createOutboxSender } from "../../src/bot/outbox/send.ts";
import { createTelegramApi } from "../../src/bot/telegram-api.ts";
import { createBuyers } from "../../src/buyers/buyers.ts";
import type { OutboxMessage } from "../../src/core/messages.ts";
import { setOperatorsChat } from "../../src/db/queries/operators-chat.ts";
import { enqueueToAll } from "../../src/db/queries/outbox.ts";
import { createClaimsAndDisputes } from "../../src/operations/claims-and-disputes.ts";
import { createShopGroup } from "../../src/shop/operators-group.ts";
import { createOutboxWorker, type OutboxWorker } from "../../src/workers/outbox-worker.ts";
import { createFakeCatalog, createFakeOrders } from "../support/bot-fakes.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDesk, otherOwnerId, ownerId } from "../support/desk.ts";
import { createTestLogger } from "../support/logger.ts";
import { emptyOutbox, noLimits } from "../support/owed-messages.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

const owners = [ownerId, otherOwnerId];
const HOUR_MS = 3_600_000;

let database: TestDatabase;
let money: TestTopups;
let telegram: PretendTelegram;
let clock: TestClock;
let api: Api;
let group: ReturnType<PretendTelegram["group"]>;
let worker: OutboxWorker;

beforeAll(async () => {
  database = await createTestDatabase();
  money = await createTestTopups(database.db, { operatorChatIds: owners });
});
afterAll(() => database.close());

beforeEach(async () => {
  await emptyOutbox(database.db);
  clock = createTestClock();
  telegram = await startPretendTelegram({ clock });
  const { token, apiRoot } = telegram;
  api = createTelegramApi({ token, apiRoot, clock, waitsForFloods: false });
  for (const id of owners) telegram.user({ id }).start();
  group = telegram.group({ isForum: true });
  await database.db.deleteFrom("operators_topics").execute();
  await setOperatorsChat(database.db, group.id);
  worker = createWorker();
  return () => telegram.close();
});

/** A process that sends. */
function createWorker(): OutboxWorker {
  const { db } = database;
  const logger = createTestLogger();
  const catalog = createFakeCatalog(clock);
  return createOutboxWorker({
    db,
    clock,
    logger,
    limits: noLimits,
    operatorChatIds: owners,
    operatorsGroupId: group.id,
    send: createOutboxSender({
      api,
      clock,
      logger,
      catalog: catalog.catalog,
      orders: createFakeOrders(clock, catalog.state.quotes).orders,
      buyers: createBuyers({ db, clock }),
      cardHashes: { get: async () => null, set: async () => undefined },
      ...createClaimsAndDisputes(db),
      dailyReport: createTestDesk(database, clock).services.dailyReport,
      broadcasts: { find: async () => undefined },
      operatorsGroup: createShopGroup({ db, clock, logger, api }, group.id),
    }),
  });
}

let subjects = 0;
const tell = (notice: string, params: Record<string, string> = {}, chats: readonly number[] = owners) => {
  const message: OutboxMessage = { kind: "operator_notice", notice, params };
  return enqueueToAll(database.db, chats, { message, subject: `test:${++subjects}`, at: clock.now() });
};
async function send(sender = worker): Promise<void> {
  for (let rounds = 0; rounds < 8; rounds += 1) {
    await sender.step();
    await sender.settled();
  }
}
const inGroup = () => telegram.messages(group.id);
const privately = (id: number) => telegram.messages(id).filter(({ from }) => from.isBot);
const topicOfLast = () =>
  group.topics().find(({ threadId }) => threadId === inGroup().at(-1)?.threadId)?.name;

/** A receipt that waits, with this note; and a question with this text. */
async function claim(note: string): Promise<void> {
  const { buyerId, telegramId } = await money.buyer();
  const begun = await money.topups.beginManual({
    buyerId,
    chatId: telegramId,
    amountMicros: 5_000_000n,
    resume: null,
  });
  if (begun.kind !== "begun") throw new Error("not begun");
  const { topupId } = begun.invoice;
  await money.topups.claimManual({ topupId, buyerId, note, fileId: null, fileUniqueId: null });
}

async function ask(text: string): Promise<void> {
  const { buyerId } = await money.buyer();
  await money.topups.openDispute({ buyerId, text });
}

describe("the operators' group", () => {
  it("gets one copy of what operators are told, each in its topic, and their private chats get none", async () => {
    await tell("provider_down", { provider: "alpha", reason: "timeout" });
    await send();
    expect(topicOfLast()).toBe("🚨 Trouble");
    await tell("adjusted", {
      by: "operator:1",
      telegramId: "5",
      sign: "+",
      amountMicros: "1",
      reason: "test",
    });
    await send();
    expect(topicOfLast()).toBe("💰 Money");
    await tell("queue_waiting", { kind: "question", count: "2" });
    await send();
    expect(topicOfLast()).toBe("💬 Questions");
    await tell("broadcast_done", { sent: "2" });
    await send();
    expect(topicOfLast()).toBe("📊 Report");
    expect(inGroup()).toHaveLength(4);
    for (const id of owners) expect(privately(id)).toEqual([]);
  });

  it("topics are made once and remembered, also by another process", async () => {
    await tell("provider_down", { provider: "alpha" });
    await tell("provider_up", { provider: "alpha" });
    await send();
    await tell("provider_down", { provider: "alpha" });
    await send(createWorker());
    expect(group.topics()).toHaveLength(1);
    expect(telegram.calls("createForumTopic")).toHaveLength(1);
    expect(inGroup().map(({ threadId }) => threadId)).toEqual(Array(3).fill(group.topics()[0]?.threadId));
  });

  it("a receipt and a question are told once, without the numbers and codes that people write", async () => {
    await claim("from +44 7700 900123, ref 88 39 201");
    await send();
    expect(topicOfLast()).toBe("💰 Money");
    await ask("My code 123456 for +447700900123 (also ٤٤٧٧٠٠) did not work");
    await send();
    expect(topicOfLast()).toBe("💬 Questions");
    expect(inGroup()).toHaveLength(2);
    const texts = inGroup().map(({ text }) => text);
    expect(texts.join()).not.toMatch(/7700|900123|123456|8839|39 201|٤٤٧٧/);
    expect(texts[0]).toContain("…23");
    // Whoever opens it in their private chat reads it in full.
    await setOperatorsChat(database.db, null);
    await ask("My code 123456");
    await send();
    expect(privately(ownerId).at(-1)?.text).toContain("123456");
  });

  it("without topics everything goes into the group as it is; once they are switched on they are used", async () => {
    group.setForum(false);
    await tell("provider_down", { provider: "alpha" });
    await tell("provider_up", { provider: "alpha" });
    await send();
    expect(inGroup().map(({ threadId }) => threadId)).toEqual([undefined, undefined]);
    expect(telegram.calls("createForumTopic")).toHaveLength(1);
    group.setForum(true);
    await clock.advance(HOUR_MS + 1);
    await tell("provider_down", { provider: "alpha" });
    await send();
    expect(topicOfLast()).toBe("🚨 Trouble");
  });

  it("a bot that may make no topics writes without them", async () => {
    const description = "Bad Request: not enough rights to create a topic";
    telegram.faults.add({ method: "createForumTopic", action: { kind: "status", status: 400, description } });
    await tell("provider_down", { provider: "alpha" });
    await send();
    expect(inGroup()).toHaveLength(1);
    expect(inGroup()[0]?.threadId).toBeUndefined();
  });

  it("a topic that somebody deleted is made again, and nothing is lost", async () => {
    await tell("provider_down", { provider: "alpha" });
    await send();
    const [first] = group.topics();
    group.deleteTopic(first?.threadId ?? 0);
    await tell("provider_up", { provider: "alpha" });
    await send();
    expect(group.topics()).toHaveLength(1);
    expect(group.topics()[0]?.threadId).not.toBe(first?.threadId);
    expect(topicOfLast()).toBe("🚨 Trouble");
    expect(inGroup().at(-1)?.text).toContain("answers again");
  });

  it("put out of the group, the bot tells each owner privately, and why, once", async () => {
    group.kick();
    await tell("provider_down", { provider: "alpha", reason: "timeout" });
    await tell("low_balance", { provider: "alpha", amountMicros: "1000000" });
    await send();
    for (const id of owners) {
      const texts = privately(id).map(({ text }) => text);
      expect(texts).toHaveLength(3);
      expect(texts.filter((text) => text.includes("cannot be reached"))).toHaveLength(1);
      expect(texts.join()).toContain("alpha is out");
      expect(texts.join()).toContain("Low balance");
    }
    // From now on privately, without trying the group each time; and in the group again when it lets the bot in.
    await tell("provider_up", { provider: "alpha" });
    await send();
    expect(privately(ownerId)).toHaveLength(4);
    group.invite();
    await clock.advance(HOUR_MS + 1);
    await tell("provider_down", { provider: "alpha" });
    await send();
    expect(inGroup()).toHaveLength(1);
    expect(privately(ownerId)).toHaveLength(4);
  });

  it("the same where the group lets the bot in but not write", async () => {
    const description = "Bad Request: not enough rights to send text messages to the chat";
    telegram.faults.add({
      method: "sendMessage",
      chatId: group.id,
      action: { kind: "status", status: 400, description },
    });
    await tell("provider_down", { provider: "alpha", reason: "timeout" });
    await send();
    expect(inGroup()).toEqual([]);
    expect(
      privately(ownerId)
        .map(({ text }) => text)
        .join(),
    ).toContain("alpha is out");
  });

  it("a group that asks to wait is waited for, and keeps its messages", async () => {
    const action = { kind: "status", status: 429, description: "Too Many Requests", retryAfter: 5 } as const;
    telegram.faults.add({ method: "sendMessage", chatId: group.id, action });
    await tell("provider_down", { provider: "alpha" });
    await send();
    expect(inGroup()).toEqual([]);
    expect(privately(ownerId)).toEqual([]);
    await clock.advance(6_000);
    await send();
    expect(inGroup()).toHaveLength(1);
  });

  it("nobody is told of what nobody is to be told of", async () => {
    await tell("provider_down", { provider: "alpha" }, []);
    await send();
    expect(inGroup()).toEqual([]);
  });
});

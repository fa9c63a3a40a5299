import { type Api, InlineKeyboard } from "grammy";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PretendTelegram, PretendUser } from "../../sandbox/telegram/index.ts";
import type { TestClock } from "../support/clock.ts";
import {
  botOf,
  nextEvent,
  openChat,
  rawCall,
  refusalOf,
  runPolling,
  startTelegram,
} from "../support/telegram.ts";

let telegram: PretendTelegram;
let clock: TestClock;
let api: Api;
let user: PretendUser;

beforeEach(async () => {
  ({ telegram, clock, api } = await startTelegram());
  user = openChat(telegram);
});
afterEach(() => telegram.close());

const TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid";

/** The newest update, after confirming the ones before it. */
async function lastUpdate(): Promise<Awaited<ReturnType<Api["getUpdates"]>>[number]> {
  const [update] = await api.getUpdates({ offset: -1 });
  if (!update) throw new Error("No update is queued");
  return update;
}

const keyboard = new InlineKeyboard()
  .text("Buy", "buy:1")
  .copyText("Copy", "482913")
  .url("Site", "https://example.org")
  .row()
  .switchInlineCurrent("Search", "what")
  .text("Cancel", "cancel:1");

describe("callback queries", () => {
  test("a press reaches a real bot, and resolves with its answer", async () => {
    const bot = botOf(telegram);
    bot.callbackQuery("buy:1", (ctx) => ctx.answerCallbackQuery({ text: "Bought", show_alert: true }));
    const stop = await runPolling(bot);
    const { message_id } = await api.sendMessage(user.id, "card", { reply_markup: keyboard });
    const toast = nextEvent(telegram, "toast");
    expect(await user.press(message_id, "Buy")).toEqual({ answer: { text: "Bought", showAlert: true } });
    expect(await toast).toMatchObject({ userId: user.id, text: "Bought", showAlert: true });
    await stop();
  });

  test("a query can be answered once", async () => {
    const { message_id } = await api.sendMessage(user.id, "card", { reply_markup: keyboard });
    const pressed = user.press(message_id, { data: "cancel:1" });
    const { callback_query: query } = await lastUpdate();
    expect(query).toMatchObject({ from: { id: user.id }, data: "cancel:1", message: { message_id } });
    await api.answerCallbackQuery(query?.id ?? "");
    expect(await pressed).toEqual({ answer: { showAlert: false } });
    expect(await refusalOf(api.answerCallbackQuery(query?.id ?? ""))).toMatchObject({
      code: 400,
      description: TOO_OLD,
    });
  });

  test("a query can be answered for 60 seconds", async () => {
    const { message_id } = await api.sendMessage(user.id, "card", { reply_markup: keyboard });
    const pressed = [user.press(message_id, "Buy"), user.press(message_id, "Cancel")];
    const updates = (await api.getUpdates()).slice(-2);
    await clock.advance(59_999);
    await api.answerCallbackQuery(updates[0]?.callback_query?.id ?? "");
    await clock.advance(1);
    const late = api.answerCallbackQuery(updates[1]?.callback_query?.id ?? "");
    expect((await refusalOf(late)).description).toBe(TOO_OLD);
    expect(await Promise.all(pressed)).toEqual([{ answer: { showAlert: false } }, {}]);
  });

  test.each([
    ["1", {}, TOO_OLD],
    ["1", { text: "x".repeat(201) }, "Bad Request: MESSAGE_TOO_LONG"],
  ])("an answer to query %s with %j is refused", async (id, options, description) => {
    expect((await refusalOf(api.answerCallbackQuery(id, options))).description).toBe(description);
  });

  test("a press that nobody answers gives up after the real time cap", async () => {
    const { message_id } = await api.sendMessage(user.id, "card", { reply_markup: keyboard });
    expect(await user.press(message_id, "Buy", { timeoutMs: 20 })).toEqual({});
  });

  test("forged data goes out too, and a cleared message is an inaccessible one", async () => {
    const { message_id } = await api.sendMessage(user.id, "card", { reply_markup: keyboard });
    user.deleteMessage(message_id);
    await user.pressData(message_id, "order:someone-else", { timeoutMs: 1 });
    expect((await lastUpdate()).callback_query).toMatchObject({
      data: "order:someone-else",
      message: { message_id, date: 0, chat: { id: user.id } },
    });
  });

  test("other buttons do what their kind does, and only buttons that are there can be pressed", async () => {
    const { message_id } = await api.sendMessage(user.id, "card", { reply_markup: keyboard });
    expect(await user.press(message_id, "Copy")).toEqual({ copied: "482913" });
    expect(await user.press(message_id, "Site")).toEqual({ url: "https://example.org" });
    expect(await user.press(message_id, ({ text }) => text.startsWith("Sea"))).toEqual({
      inlineQuery: "what",
    });
    await expect(user.press(message_id, "Sell")).rejects.toThrow(
      "it has: Buy | Copy | Site | Search | Cancel",
    );
    await api.editMessageReplyMarkup(user.id, message_id);
    await expect(user.press(message_id, "Buy")).rejects.toThrow("No such button");
    await expect(user.press(9_999, "Buy")).rejects.toThrow("not in the chat");
  });
});

describe("inline queries", () => {
  const article = (id: string, text = `/buy_${id}`): object => ({
    type: "article",
    id,
    title: `Service ${id}`,
    input_message_content: { message_text: text },
  });

  test("results come back to the user, and a chosen one is posted via the bot", async () => {
    const bot = botOf(telegram);
    bot.on("inline_query", (ctx) => {
      const { query, offset } = ctx.inlineQuery;
      const result = {
        type: "article",
        id: "wa",
        title: `${query}:${offset}`,
        input_message_content: { message_text: "<b>/buy_wa</b>", parse_mode: "HTML" },
      } as const;
      return ctx.answerInlineQuery([result], { next_offset: "50" });
    });
    const stop = await runPolling(bot);
    const answer = await user.inlineQuery("whats", { offset: "25" });
    expect(answer).toMatchObject({ results: [{ id: "wa", title: "whats:25" }], nextOffset: "50" });
    await stop();
    const [result] = answer?.results ?? [];
    if (result) user.chooseInlineResult(result);
    expect(await lastUpdate()).toMatchObject({
      message: { text: "/buy_wa", via_bot: { id: telegram.bot.id }, from: { id: user.id } },
    });
  });

  test.each([
    [Array.from({ length: 51 }, (_, index) => article(`${index}`)), {}, "RESULTS_TOO_MUCH"],
    [[article("a")], { next_offset: "x".repeat(65) }, "NEXT_OFFSET_INVALID"],
    [[article("a"), article("a")], {}, "RESULT_ID_DUPLICATE"],
    [[article("")], {}, "RESULT_ID_INVALID"],
    [[article("x".repeat(65))], {}, "RESULT_ID_INVALID"],
    [[{ ...article("a"), type: "moon" }], {}, "RESULT_TYPE_INVALID"],
    [[article("a", "")], {}, "message text is empty"],
    [
      [{ type: "article", id: "a", title: "A" }],
      {},
      `can't parse inline query result: Can't find field "input_message_content"`,
    ],
  ])("an answer of this kind is refused (%#)", async (results, options, description) => {
    const asked = user.inlineQuery("x", { timeoutMs: 100 });
    const { inline_query: query } = await lastUpdate();
    const answer = await rawCall(telegram, "answerInlineQuery", {
      inline_query_id: query?.id,
      results,
      ...options,
    });
    expect(answer).toMatchObject({ ok: false, description: `Bad Request: ${description}` });
    expect(await asked).toBeUndefined();
  });

  test("an inline query can be answered once", async () => {
    const asked = user.inlineQuery("x");
    const id = (await lastUpdate()).inline_query?.id ?? "";
    await api.answerInlineQuery(id, []);
    expect(await asked).toEqual({ results: [], nextOffset: "" });
    expect((await refusalOf(api.answerInlineQuery(id, []))).description).toBe(TOO_OLD);
  });
});

describe("waiting for a message", () => {
  test("edits count, earlier messages can be left out, and a vain wait shows the chat", async () => {
    const first = await api.sendMessage(user.id, "code 1");
    const later = user.waitForMessage(/code/, { afterMessageId: first.message_id });
    const card = await api.sendMessage(user.id, "waiting");
    await api.editMessageText(user.id, card.message_id, "code 2");
    expect(await later).toMatchObject({ messageId: card.message_id, text: "code 2", edited: true });
    expect((await user.waitForMessage(({ text }) => text.startsWith("code"))).text).toBe("code 1");
    await expect(user.waitForMessage("never", { timeoutMs: 10 })).rejects.toThrow(/bot: code 2/);
  });
});

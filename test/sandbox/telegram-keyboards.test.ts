import type { Api } from "grammy";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PretendTelegram, PretendUser } from "../../sandbox/telegram/index.ts";
import { openChat, rawCall, startTelegram } from "../support/telegram.ts";

let telegram: PretendTelegram;
let api: Api;
let user: PretendUser;

beforeEach(async () => {
  ({ telegram, api } = await startTelegram());
  user = openChat(telegram);
});
afterEach(() => telegram.close());

const raw = (method: string, params: object): ReturnType<typeof rawCall> =>
  rawCall(telegram, method, { chat_id: user.id, ...params });

const send = (keyboard: unknown): ReturnType<typeof rawCall> =>
  raw("sendMessage", { text: "x", reply_markup: keyboard });

describe("keyboards", () => {
  const row = (count: number): object[] =>
    Array.from({ length: count }, (_, index) => ({ text: `${index}`, callback_data: `${index}` }));
  const button = (fields: object): object => ({ inline_keyboard: [[fields]] });

  test.each([
    ["a list", [], "object expected as reply markup"],
    [
      "no rows",
      { inline_keyboard: [{ text: "A" }] },
      'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    ],
    [
      "a button without an action",
      button({ text: "A" }),
      "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    [
      "a button without a label",
      button({ callback_data: "a" }),
      `can't parse inline keyboard button: Can't find field "text"`,
    ],
    [
      "a label of the wrong type",
      button({ text: 5, callback_data: "a" }),
      `can't parse inline keyboard button: Field "text" must be of type String`,
    ],
    [
      "a button that is no object",
      { inline_keyboard: [["A"]] },
      "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
    ],
    [
      "an empty label",
      button({ text: "", callback_data: "a" }),
      "inline keyboard button text must be non-empty",
    ],
    [
      "callback data of 65 bytes",
      button({ text: "A", callback_data: "é".repeat(33) }),
      "BUTTON_DATA_INVALID",
    ],
    ["two actions", button({ text: "A", callback_data: "a", url: "https://a.org" }), "BUTTON_TYPE_INVALID"],
    ["a pay button outside an invoice", button({ text: "Pay", pay: true }), "BUTTON_TYPE_INVALID"],
    ["an empty copy text", button({ text: "A", copy_text: { text: "" } }), "BUTTON_COPY_TEXT_INVALID"],
    [
      "a copy text of 257 characters",
      button({ text: "A", copy_text: { text: "1".repeat(257) } }),
      "BUTTON_COPY_TEXT_INVALID",
    ],
    [
      "a link that is none",
      button({ text: "A", url: "javascript:1" }),
      "inline keyboard button URL 'javascript:1' is invalid: Unsupported URL protocol",
    ],
    [
      "an unknown style",
      button({ text: "A", callback_data: "a", style: "loud" }),
      "can't parse inline keyboard button: invalid button style specified",
    ],
    ["nine buttons in a row", { inline_keyboard: [row(9)] }, "BUTTON_INVALID"],
    ["101 buttons", { inline_keyboard: [...Array(20).fill(row(5)), row(1)] }, "reply markup is too long"],
    [
      "a reply keyboard with an empty label",
      { keyboard: [[{ text: "" }]] },
      "keyboard button text must be non-empty",
    ],
  ])("%s is refused", async (_what, keyboard, description) => {
    expect(await send(keyboard)).toEqual({
      ok: false,
      error_code: 400,
      description: `Bad Request: ${description}`,
    });
  });

  test("the largest keyboard goes through", async () => {
    const full = { inline_keyboard: Array(20).fill(row(5)) };
    expect(await send(full)).toMatchObject({ ok: true });
    const widest = {
      inline_keyboard: [row(7).concat({ text: "d", callback_data: "d".repeat(64), style: "danger" })],
    };
    expect(await send(widest)).toMatchObject({ ok: true });
    expect(await send(button({ text: "1/9", disabled: {} }))).toMatchObject({ ok: true });
    expect(await send(button({ text: "Search", switch_inline_query_current_chat: "" }))).toMatchObject({
      ok: true,
    });
  });

  test("an edit cannot bring a reply keyboard", async () => {
    const { message_id } = await api.sendMessage(user.id, "x");
    const params = { message_id, text: "y", reply_markup: { keyboard: [["A"]] } };
    expect((await raw("editMessageText", params)).description).toBe("Bad Request: inline keyboard expected");
  });

  test("a reply keyboard is shown by its labels and can be taken away", async () => {
    await send({ keyboard: [["Buy", { text: "Balance" }]] });
    expect(user.lastMessage()?.replyKeyboard).toEqual([["Buy", "Balance"]]);
    await send({ remove_keyboard: true });
    expect(user.lastMessage()?.replyKeyboard).toEqual([]);
  });
});

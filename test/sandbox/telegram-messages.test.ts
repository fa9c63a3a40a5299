import { type Api, InlineKeyboard, InputFile } from "grammy";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { PretendTelegram, PretendUser } from "../../sandbox/telegram/index.ts";
import { openChat, refusalOf, startTelegram } from "../support/telegram.ts";

let telegram: PretendTelegram;
let api: Api;
let user: PretendUser;

beforeEach(async () => {
  ({ telegram, api } = await startTelegram());
  user = openChat(telegram);
});
afterEach(() => telegram.close());

const NOT_MODIFIED =
  "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";

const send = (keyboard: unknown): Promise<unknown> =>
  raw("sendMessage", { text: "x", reply_markup: keyboard });

const answerSchema = z.looseObject({ ok: z.boolean(), description: z.string().optional() });

/** A call past grammY's types, for parameters that the real API would refuse. */
async function raw(method: string, params: object): Promise<z.infer<typeof answerSchema>> {
  const response = await fetch(`${telegram.apiRoot}/bot${telegram.token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ chat_id: user.id, ...params }),
  });
  return answerSchema.parse(await response.json());
}

describe("sending", () => {
  test("a message comes back as it was stored, and is in the chat", async () => {
    const keyboard = new InlineKeyboard().text("Get number", "b:1").row().copyText("Copy", "123");
    const sent = await api.sendMessage(user.id, "  Hello  ", {
      reply_markup: keyboard,
      disable_notification: true,
    });
    expect(sent).toMatchObject({
      text: "Hello",
      chat: { id: user.id, type: "private" },
      from: { id: telegram.bot.id, is_bot: true },
      reply_markup: { inline_keyboard: keyboard.inline_keyboard },
    });
    expect(user.lastMessage()).toMatchObject({
      messageId: sent.message_id,
      text: "Hello",
      buttons: [
        [{ text: "Get number", callback_data: "b:1" }],
        [{ text: "Copy", copy_text: { text: "123" } }],
      ],
      edited: false,
      revision: 1,
      silent: true,
    });
  });

  test("a reply names its original, or is refused without one", async () => {
    const asked = user.send("question");
    const sent = await api.sendMessage(user.id, "answer", {
      reply_parameters: { message_id: asked.messageId },
    });
    expect(sent.reply_to_message?.text).toBe("question");
    const call = api.sendMessage(user.id, "answer", { reply_parameters: { message_id: 9_999 } });
    expect((await refusalOf(call)).description).toBe("Bad Request: message to be replied not found");
    await api.sendMessage(user.id, "answer", {
      reply_parameters: { message_id: 9_999, allow_sending_without_reply: true },
    });
  });

  test.each([
    [{}, "message text is empty"],
    [{ text: "   \n" }, "message text is empty"],
    [{ text: "<b> </b>", parse_mode: "HTML" }, "message text is empty"],
    [{ text: "x".repeat(4097) }, "message is too long"],
    [{ text: "x", parse_mode: "Latex" }, "unsupported parse_mode"],
    [{ text: "x", chat_id: null }, "chat_id is empty"],
    [{ text: "x", chat_id: 12 }, "chat not found"],
    [{ text: "x", chat_id: "@nobody" }, "chat not found"],
  ])("sendMessage with %j is refused", async (params, description) => {
    expect(await raw("sendMessage", params)).toEqual({
      ok: false,
      error_code: 400,
      description: `Bad Request: ${description}`,
    });
  });

  test("markup does not count towards the 4096 characters", async () => {
    const text = `<b>${"&lt;".repeat(4096)}</b>`;
    expect((await api.sendMessage(user.id, text, { parse_mode: "HTML" })).text).toBe("<".repeat(4096));
  });

  test("a user who never opened the chat cannot be reached", async () => {
    const stranger = telegram.user();
    expect(await refusalOf(api.sendMessage(stranger.id, "psst"))).toMatchObject({
      code: 400,
      description: "Bad Request: chat not found",
    });
  });

  test("a blocked bot is told so, and hears of the block and its end", async () => {
    const { message_id } = await api.sendMessage(user.id, "hi");
    user.block();
    const refused = { code: 403, description: "Forbidden: bot was blocked by the user" };
    expect(await refusalOf(api.sendMessage(user.id, "still there?"))).toMatchObject(refused);
    expect(await refusalOf(api.editMessageText(user.id, message_id, "bye"))).toMatchObject(refused);
    expect(await refusalOf(api.sendChatAction(user.id, "typing"))).toMatchObject(refused);
    expect(() => user.send("hello?")).toThrow("blocked");
    user.unblock();
    await api.sendMessage(user.id, "welcome back");
    const statuses = (await api.getUpdates()).map(({ my_chat_member: change }) => [
      change?.old_chat_member.status,
      change?.new_chat_member.status,
    ]);
    expect(statuses).toEqual([
      [undefined, undefined],
      ["member", "kicked"],
      ["kicked", "member"],
    ]);
  });

  test("a deactivated user cannot be reached", async () => {
    user.deactivate();
    expect(await refusalOf(api.sendMessage(user.id, "hi"))).toMatchObject({
      code: 403,
      description: "Forbidden: user is deactivated",
    });
  });

  test("photos and documents travel both ways", async () => {
    const sent = await api.sendPhoto(user.id, new InputFile(Buffer.from("pixels"), "a.png"), {
      caption: "<i>look</i>",
      parse_mode: "HTML",
    });
    expect(sent).toMatchObject({ caption: "look", caption_entities: [{ type: "italic" }] });
    const shown = user.lastMessage();
    expect(Buffer.from(telegram.fileBytes(shown?.fileId ?? "") ?? []).toString()).toBe("pixels");

    await api.sendDocument(user.id, new InputFile(Buffer.from("a,b"), "orders.csv"));
    expect(user.lastMessage()).toMatchObject({ kind: "document", fileName: "orders.csv" });
    // A known file can be sent again by its id.
    await api.sendPhoto(user.id, sent.photo?.[0]?.file_id ?? "");

    user.sendPhoto(Buffer.from("receipt"), "paid");
    const update = (await api.getUpdates()).at(-1);
    expect(update?.message?.caption).toBe("paid");
    const file = await api.getFile(update?.message?.photo?.[0]?.file_id ?? "");
    const download = await fetch(`${telegram.apiRoot}/file/bot${telegram.token}/${file.file_path}`);
    expect(await download.text()).toBe("receipt");
    expect((await fetch(`${telegram.apiRoot}/file/bot1:wrong/${file.file_path}`)).status).toBe(404);
  });

  test.each([
    ["sendPhoto", {}, "there is no photo in the request"],
    ["sendPhoto", { photo: "AgACnope" }, "wrong file identifier/HTTP URL specified"],
    ["getFile", { file_id: "nope" }, "wrong file_id or the file is temporarily unavailable"],
    ["getFile", {}, "file_id not specified"],
    ["sendChatAction", { action: "dancing" }, "wrong parameter action in request"],
    ["copyMessage", { from_chat_id: 800000001, message_id: 77 }, "message to copy not found"],
    ["forwardMessage", { from_chat_id: 800000001, message_id: 77 }, "message to forward not found"],
    ["deleteMessage", { message_id: 77 }, "message to delete not found"],
    ["deleteMessage", {}, "message identifier is not specified"],
    ["getChat", { chat_id: 5 }, "chat not found"],
  ])("%s with %j is refused", async (method, params, description) => {
    expect(await raw(method, params)).toMatchObject({
      ok: false,
      description: `Bad Request: ${description}`,
    });
  });

  test("copies have no origin, forwards have one", async () => {
    const original = user.send("bold claim");
    await api.copyMessage(user.id, user.id, original.messageId);
    expect(user.lastMessage()).toMatchObject({ text: "bold claim", from: { isBot: true } });
    const forwarded = await api.forwardMessage(user.id, user.id, original.messageId);
    expect(forwarded.forward_origin).toMatchObject({ type: "user", sender_user: { id: user.id } });
  });

  test("getChat shows the person", async () => {
    expect(await api.getChat(user.id)).toMatchObject({ id: user.id, first_name: user.user.first_name });
  });
});

describe("editing and deleting", () => {
  test("an edit changes the message in place, and a keyboard left out goes away", async () => {
    const { message_id } = await api.sendMessage(user.id, "one", {
      reply_markup: new InlineKeyboard().text("A", "a"),
    });
    const edited = await api.editMessageText(user.id, message_id, "two");
    expect(edited).toMatchObject({ text: "two", edit_date: expect.any(Number) });
    expect(user.message(message_id)).toMatchObject({ text: "two", buttons: [], edited: true, revision: 2 });
    await api.editMessageReplyMarkup(user.id, message_id, {
      reply_markup: new InlineKeyboard().text("B", "b"),
    });
    expect(user.message(message_id)).toMatchObject({ text: "two", buttons: [[{ text: "B" }]], revision: 3 });
  });

  test("an edit that changes nothing is refused, whatever markup it is written in", async () => {
    const reply_markup = new InlineKeyboard().text("A", "a");
    const { message_id } = await api.sendMessage(user.id, "<b>same</b>", {
      parse_mode: "HTML",
      reply_markup,
    });
    const again = api.editMessageText(user.id, message_id, "<strong>same</strong> ", {
      parse_mode: "HTML",
      reply_markup,
    });
    expect(await refusalOf(again)).toMatchObject({ code: 400, description: NOT_MODIFIED });
    const markup = api.editMessageReplyMarkup(user.id, message_id, { reply_markup });
    expect((await refusalOf(markup)).description).toBe(NOT_MODIFIED);
    expect(user.message(message_id).revision).toBe(1);
    await api.editMessageText(user.id, message_id, "same", { reply_markup });
  });

  test("a message that the user cleared, or nobody sent, cannot be edited", async () => {
    const { message_id } = await api.sendMessage(user.id, "card");
    user.deleteMessage(message_id);
    const gone = "Bad Request: message to edit not found";
    expect((await refusalOf(api.editMessageText(user.id, message_id, "new"))).description).toBe(gone);
    expect((await refusalOf(api.editMessageReplyMarkup(user.id, 9_999))).description).toBe(gone);
    expect((await raw("editMessageText", { text: "x" })).description).toBe(
      "Bad Request: message identifier is not specified",
    );
  });

  test("the user's own messages cannot be edited, nor a text put into a photo", async () => {
    const own = user.send("mine");
    expect((await refusalOf(api.editMessageText(user.id, own.messageId, "yours"))).description).toBe(
      "Bad Request: message can't be edited",
    );
    const photo = await api.sendPhoto(user.id, new InputFile(Buffer.from("x"), "x.jpg"));
    expect((await refusalOf(api.editMessageText(user.id, photo.message_id, "text"))).description).toBe(
      "Bad Request: there is no text in the message to edit",
    );
    await api.editMessageCaption(user.id, photo.message_id, { caption: "caption" });
    expect(user.lastMessage()?.text).toBe("caption");
  });

  test("the bot can delete its messages and the user's", async () => {
    const own = user.send("mine");
    const { message_id } = await api.sendMessage(user.id, "bot's");
    expect(await api.deleteMessage(user.id, own.messageId)).toBe(true);
    await api.deleteMessage(user.id, message_id);
    expect(user.messages().map(({ text }) => text)).toEqual(["/start"]);
  });
});

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

describe("the bot's profile", () => {
  test("commands are kept per scope and language, and the user sees the narrowest", async () => {
    const commands = (command: string): { command: string; description: string }[] => [
      { command, description: "x" },
    ];
    await api.setMyCommands(commands("buy"));
    await api.setMyCommands(commands("kaufen"), { language_code: "de" });
    await api.setMyCommands(commands("desk"), { scope: { type: "chat", chat_id: user.id } });
    expect(await api.getMyCommands({ language_code: "de" })).toEqual(commands("kaufen"));
    expect(telegram.commandsFor(user)).toEqual(commands("desk"));
    expect(telegram.commandsFor(telegram.user({ languageCode: "de" }))).toEqual(commands("kaufen"));
    await api.deleteMyCommands({ scope: { type: "chat", chat_id: user.id } });
    expect(telegram.commandsFor(user)).toEqual(commands("buy"));
  });

  test.each([
    ["setMyCommands", { commands: [{ command: "Buy", description: "x" }] }, "BOT_COMMAND_INVALID"],
    ["setMyCommands", { commands: [{ command: "buy", description: "" }] }, "BOT_COMMAND_DESCRIPTION_INVALID"],
    [
      "setMyCommands",
      { commands: Array(101).fill({ command: "a", description: "b" }) },
      "BOT_COMMANDS_TOO_MUCH",
    ],
    ["setMyCommands", {}, 'parameter "commands" is required'],
    [
      "setMyCommands",
      { commands: [{ command: "a" }] },
      `can't parse BotCommand: Can't find field "description"`,
    ],
    [
      "setMyCommands",
      { commands: [], scope: { type: "moon" } },
      "can't parse BotCommandScope: Unsupported type specified",
    ],
    ["setMyCommands", { commands: [], language_code: "english" }, "LANG_CODE_INVALID"],
    ["setMyDescription", { description: "x".repeat(513) }, "BOT_DESCRIPTION_TOO_LONG"],
    ["setMyShortDescription", { short_description: "x".repeat(121) }, "BOT_SHORT_DESCRIPTION_TOO_LONG"],
    ["setMyName", { name: "x".repeat(65) }, "BOT_TITLE_INVALID"],
    [
      "setChatMenuButton",
      { menu_button: { type: "moon" } },
      "can't parse menu button: MenuButton has unsupported type",
    ],
  ])("%s with %j is refused", async (method, params, description) => {
    expect(await raw(method, params)).toMatchObject({
      ok: false,
      description: `Bad Request: ${description}`,
    });
  });

  test("descriptions and the menu button are kept", async () => {
    await api.setMyDescription("Long", { language_code: "de" });
    await api.setMyShortDescription("Short");
    await api.setChatMenuButton({ menu_button: { type: "default" } });
    expect(await api.getMyDescription({ language_code: "de" })).toEqual({ description: "Long" });
    expect(await api.getMyShortDescription({ language_code: "de" })).toEqual({ short_description: "Short" });
    expect(await api.getChatMenuButton()).toEqual({ type: "default" });
  });
});

import { type Api, InlineKeyboard, InputFile } from "grammy";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PretendTelegram, PretendUser } from "../../sandbox/telegram/index.ts";
import { openChat, rawCall, refusalOf, startTelegram } from "../support/telegram.ts";

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

const NOT_MODIFIED =
  "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";

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

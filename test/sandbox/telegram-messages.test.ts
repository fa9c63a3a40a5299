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

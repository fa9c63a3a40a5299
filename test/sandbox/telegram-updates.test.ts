import type { Api } from "grammy";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PretendTelegram } from "../../sandbox/telegram/index.ts";
import type { TestClock } from "../support/clock.ts";
import {
  apiOf,
  botOf,
  nextEvent,
  openChat,
  refusalOf,
  runPolling,
  startTelegram,
} from "../support/telegram.ts";

let telegram: PretendTelegram;
let clock: TestClock;
let api: Api;

beforeEach(async () => {
  ({ telegram, clock, api } = await startTelegram());
});
afterEach(() => telegram.close());

const DAY_MS = 24 * 60 * 60 * 1000;

describe("polling", () => {
  test("a real bot gets a message and its answer is in the chat", async () => {
    const bot = botOf(telegram);
    bot.command("start", (ctx) => ctx.reply(`Hello ${ctx.from?.first_name}, ${ctx.match}`));
    const stop = await runPolling(bot);
    const user = telegram.user({ firstName: "Ada" });
    user.start("ref_7");
    const answer = await user.waitForMessage("Hello");
    expect(answer.text).toBe("Hello Ada, ref_7");
    expect(answer.from).toMatchObject({ isBot: true, id: telegram.bot.id });
    await stop();
    expect(telegram.pendingUpdates()).toBe(0);
  });

  test("a waiting poll wakes when an update comes", async () => {
    const waiting = nextEvent(telegram, "poll_waiting");
    const poll = api.getUpdates({ timeout: 30 });
    await waiting;
    const user = telegram.user();
    user.send("hi");
    expect(await poll).toMatchObject([{ message: { text: "hi", chat: { id: user.id, type: "private" } } }]);
  });

  test("updates come again until a later offset confirms them", async () => {
    const user = telegram.user();
    user.send("one");
    user.send("two");
    const first = await api.getUpdates();
    expect(await api.getUpdates()).toEqual(first);
    expect(await api.getUpdates({ limit: 1 })).toEqual(first.slice(0, 1));
    const second = first[1]?.update_id ?? 0;
    expect(await api.getUpdates({ offset: second })).toEqual(first.slice(1));
    expect(telegram.pendingUpdates()).toBe(1);
    expect(await api.getUpdates({ offset: second + 1 })).toEqual([]);
    expect(telegram.pendingUpdates()).toBe(0);
  });

  test("a negative offset leaves only the newest updates", async () => {
    const user = telegram.user();
    for (const text of ["one", "two", "three"]) user.send(text);
    expect(await api.getUpdates({ offset: -1 })).toMatchObject([{ message: { text: "three" } }]);
    expect(telegram.pendingUpdates()).toBe(1);
  });

  test("an update is lost after 24 hours", async () => {
    telegram.user().send("late");
    await clock.advance(DAY_MS - 1);
    expect(await api.getUpdates()).toHaveLength(1);
    await clock.advance(1);
    expect(await api.getUpdates()).toEqual([]);
  });

  test("a second waiting poller ends the first with 409", async () => {
    const waiting = nextEvent(telegram, "poll_waiting");
    const first = refusalOf(api.getUpdates({ timeout: 30 }));
    await waiting;
    const second = api.getUpdates({ timeout: 30 });
    expect(await first).toEqual({
      code: 409,
      description:
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
      retryAfter: undefined,
    });
    telegram.user().send("hi");
    expect(await second).toHaveLength(1);
  });

  test("a poller that hangs up leaves the update to the next one", async () => {
    const waiting = nextEvent(telegram, "poll_waiting");
    const abort = new AbortController();
    const url = `${telegram.apiRoot}/bot${telegram.token}/getUpdates?timeout=30`;
    const killed = fetch(url, { signal: abort.signal }).catch((error: Error) => error.name);
    await waiting;
    abort.abort();
    expect(await killed).toBe("AbortError");
    telegram.user().send("hi");
    expect(await api.getUpdates()).toHaveLength(1);
  });

  test("only the asked kinds of updates are queued", async () => {
    await api.getUpdates({ allowed_updates: ["callback_query"] });
    const user = telegram.user();
    user.send("not wanted");
    expect(await api.getUpdates()).toEqual([]);
    await api.getUpdates({ allowed_updates: [] });
    user.send("wanted");
    expect(await api.getUpdates()).toHaveLength(1);
  });

  test("a repeated update comes once more under its old id, even after it was confirmed", async () => {
    telegram.user().send("twice");
    const [update] = await api.getUpdates();
    const id = update?.update_id ?? 0;
    await api.getUpdates({ offset: id + 1 });
    expect(telegram.duplicateLastUpdate()).toBe(id);
    expect(await api.getUpdates({ offset: id + 1 })).toEqual([update]);
    expect(await api.getUpdates({ offset: id + 1 })).toEqual([]);
  });

  test("raw updates go out as they were pushed", async () => {
    const id = telegram.pushUpdate({ message: { nonsense: true } });
    expect(await api.getUpdates()).toEqual([{ update_id: id, message: { nonsense: true } }]);
  });

  test("an edited text reaches the bot as an edited message", async () => {
    const user = telegram.user();
    const { messageId } = user.send("befor");
    user.edit(messageId, "before");
    expect(await api.getUpdates()).toMatchObject([
      { message: { text: "befor" } },
      { edited_message: { text: "before", edit_date: expect.any(Number) } },
    ]);
  });

  test("a group message names the group, and forwarding names the first sender", async () => {
    const group = telegram.group({ title: "Shop talk" });
    const [ada, bob] = [telegram.user(), telegram.user()];
    ada.send("/buy@numstore_bot", { chatId: group.id });
    bob.send("look", { forwardedFrom: ada });
    expect(await api.getUpdates()).toMatchObject([
      {
        message: {
          chat: { id: group.id, type: "supergroup", title: "Shop talk" },
          entities: [{ type: "bot_command", offset: 0, length: 17 }],
        },
      },
      { message: { forward_origin: { type: "user", sender_user: { id: ada.id } } } },
    ]);
  });
});

describe("the door", () => {
  test("a wrong token is 401, an unknown method 404", async () => {
    expect(await refusalOf(apiOf(telegram, "1:wrong").getMe())).toMatchObject({
      code: 401,
      description: "Unauthorized",
    });
    const response = await fetch(`${telegram.apiRoot}/bot${telegram.token}/makeCoffee`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      ok: false,
      error_code: 404,
      description: "Not Found: method not found",
    });
  });

  test("methods take JSON, forms and query strings, in any case", async () => {
    const user = openChat(telegram);
    const root = `${telegram.apiRoot}/bot${telegram.token}`;
    const form = new URLSearchParams({
      chat_id: String(user.id),
      text: "by form",
      reply_markup: JSON.stringify({ inline_keyboard: [[{ text: "A", callback_data: "a" }]] }),
    });
    await fetch(`${root}/sendmessage`, { method: "POST", body: form });
    await fetch(`${root}/SENDMESSAGE?chat_id=${user.id}&text=by+query`);
    const [, byForm, byQuery] = user.messages();
    expect(byForm).toMatchObject({ text: "by form", buttons: [[{ text: "A" }]] });
    expect(byQuery?.text).toBe("by query");
    const garbage = await fetch(`${root}/sendMessage`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    expect(garbage.status).toBe(400);
  });

  test("getMe names the bot of the token", async () => {
    expect(await api.getMe()).toMatchObject({ id: 7_000_000_001, is_bot: true, username: "numstore_bot" });
  });
});

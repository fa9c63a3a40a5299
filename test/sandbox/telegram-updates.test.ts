import { createServer, type IncomingHttpHeaders } from "node:http";
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

describe("webhook", () => {
  interface Delivery {
    readonly headers: IncomingHttpHeaders;
    readonly body: { update_id: number; message?: { text?: string; from: { id: number } } };
  }

  /** A bot's HTTP server that answers with the statuses in turn, then with 200. */
  async function receiver(statuses: number[]): Promise<{
    url: string;
    deliveries: Delivery[];
    arrived(count: number): Promise<void>;
    close(): Promise<void>;
  }> {
    const deliveries: Delivery[] = [];
    let notify: () => void = () => undefined;
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      deliveries.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(statuses.shift() ?? 200).end();
      notify();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    return {
      url: `http://127.0.0.1:${port}/webhooks/telegram`,
      deliveries,
      async arrived(count) {
        while (deliveries.length < count) {
          await new Promise<void>((resolve) => {
            notify = resolve;
          });
        }
      },
      close: () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    };
  }

  test("updates are posted with the secret, queued ones first", async () => {
    const bot = await receiver([]);
    const user = telegram.user();
    user.send("before");
    await api.setWebhook(bot.url, { secret_token: "s3cret", max_connections: 7 });
    user.send("after");
    await bot.arrived(2);
    expect(bot.deliveries.map(({ body }) => body.message?.text)).toEqual(["before", "after"]);
    expect(bot.deliveries[0]?.headers["x-telegram-bot-api-secret-token"]).toBe("s3cret");
    expect(await api.getWebhookInfo()).toMatchObject({ url: bot.url, max_connections: 7 });
    await bot.close();
  });

  test("a refused update is tried again, and holds back only its own user", async () => {
    const bot = await receiver([500, 503]);
    await api.setWebhook(bot.url);
    const [ada, bob] = [telegram.user(), telegram.user()];
    ada.send("one");
    ada.send("two");
    // At once after the first refusal, then after two seconds of the clock.
    await bot.arrived(2);
    const delivered = nextEvent(telegram, "update_delivered");
    bob.send("mine");
    await delivered;
    expect(bot.deliveries.map(({ body }) => body.message?.text)).toEqual(["one", "one", "mine"]);
    expect(await api.getWebhookInfo()).toMatchObject({
      pending_update_count: 2,
      last_error_message: "Wrong response from the webhook: 503 Service Unavailable",
    });
    await clock.advance(2_000);
    await bot.arrived(5);
    expect(bot.deliveries.slice(3).map(({ body }) => body.message?.text)).toEqual(["one", "two"]);
    await bot.close();
  });

  test("a repeated update is posted again under its old id", async () => {
    const bot = await receiver([]);
    await api.setWebhook(bot.url);
    telegram.user().send("twice");
    await bot.arrived(1);
    const id = telegram.duplicateLastUpdate();
    await bot.arrived(2);
    expect(bot.deliveries.map(({ body }) => body.update_id)).toEqual([id, id]);
    await bot.close();
  });

  test("polling and a webhook exclude each other", async () => {
    const bot = await receiver([]);
    const waiting = nextEvent(telegram, "poll_waiting");
    const poll = refusalOf(api.getUpdates({ timeout: 30 }));
    await waiting;
    await api.setWebhook(bot.url);
    expect(await poll).toMatchObject({
      code: 409,
      description: "Conflict: terminated by setWebhook request",
    });
    expect(await refusalOf(api.getUpdates())).toMatchObject({
      code: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    });
    await api.deleteWebhook();
    expect(await api.getUpdates()).toEqual([]);
    await bot.close();
  });

  test("what stays undelivered can be polled after the webhook is gone, or dropped", async () => {
    const bot = await receiver([500, 500, 500]);
    await api.setWebhook(bot.url);
    telegram.user().send("kept");
    await bot.arrived(2);
    await api.deleteWebhook();
    expect(await api.getUpdates()).toHaveLength(1);
    await api.deleteWebhook({ drop_pending_updates: true });
    expect(await api.getUpdates()).toEqual([]);
    await bot.close();
  });

  test.each([
    ["no url", "invalid webhook URL specified"],
    ["http://example.org/hook", "bad webhook: An HTTPS URL must be provided for webhook"],
  ])("the webhook URL %s is refused", async (url, description) => {
    expect(await refusalOf(api.setWebhook(url))).toMatchObject({
      code: 400,
      description: `Bad Request: ${description}`,
    });
  });

  test.each([
    ["a b", "secret token contains unallowed characters"],
    ["x".repeat(257), "secret token is too long"],
  ])("the webhook secret %s is refused", async (secret, description) => {
    const call = api.setWebhook("https://example.org/hook", { secret_token: secret });
    expect((await refusalOf(call)).description).toBe(`Bad Request: ${description}`);
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

import { type Api, HttpError } from "grammy";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type PretendTelegram, type PretendUser, realLimits } from "../../sandbox/telegram/index.ts";
import type { TestClock } from "../support/clock.ts";
import { nextEvent, openChat, refusalOf, startTelegram } from "../support/telegram.ts";

let telegram: PretendTelegram;
let clock: TestClock;
let api: Api;
let user: PretendUser;

beforeEach(async () => {
  ({ telegram, clock, api } = await startTelegram());
  user = openChat(telegram);
});
afterEach(() => telegram.close());

const texts = (): string[] => user.messages().map(({ text }) => text);

describe("faults", () => {
  test("a status fault answers in the method's place, as often as asked", async () => {
    telegram.faults.add({
      method: "sendMessage",
      times: 2,
      action: { kind: "status", status: 429, description: "Too Many Requests: retry after 7", retryAfter: 7 },
    });
    const refused = { code: 429, description: "Too Many Requests: retry after 7", retryAfter: 7 };
    expect(await refusalOf(api.sendMessage(user.id, "1"))).toEqual(refused);
    expect(await refusalOf(api.sendMessage(user.id, "2"))).toEqual(refused);
    await api.sendMessage(user.id, "3");
    expect(texts()).toEqual(["/start", "3"]);
  });

  test("a connection dropped before has no effect, one dropped after has", async () => {
    telegram.faults.add({ method: /^send/i, action: { kind: "drop_before" } });
    await expect(api.sendMessage(user.id, "lost")).rejects.toThrow(HttpError);
    telegram.faults.add({ method: "SENDMESSAGE", action: { kind: "drop_after" } });
    await expect(api.sendMessage(user.id, "sent")).rejects.toThrow(HttpError);
    expect(texts()).toEqual(["/start", "sent"]);
    expect(telegram.calls("sendMessage").map(({ status }) => status)).toEqual([0, 0]);
  });

  test("an HTML page comes with its status", async () => {
    telegram.faults.add({ action: { kind: "html", status: 502 } });
    const response = await fetch(`${telegram.apiRoot}/bot${telegram.token}/getMe`);
    expect(response.status).toBe(502);
    expect(await response.text()).toContain("<html>");
  });

  test("a hanging call is never answered and has no effect", async () => {
    telegram.faults.add({ method: "sendMessage", action: { kind: "hang" } });
    const hung = nextEvent(telegram, "api_call");
    const abort = new AbortController();
    const url = `${telegram.apiRoot}/bot${telegram.token}/sendMessage?chat_id=${user.id}&text=x`;
    const call = fetch(url, { signal: abort.signal }).catch((error: Error) => error.name);
    await hung;
    abort.abort();
    expect(await call).toBe("AbortError");
    expect(texts()).toEqual(["/start"]);
  });

  test("a delay takes real time and then lets the method run", async () => {
    telegram.faults.add({ method: "sendMessage", action: { kind: "delay", ms: 30 } });
    const startedAt = performance.now();
    await api.sendMessage(user.id, "late");
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(25);
    expect(texts()).toContain("late");
  });

  test("a fault can be meant for one chat, withdrawn, or cleared", async () => {
    const action = { kind: "status", status: 500, description: "Internal Server Error" } as const;
    const other = openChat(telegram);
    telegram.faults.add({ chatId: other.id, action });
    await api.sendMessage(user.id, "fine");
    expect((await refusalOf(api.sendMessage(other.id, "broken"))).code).toBe(500);
    const withdraw = telegram.faults.add({ times: 9, action });
    withdraw();
    telegram.faults.add({ times: 9, action });
    telegram.faults.clear();
    await api.sendMessage(other.id, "fine");
  });
});

describe("the log of calls", () => {
  test("it keeps method, parameters, time and outcome", async () => {
    await api.sendMessage(user.id, "x");
    await refusalOf(api.editMessageText(user.id, 9_999, "y"));
    expect(telegram.calls()).toEqual([
      {
        method: "sendMessage",
        params: { chat_id: user.id, text: "x" },
        at: clock.now(),
        ok: true,
        status: 200,
      },
      expect.objectContaining({
        method: "editMessageText",
        ok: false,
        status: 400,
        description: "Bad Request: message to edit not found",
      }),
    ]);
    telegram.clearCalls();
    expect(telegram.calls()).toEqual([]);
  });

  test("events tell of every call, message, edit and deletion in order", async () => {
    const seen: string[] = [];
    telegram.events.subscribe(({ type }) => seen.push(type));
    const { message_id } = await api.sendMessage(user.id, "x");
    await api.editMessageText(user.id, message_id, "y");
    await api.deleteMessage(user.id, message_id);
    expect(seen).toEqual([
      "message_sent",
      "api_call",
      "message_edited",
      "api_call",
      "message_deleted",
      "api_call",
    ]);
  });
});

describe("the limit per chat", () => {
  test("sends and edits share it, and it opens again as the minute passes", async () => {
    const limited = await startTelegram({ perChatPerMinute: 2 });
    const chat = openChat(limited.telegram);
    const { message_id } = await limited.api.sendMessage(chat.id, "1");
    await limited.clock.advance(20_000);
    await limited.api.editMessageText(chat.id, message_id, "2");
    expect(await refusalOf(limited.api.sendMessage(chat.id, "3"))).toEqual({
      code: 429,
      description: "Too Many Requests: retry after 40",
      retryAfter: 40,
    });
    await limited.api.sendMessage(openChat(limited.telegram).id, "another chat");
    await limited.clock.advance(40_000);
    await limited.api.sendMessage(chat.id, "3");
    await limited.telegram.close();
  });
});

describe("Telegram's real limits", () => {
  test("a chat takes a short burst of messages, then one a second", async () => {
    const { telegram, clock, api } = await startTelegram(realLimits);
    const chat = openChat(telegram);
    for (let i = 0; i < 6; i += 1) await api.sendMessage(chat.id, "burst");
    expect(await refusalOf(api.sendMessage(chat.id, "too much"))).toMatchObject({ code: 429, retryAfter: 1 });
    await clock.advance(1000);
    await api.sendMessage(chat.id, "one more");
    expect(await refusalOf(api.sendMessage(chat.id, "too much"))).toMatchObject({ code: 429 });
    await telegram.close();
  });

  test("a chat takes twenty edits a minute, its messages included, and then no message either", async () => {
    const { telegram, clock, api } = await startTelegram(realLimits);
    const chat = openChat(telegram);
    const { message_id } = await api.sendMessage(chat.id, "0");
    for (let i = 1; i < 20; i += 1) await api.editMessageText(chat.id, message_id, `${i}`);
    const edit = () => api.editMessageText(chat.id, message_id, "more");
    expect(await refusalOf(edit())).toMatchObject({ code: 429, retryAfter: 60 });
    await clock.advance(60_000);
    await edit();
    for (let i = 1; i < 20; i += 1) await api.editMessageText(chat.id, message_id, `${i}`);
    expect(await refusalOf(api.sendMessage(chat.id, "a message"))).toMatchObject({
      code: 429,
      retryAfter: 60,
    });
    await telegram.close();
  });

  test("all chats together take thirty messages a second", async () => {
    const { telegram, clock, api } = await startTelegram(realLimits);
    for (let i = 0; i < 30; i += 1) await api.sendMessage(openChat(telegram).id, "hello");
    const next = openChat(telegram);
    expect(await refusalOf(api.sendMessage(next.id, "hello"))).toMatchObject({ code: 429, retryAfter: 1 });
    await clock.advance(1000);
    const { message_id } = await api.sendMessage(next.id, "hello");
    expect(message_id).toBeGreaterThan(0);
    await telegram.close();
  });
});

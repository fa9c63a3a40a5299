import { createServer, type IncomingHttpHeaders } from "node:http";
import type { Api } from "grammy";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PretendTelegram } from "../../sandbox/telegram/index.ts";
import type { TestClock } from "../support/clock.ts";
import { nextEvent, refusalOf, startTelegram } from "../support/telegram.ts";

let telegram: PretendTelegram;
let clock: TestClock;
let api: Api;

beforeEach(async () => {
  ({ telegram, clock, api } = await startTelegram());
});
afterEach(() => telegram.close());

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

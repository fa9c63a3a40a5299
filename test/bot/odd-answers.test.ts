import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { orderCard } from "../../src/bot/cards/order.ts";
import type { OrderView } from "../../src/orders/orders.ts";
import { textsFor } from "../../src/texts/index.ts";
import { createPollingSource } from "../../src/workers/update-source.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

describe("a Bot API server that answers polls with rubbish", () => {
  it("is asked again after a rest, not in a circle", async () => {
    const clock = createTestClock();
    let polls = 0;
    const source = createPollingSource({
      db: database.db,
      api: {
        getUpdates: async () => {
          polls += 1;
          return JSON.parse('[{"update_id":"x"},null,7]');
        },
        setWebhook: async () => true,
        deleteWebhook: async () => true,
      },
      clock,
      logger: createTestLogger(),
      holder: "a",
      onStored: () => undefined,
    });
    source.start();
    await expect.poll(() => polls).toBe(1);
    for (let turn = 0; turn < 50; turn += 1) await clock.advance(10);
    expect(polls).toBe(1);
    await clock.advance(60_000);
    await expect.poll(() => polls).toBe(2);
    const stopped = source.stop();
    await clock.advance(0);
    await stopped;
  });
});

describe("a supplier that gives whole texts as codes", () => {
  it("cannot make an order's card longer than Telegram takes", () => {
    const at = new Date("2026-03-01T12:00:00.000Z");
    const sms = Array.from({ length: 10 }, (_, index) => ({
      id: `${index}`,
      sequence: index + 1,
      code: "&<>".repeat(600),
      text: "&<>".repeat(600),
      receivedAt: at,
    }));
    const order: OrderView = {
      id: "01890000-0000-7000-8000-000000000000",
      buyerId: "b",
      serviceId: "wa",
      countryId: "GB",
      state: "received",
      version: 1,
      priceMicros: 1n,
      phone: "+447700900123",
      placedAt: at,
      expiresAt: at,
      cancelOpensAt: null,
      cancelRequestedAt: null,
      closedAt: null,
      failure: null,
      sms,
      actions: { cancel: false, swap: false, keepWaiting: false, another: true, finish: true },
      isSwap: false,
      isSlow: false,
      chatId: 1,
      cardMessageId: null,
    };
    const named = {
      order,
      service: { id: "wa", name: "W".repeat(500) },
      country: { id: "GB", name: "C".repeat(500), flag: "" },
    };
    const card = orderCard(textsFor("en"), named, at);
    const visible = card.text.replace(/<[^>]*>/g, "").replace(/&[a-z]+;/g, "x");
    expect(visible.length).toBeLessThanOrEqual(4096);
  });
});

import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { PretendUser, TranscriptMessage } from "../../sandbox/telegram/index.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { type Action, encodeAction } from "../../src/bot/callback-data.ts";
import { systemClock } from "../../src/core/clock.ts";
import { inboxBacklog } from "../../src/db/queries/inbox.ts";
import { outboxBacklog } from "../../src/db/queries/outbox.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

/** Statements of the bot's part of a tap: neither the inbox nor what loops do in the background. */
const elsewhere =
  /inbox|leases|outbox|provider_gates|order_sms WHERE|"next_check_at" <=|'placing'|expires_at <|unclaimed|listed_numbers|paid_purchases|claim_messages|telegram_|stock_alerts|card_due_at|broadcasts|clock_timestamp|^(?:begin|commit|rollback|SET )/i;

let database: TestDatabase;
let world: World;
let user: PretendUser;
let seen: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const env = { MAX_OPEN_ORDERS: "50" };
  world = await startWorld({
    clock: systemClock,
    logger: createTestLogger(),
    connectionString: database.connectionString,
    env,
  });
  user = world.telegram.user({ languageCode: "en" });
  const welcome = user.waitForMessage("Welcome");
  user.start();
  await welcome;
  // What is read once and kept for a minute: lists, statistics, prices.
  await tap({ kind: "services", page: 0, sort: "popular" });
  await tap({ kind: "countries", serviceId: "wa", page: 0, sort: "best" });
  await tap({ kind: "confirm", serviceId: "wa", countryId: "GB" });
});
afterAll(async () => {
  await world.close();
  await database.close();
});
afterEach(() => vi.restoreAllMocks());

function menu(): TranscriptMessage {
  const found = user.messages().findLast(({ from, buttons }) => from.isBot && buttons.length > 0);
  if (!found) throw new Error("there is no menu");
  return found;
}

/** Acts, and returns the statements that were asked until the bot sent or edited a message that contains `text`. */
async function statementsOf(act: () => unknown, text = ""): Promise<readonly string[]> {
  // What was shown before may not be written down yet.
  await vi.waitFor(async () => {
    expect((await inboxBacklog(database.db)).open).toBe(0);
    expect((await outboxBacklog(database.db)).open).toBe(0);
  });
  count();
  const shown = new Promise<void>((resolve) => {
    const stop = world.telegram.events.subscribe((event) => {
      if (event.type !== "message_edited" && event.type !== "message_sent") return;
      const { message } = event;
      if (message.chatId !== user.id || !message.from.isBot || !message.text.includes(text)) return;
      stop();
      resolve();
    });
  });
  await act();
  await shown;
  return seen.filter((statement) => !elsewhere.test(statement));
}

const tap = (action: Action, text = ""): Promise<readonly string[]> =>
  statementsOf(() => user.pressData(menu().messageId, encodeAction(action)), text);

function count(): void {
  vi.restoreAllMocks();
  seen = [];
  const query = pg.Client.prototype.query;
  vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (this: pg.Client, ...words: unknown[]) {
    if (typeof words[0] === "string") seen.push(words[0]);
    return Reflect.apply(query, this, words);
  });
}

function expectAtMost(statements: readonly string[], atMost: number): void {
  expect(statements.length, statements.join("\n")).toBeLessThanOrEqual(atMost);
}

describe("a tap asks the database only", () => {
  it.each([
    ["home: the buyer, the balance, the orders, their SMS", { kind: "home" }, 6],
    [
      "services: the buyer, the balance, the shelf, its prices",
      { kind: "services", page: 0, sort: "popular" },
      4,
    ],
    ["services by name: the buyer, the balance", { kind: "services", page: 0, sort: "name" }, 2],
    [
      "countries: the buyer, what has changed",
      { kind: "countries", serviceId: "wa", page: 0, sort: "best" },
      2,
    ],
    ["countries by price: the same", { kind: "countries", serviceId: "wa", page: 0, sort: "price" }, 2],
    [
      "a price after a list: the buyer, the list is left, what has changed, the quote, the balance, the debt",
      { kind: "confirm", serviceId: "wa", countryId: "GB" },
      6,
    ],
    ["the price again: without the list", { kind: "confirm", serviceId: "wa", countryId: "GB" }, 5],
    ["balance: the buyer, the balance, the debt, two for the movements", { kind: "balance", page: 0 }, 5],
  ] as const)("%s", async (_what, action, atMost) => {
    const statements = await tap(action);
    expectAtMost(statements, atMost);
  });
});

describe("a command asks the database only", () => {
  it("/start: the buyer, the balance, the orders, where the new card is", async () => {
    expectAtMost(await statementsOf(() => user.send("/start")), 7);
  });

  it("/orders: the buyer, the orders, how many, where the new card is", async () => {
    expectAtMost(await statementsOf(() => user.send("/orders")), 5);
  });
});

import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandboxClock } from "../../sandbox/clock.ts";
import { faults as providerFaults } from "../../sandbox/providers/faults.ts";
import { createRandom, type Random } from "../../sandbox/soak/random.ts";
import type { PretendUser, TranscriptMessage } from "../../sandbox/telegram/index.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { newId } from "../../src/core/ids.ts";
import { findByTelegramId } from "../../src/db/queries/buyers.ts";
import { selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { adjust } from "../../src/wallet/wallet.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";
import { forgedData, oddTexts, pushOddUpdate } from "../support/odd-things.ts";

/** CHAOS_SEED and CHAOS_ACTIONS make a longer run; from 300 actions on the database restarts too, and leases must run out. */
const SEED = Number(process.env.CHAOS_SEED ?? 20261121);
const ACTIONS = Number(process.env.CHAOS_ACTIONS ?? 150);
const USERS = 8;
const wait = { timeoutMs: 1 };
const clock = createSandboxClock();
const logger = createTestLogger();
let database: TestDatabase;
let world: World;
let random: Random;
let people: PretendUser[];

beforeAll(async () => {
  random = createRandom(SEED);
  clock.setSpeed(5);
  database = await createTestDatabase();
  world = await startWorld({
    clock,
    logger,
    connectionString: database.connectionString,
    providers: random.pick([
      { oxgel: "oxgel", bower: "handler-api" },
      { bower: "handler-api", pusher: "push-gateway" },
      { buddy: "otpbuddy", code77: "tempcode77", bower: "handler-api" },
    ] as const),
    env: {
      ADMIN_IDS: "42",
      TOPUPS: "stars,manual",
      MAX_OPEN_ORDERS: "3",
      NEW_BUYER_ORDERS_PER_DAY: "500",
      PURCHASES_PER_HOUR: "500",
    },
    pulseMs: 50,
  });
  people = Array.from({ length: USERS }, (_, index) =>
    world.telegram.user({
      firstName: `<b>‮${index}</b>`,
      languageCode: random.pick(["en", "ru", "es", "de", "x!"]),
    }),
  );
  world.telegram.user({ id: 42 }).start();
  for (const person of people) await enrich(person);
});

/** Opens the chat and has money to lose. */
async function enrich(person: PretendUser): Promise<void> {
  const greeting = person.waitForMessage((message) => message.from.isBot, { timeoutMs: 15_000 });
  person.start();
  await greeting;
  const buyer = await findByTelegramId(database.db, person.id);
  if (!buyer) throw new Error("no buyer");
  const why = { actor: "test", reason: "test", at: clock.now() };
  await adjust(database.db, { key: newId(), buyerId: buyer.id, amountMicros: 20_000_000n, ...why });
}
afterAll(async () => {
  await world.close();
  await database.close();
});

/** Every button that this chat has shown, with whose it was: old ones are pressed again, and by others. */
const seen: string[] = [];

function remember(messages: readonly TranscriptMessage[]): void {
  for (const button of messages.flatMap((message) => message.buttons.flat())) {
    if (button.callback_data !== undefined) seen.push(button.callback_data);
  }
  if (seen.length > 3000) seen.splice(0, seen.length - 3000);
}

async function actOnce(person: PretendUser): Promise<void> {
  const messages = person.messages();
  if (messages.length === 0) return void person.start();
  remember(messages.slice(-4));
  const last = messages.findLast((message) => message.from.isBot && message.buttons.length > 0);
  const roll = random.next();
  if (roll < 0.5 && last) {
    const buttons = last.buttons.flat().filter((button) => button.callback_data !== undefined);
    const isGet = (data: string | undefined): boolean => /^1[GNcAD]/.test(data ?? "");
    const forward = buttons.filter((button) => isGet(button.callback_data));
    const choice = forward.length > 0 && random.isIn(0.7) ? forward : buttons;
    const button = choice.length > 0 ? random.pick(choice) : undefined;
    const data = button?.callback_data ?? "1h";
    const taps = random.pick([1, 1, 1, 2, 5]);
    await Promise.all(Array.from({ length: taps }, () => person.pressData(last, data, wait)));
  } else if (roll < 0.6 && seen.length > 0) {
    await person.pressData(random.pick(messages), random.pick(seen), wait);
  } else if (roll < 0.65) {
    await person.pressData(random.pick(messages), forgedData(random), wait);
  } else if (roll < 0.82) {
    person.send(random.pick(oddTexts));
  } else if (roll < 0.9) {
    const invoice = messages.findLast((message) => message.invoice !== undefined && !message.invoice.paid);
    if (invoice) void person.payInvoice(invoice, { deliver: !random.isIn(0.1) });
    else person.send("/start buy_wa_gb");
  } else if (roll < 0.93) {
    const own = messages.findLast((message) => !message.from.isBot && message.kind === "text");
    if (own) person.edit(own, `${random.pick(["/buy", "/topup", "whatsapp"])} ${newId()}`);
  } else if (roll < 0.95) {
    const target = random.pick(messages);
    person.deleteMessage(target);
  } else if (roll < 0.97) {
    person.block();
  } else if (roll < 0.98) {
    world.telegram.duplicateLastUpdate();
  } else {
    pushOddUpdate(world.telegram, random, person);
  }
}

function breakSomething(): void {
  const method = random.pick(["", "sendMessage", "editMessageText", "answerCallbackQuery", "getUpdates"]);
  const action = random.pick([
    { kind: "html", status: 502 } as const,
    { kind: "drop_before" } as const,
    { kind: "drop_after" } as const,
    { kind: "status", status: 500, description: "Internal Server Error" } as const,
    { kind: "status", status: 429, description: "Too Many Requests: retry after 1", retryAfter: 1 } as const,
  ]);
  world.telegram.faults.add({ ...(method !== "" && { method }), times: random.between(1, 3), action });
  const provider = random.pick([...world.providers.values()]);
  const operation = random.pick(["buy", "check", "cancel", "another", "finish", "active", "prices", "*"]);
  const { dropAfter, dropBefore, truncated, cut, wrongTypes, html, empty, status, rateLimit } =
    providerFaults;
  const fault = random.pick([
    dropAfter,
    dropBefore,
    truncated,
    cut,
    wrongTypes,
    html(502, true),
    html(200, true),
    empty(200, true),
    status(500, true),
    rateLimit("1"),
  ]);
  provider.faults.add(operation, fault);
}

function deliverSomething(): void {
  for (const provider of world.providers.values()) {
    const active = provider.market.active();
    if (active.length === 0) continue;
    const text = random.pick([null, "Code: 4\u0000711 <b>\ud83d", "y".repeat(3000)]);
    provider.market.deliver(random.pick(active).id, { code: String(random.between(1000, 999999)), text });
  }
}

async function throwOutDatabase(): Promise<void> {
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'numstore'`,
  );
  await client.end();
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function count(query: string): Promise<number> {
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  const { rows } = await client.query<{ n: string }>(query);
  await client.end();
  return Number(rows[0]?.n ?? 0);
}

/** What Telegram refused in the middle of handling an update: a mistake of ours, whatever the buyer did. */
function refusedCalls(): object[] {
  return logger.lines
    .filter((line) => line.message === "update failed" && "errorCode" in line.fields)
    .map((line) => line.fields)
    .filter((fields) => "errorCode" in fields && fields.errorCode === 400);
}

describe(`hostile buyers, a bad network and a database that restarts (seed ${SEED})`, () => {
  it("end with every order ended, every message told, and the ledger exact", async () => {
    for (let step = 0; step < ACTIONS; step += 1) {
      const person = random.pick(people);
      try {
        await actOnce(person);
      } catch (error) {
        // Blocked: come back, as a person would. Anything else is the test's own mistake.
        if (!/blocked/.test(String(error))) throw error;
        person.unblock();
      }
      if (random.isIn(0.06)) breakSomething();
      if (random.isIn(0.1)) deliverSomething();
      if (step % 300 === 299) await throwOutDatabase();
      await new Promise((resolve) => setTimeout(resolve, random.between(0, 40)));
    }
    world.telegram.faults.clear();
    for (const provider of world.providers.values()) provider.faults.clear();
    for (const person of people) person.unblock();
    await until(async () => world.telegram.pendingUpdates() === 0, "updates fetched");
    await until(
      async () => (await count("SELECT count(*) AS n FROM inbox WHERE done_at IS NULL")) === 0,
      "inbox empty",
    );
    clock.setSpeed(400);
    await until(
      async () => (await count("SELECT count(*) AS n FROM orders WHERE closed_at IS NULL")) === 0,
      "orders ended",
    );
    await until(
      async () =>
        (await count("SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL AND dropped_at IS NULL")) === 0,
      "outbox empty",
    );
    expect(await selectLedgerDifferences(database.db)).toEqual([]);
    const failed = await database.db
      .selectFrom("inbox")
      .select("payload")
      .where("failed", "=", true)
      .execute();
    expect(failed).toEqual([]);
    expect(refusedCalls()).toEqual([]);
    expect(
      await count("SELECT coalesce(sum(balance_micros), 0) AS n FROM accounts WHERE kind = 'held'"),
    ).toBe(0);
    const refused = await database.db
      .selectFrom("outbox")
      .select(["kind", "drop_reason"])
      .where("drop_reason", "in", ["refused", "unreadable"])
      .execute();
    expect(refused).toEqual([]);
  }, 240_000);
});

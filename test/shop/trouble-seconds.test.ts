import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TroubleKind } from "../../src/core/troubles.ts";
import { createUpkeep } from "../../src/shop/upkeep.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/embedded.ts";
import { createTestLogger } from "../support/logger.ts";
import { configOf } from "./variables.ts";

let database: TestDatabase;
let clock: TestClock;
let server: Server;
let loops: ReturnType<typeof createUpkeep>;
const said: string[] = [];
/** What this machine's clock is wrong by. */
let skewMs = 0;
/** Since when the loop named "watched" has not succeeded; null: it does. */
let silentSince: number | null = null;

beforeAll(async () => {
  database = await createTestDatabase();
  clock = createTestClock();
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      said.push(String(JSON.parse(body).text));
      const result = { message_id: 1, date: 0, chat: { id: 1, type: "private" } };
      response.end(JSON.stringify({ ok: true, result }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const config = configOf({ TELEGRAM_API_ROOT: `http://127.0.0.1:${port}`, ADMIN_IDS: "11" });
  const { db, connectionString } = database;
  const machineClock = { ...clock, now: () => new Date(Date.now() + skewMs) };
  const pulse = {
    name: "watched",
    everyMs: 1_000,
    silentMs: () => (silentSince === null ? 0 : clock.now().getTime() - silentSince),
  };
  const logger = createTestLogger();
  const parts = { db, connectionString, clock, machineClock, logger, holder: "one", pulses: () => [pulse] };
  loops = createUpkeep({ ...parts, config: { ...config, database: { url: connectionString, dataDir: "" } } });
  for (const loop of loops) loop.start();
});
afterAll(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  await new Promise((resolve) => server.close(resolve));
  await database.close();
});
afterEach(() => sql("ALTER TABLE IF EXISTS write_checks_away RENAME TO write_checks"));

/** The loop has looked and waits for its next look: nothing is under way. */
async function restful(): Promise<void> {
  let calm = 0;
  await expect
    .poll(() => (calm = clock.sleeping() === loops.length ? calm + 1 : 0), { interval: 5 })
    .toBeGreaterThan(6);
}

/** So many seconds pass, `step` by `step`, until this is said. */
async function secondsUntil(words: string, step: number): Promise<number> {
  const before = said.length;
  for (let seconds = step; seconds <= 600; seconds += step) {
    await clock.advance(step * 1_000);
    await restful();
    if (said.slice(before).some((text) => text.includes(words))) return seconds;
  }
  throw new Error(`never said: ${words}`);
}

const sql = (text: string) => query(database.connectionString, text);
const now = () => `'${clock.now().toISOString()}'`;

interface Case {
  readonly kind: TroubleKind;
  readonly words: string;
  /** By design: what the trouble needs to be one, and a look every 15 seconds. */
  readonly within: number;
  readonly cause: () => unknown;
}

const cases: readonly Case[] = [
  {
    kind: "updates_given_up",
    words: "could not be handled",
    within: 15,
    cause: () =>
      sql(`INSERT INTO inbox (update_id, lane, payload, received_at, done_at, failed)
           VALUES (1, 'a', '{}', ${now()}, ${now()}, true)`),
  },
  {
    kind: "messages_dropped",
    words: "were given up",
    within: 15,
    cause: () =>
      sql(`INSERT INTO outbox (chat_id, kind, payload, created_at, next_attempt_at, dropped_at, drop_reason)
           VALUES (5, 'order_card', '{}', ${now()}, ${now()}, ${now()}, 'broken')`),
  },
  {
    kind: "chargebacks",
    words: "Telegram took back",
    within: 15,
    cause: () =>
      sql(`INSERT INTO topup_payments (gateway, charge_id, amount_micros, paid_at, state, state_at, actor, reason)
           VALUES ('stars', 'c1', 5, ${now()}, 'refunded', ${now()}, 'telegram', 'refunded payment')`),
  },
  {
    kind: "payments_unassigned",
    words: "belong to no top-up",
    within: 15,
    cause: () =>
      sql(`INSERT INTO topup_payments (gateway, charge_id, amount_micros, paid_at, state, state_at)
           VALUES ('crypto-pay', 'c2', 5, ${now()}, 'unassigned', ${now()})`),
  },
  {
    kind: "clock_wrong",
    words: "away from the database",
    within: 15,
    cause: () => {
      skewMs = 6_000;
    },
  },
  {
    kind: "database_unwritable",
    words: "takes no writes",
    within: 30,
    cause: () => sql("ALTER TABLE write_checks RENAME TO write_checks_away"),
  },
  {
    kind: "loop_stuck",
    words: "has not worked",
    within: 135,
    cause: () => {
      silentSince = clock.now().getTime();
    },
  },
  {
    kind: "messages_late",
    words: "has been waiting",
    within: 315,
    cause: () =>
      sql(`DELETE FROM outbox_queues;
           INSERT INTO outbox_queues (chat_id, priority, due_at) VALUES (5, 0, ${now()})`),
  },
];

describe("from a trouble to the message about it, where it begins right after a look", () => {
  it.each(cases)("$kind: at most $within s", async ({ words, within, cause }) => {
    await restful();
    await cause();
    const seconds = await secondsUntil(words, within > 60 ? 5 : 1);
    expect(seconds).toBeLessThanOrEqual(within);
  });
});

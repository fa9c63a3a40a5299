import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createUpkeep } from "../../src/shop/upkeep.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/embedded.ts";
import { createTestLogger } from "../support/logger.ts";
import { configOf } from "./variables.ts";

let database: TestDatabase;
let clock: TestClock;
let logger: ReturnType<typeof createTestLogger>;
let server: Server;
/** Method and text of what was said to Telegram; "beat" for a heartbeat. */
let calls: string[];
let loops: ReturnType<typeof createUpkeep>;

beforeEach(async () => {
  database = await createTestDatabase();
  clock = createTestClock();
  logger = createTestLogger();
  calls = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      calls.push(request.url === "/alive" ? "beat" : `${JSON.parse(body).chat_id} ${JSON.parse(body).text}`);
      response.end(
        JSON.stringify({ ok: true, result: { message_id: 1, date: 0, chat: { id: 1, type: "private" } } }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const root = `http://127.0.0.1:${port}`;
  const config = configOf({ TELEGRAM_API_ROOT: root, HEARTBEAT_URL: `${root}/alive`, ADMIN_IDS: "11,12" });
  const { db, connectionString } = database;
  const machineClock = { ...clock, now: () => new Date() };
  const deps = { config, db, connectionString, clock, machineClock, logger, holder: "one", pulses: () => [] };
  loops = createUpkeep({ ...deps, config: { ...config, database: { url: connectionString, dataDir: "" } } });
  for (const loop of loops) loop.start();
});
afterEach(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  await new Promise((resolve) => server.close(resolve));
  await database.close();
});

/** Moves time on in steps, each after the loops have come to rest, until this was said. */
async function until(isSaid: () => boolean): Promise<void> {
  await expect
    .poll(
      async () => {
        if (clock.sleeping() >= loops.length) await clock.advance(15_000);
        return isSaid();
      },
      { interval: 5 },
    )
    .toBe(true);
}

describe("the shop's upkeep", () => {
  it("calls HEARTBEAT_URL while all is well, and tells each operator of a trouble by a message of its own", async () => {
    await until(() => calls.filter((call) => call === "beat").length >= 2);
    expect(calls.some((call) => call.includes("could not be handled"))).toBe(false);
    const at = clock.now().toISOString();
    await query(
      database.connectionString,
      `INSERT INTO inbox (update_id, lane, payload, received_at, done_at, failed)
         VALUES (1, 'a', '{}', '${at}', '${at}', true)`,
    );
    const ofUpdates = () => calls.filter((call) => call.includes("could not be handled"));
    await until(() => ofUpdates().length === 2);
    expect(
      ofUpdates()
        .map((call) => call.slice(0, 2))
        .sort(),
    ).toEqual(["11", "12"]);
    const pass = async (ms: number): Promise<void> => {
      const end = clock.now().getTime() + ms;
      await until(() => clock.now().getTime() >= end);
    };
    await pass(60_000);
    const told = calls.length;
    await pass(30 * 60_000);
    // While the trouble lasts, nobody outside is told that all is well.
    expect(calls.slice(told)).not.toContain("beat");
    await until(() => calls.some((call) => call.includes("no message or tap was given up")));
    await until(() => calls.at(-1) === "beat");
  });
});

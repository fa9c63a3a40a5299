import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandboxClock } from "../../sandbox/clock.ts";
import type { PretendUser, TranscriptMessage } from "../../sandbox/telegram/index.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { banBuyer, findByTelegramId } from "../../src/db/queries/buyers.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

const wait = { timeoutMs: 15_000 };
const clock = createSandboxClock();
const logger = createTestLogger();
let database: TestDatabase;
let world: World;

beforeAll(async () => {
  clock.setSpeed(20);
  database = await createTestDatabase();
  const env = { ADMIN_IDS: "42", TOPUPS: "stars,manual" };
  world = await startWorld({ clock, logger, connectionString: database.connectionString, env, pulseMs: 50 });
});
afterAll(async () => {
  await world.close();
  await database.close();
});

const has =
  (text: string) =>
  (message: TranscriptMessage): boolean =>
    message.from.isBot && message.text.includes(text);

async function say(user: PretendUser, text: string, result: string): Promise<TranscriptMessage> {
  const afterMessageId = user.lastMessage()?.messageId ?? 0;
  user.send(text);
  return await user.waitForMessage(has(result), { ...wait, afterMessageId });
}

async function tap(user: PretendUser, on: TranscriptMessage, label: string, result: string) {
  const shown = user.waitForMessage(has(result), wait);
  await user.press(on, (button) => button.text.includes(label), wait);
  return await shown;
}

async function deleteMyData(user: PretendUser): Promise<TranscriptMessage> {
  const privacy = await say(user, "/privacy", "Privacy");
  const ask = await tap(user, privacy, "Delete my data", "Go on?");
  const sure = await tap(user, ask, "Delete my data", "cannot be undone");
  return await tap(user, sure, "elete", "data has been deleted");
}

/** Every row of every table as JSON text, by table. */
async function everything(): Promise<Map<string, string[]>> {
  const { db } = database;
  const tables = await sql<{ name: string }>`
    SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`.execute(
    db,
  );
  const all = new Map<string, string[]>();
  for (const { name } of tables.rows) {
    const { rows } = await sql<{
      row: string;
    }>`SELECT to_jsonb(t)::text AS row FROM ${sql.table(name)} AS t`.execute(db);
    all.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  return all;
}

async function placesOf(secret: string): Promise<string[]> {
  const all = await everything();
  return [...all].flatMap(([name, rows]) => rows.filter((row) => row.includes(secret)).map(() => name));
}

describe("delete-my-data", () => {
  it("leaves nothing that leads to the person, but for the updates still in hand", async () => {
    const user = world.telegram.user({ id: 987_654_321, firstName: "Zaphodbeeblebrox", languageCode: "en" });
    user.start();
    await user.waitForMessage(has("Welcome"), wait);
    const menu = await say(user, "/topup", "Top up");
    const invoiced = user.waitForMessage((message) => message.invoice !== undefined, wait);
    await user.press(menu, (button) => button.text.startsWith("⭐50 "), wait);
    const receipt = user.waitForMessage(has("added."), wait);
    await user.payInvoice(await invoiced);
    await receipt;
    await say(user, "/paysupport", "trouble");
    const asked = await say(user, "I paid with the card of my aunt Trillianastra", "Send this to the shop?");
    await tap(user, asked, "Send to the shop", "with the shop");
    const confirm = await say(user, "whatsapp uk", "is held; you pay only");
    const card = await tap(user, confirm, " · $", "waiting for the code");
    const market = world.providers.get("oxgel")?.market;
    const told = user.waitForMessage(has("731905"), wait);
    market?.deliver(market.active()[0]?.id ?? "", { code: "731905" });
    await told;
    await user.waitForMessage(has("code received"), wait);
    await tap(user, card, "Close number", "done");
    await deleteMyData(user);
    for (const secret of ["Trillianastra", "731905"]) expect(await placesOf(secret)).toEqual([]);
    for (const secret of ["987654321", "Zaphodbeeblebrox"]) {
      const places = await placesOf(secret);
      expect(places.filter((name) => name !== "inbox")).toEqual([]);
      expect(places.length).toBeLessThanOrEqual(2);
    }
  });

  it("does not lift a ban", async () => {
    const user = world.telegram.user({ firstName: "Eve", languageCode: "en" });
    user.start();
    await user.waitForMessage(has("Welcome"), wait);
    const before = await findByTelegramId(database.db, user.id);
    await banBuyer(database.db, before?.id ?? "", "fraud", clock.now());
    const farewell = await deleteMyData(user);
    expect(farewell.text).toContain("access to the shop is closed");
    await say(user, "/buy", "access to the shop is closed");
    const after = await findByTelegramId(database.db, user.id);
    expect(after?.id).not.toBe(before?.id);
    expect(after?.bannedAt).not.toBeNull();
  });
});

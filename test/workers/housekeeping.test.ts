import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { setLanguage, setNavigationMessage, setNotifyEdits } from "../../src/db/queries/buyer-settings.ts";
import {
  acceptTerms,
  banBuyer,
  findBuyer,
  findByTelegramId,
  flagBuyer,
  markBlocked,
  markUnblocked,
  unbanBuyer,
  upsertBuyer,
} from "../../src/db/queries/buyers.ts";
import { deleteConversationState, writeConversationState } from "../../src/db/queries/conversation-states.ts";
import { forgetBuyer } from "../../src/db/queries/forget-buyer.ts";
import { storeUpdates } from "../../src/db/queries/inbox.ts";
import { selectBalance } from "../../src/db/queries/ledger.ts";
import { insertUnclaimedSms } from "../../src/db/queries/order-sms.ts";
import { enqueue } from "../../src/db/queries/outbox.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { keepHouse } from "../../src/workers/housekeeping.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

const HOUR_MS = 3_600_000;
const clock = createTestClock();
const maxPerLane = 50;
const at = clock.now();
const hoursAgo = (hours: number): Date => new Date(at.getTime() - hours * HOUR_MS);
let database: TestDatabase;
let telegramIds = 771_000_500;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

function newBuyer(languageCode?: string) {
  telegramIds += 1;
  return upsertBuyer(database.db, { telegramId: telegramIds, languageCode, at });
}

/** An order of the buyer's that got one SMS. */
async function addOrder(buyerId: string, sms: { receivedAt: Date; chatId?: number }) {
  const [orderId, quoteId] = [newId(), newId()];
  await sql`
    INSERT INTO orders (id, buyer_id, quote_id, service_id, country_id, state, price_micros, cost_ceiling_micros,
                        provider, upstream_id, phone, placed_at, chat_id, card_message_id)
    VALUES (${orderId}, ${buyerId}, ${quoteId}, 'wa', 'GB', 'received', 480000, 460000, 'alpha', ${orderId},
            '+447700900123', ${sms.receivedAt}, ${sms.chatId ?? 1}, 77)`.execute(database.db);
  await sql`
    INSERT INTO order_sms (id, order_id, sequence, round, content_digest, code, text, received_at)
    VALUES (${newId()}, ${orderId}, 1, 0, 'x', '482913', 'your code is 482913', ${sms.receivedAt})`.execute(
    database.db,
  );
  return { orderId, quoteId };
}

async function addQuote(buyerId: string, expiresAt: Date, id = newId()): Promise<void> {
  await sql`
    INSERT INTO quotes (id, buyer_id, service_id, country_id, price_micros, cost_ceiling_micros, created_at, expires_at)
    VALUES (${id}, ${buyerId}, 'wa', 'GB', 480000, 460000, ${expiresAt}, ${expiresAt})`.execute(database.db);
}

async function smsOf(orderId: string) {
  return database.db
    .selectFrom("order_sms")
    .selectAll()
    .where("order_id", "=", orderId)
    .executeTakeFirstOrThrow();
}

async function conversationOf(key: string): Promise<unknown> {
  const row = database.db.selectFrom("conversation_states").select("state").where("key", "=", key);
  return (await row.executeTakeFirst())?.state;
}

describe("keepHouse", () => {
  it("forgets what is old and keeps what is not", async () => {
    const buyer = await newBuyer();
    const old = await addOrder(buyer.id, { receivedAt: hoursAgo(25) });
    const young = await addOrder(buyer.id, { receivedAt: hoursAgo(23) });
    await addQuote(buyer.id, hoursAgo(200), old.quoteId);
    await addQuote(buyer.id, hoursAgo(200));
    await addQuote(buyer.id, hoursAgo(1));
    await writeConversationState(database.db, "old", { a: 1 }, hoursAgo(25));
    await writeConversationState(database.db, "young", { a: 1 }, hoursAgo(23));
    await storeUpdates(database.db, [{ updateId: 1, lane: "x:1", payload: {} }], {
      at: hoursAgo(100),
      maxPerLane,
    });
    await sql`UPDATE inbox SET done_at = ${hoursAgo(49)}`.execute(database.db);

    const unclaimed = { provider: "alpha", phone: "+447700900124", code: "482913", text: null };
    await insertUnclaimedSms(database.db, { ...unclaimed, id: newId(), receivedAt: hoursAgo(2) });
    await insertUnclaimedSms(database.db, { ...unclaimed, id: newId(), receivedAt: hoursAgo(0.5) });

    await sql`
      INSERT INTO carried_actions (person_hash, kind, at)
      VALUES ('someone', 'purchase', ${hoursAgo(49)}), ('someone', 'purchase', ${hoursAgo(47)})`.execute(
      database.db,
    );
    await sql`
      INSERT INTO telegram_chats (chat_id, next_at, cards_next_at, held_until)
      VALUES (1, ${hoursAgo(2)}, '-infinity', '-infinity'), (2, ${hoursAgo(2)}, '-infinity', ${at})`.execute(
      database.db,
    );

    const deps = { db: database.db, clock, logger: createTestLogger(), smsRetentionMs: () => 24 * HOUR_MS };
    expect(await keepHouse(deps)).toEqual({
      updates: 1,
      messages: 0,
      chats: 1,
      quotes: 1,
      sms: 1,
      unclaimedSms: 1,
      conversations: 1,
      carriedActions: 1,
      stockAlerts: 0,
      catalogChanges: 0,
      drafts: 0,
      staffLinks: 0,
      namedPurchases: 0,
      queueLeases: 0,
      broadcastRecipients: 0,
    });
    expect(await smsOf(old.orderId)).toMatchObject({ code: null, text: null, purged_at: at });
    expect(await smsOf(young.orderId)).toMatchObject({ code: "482913", purged_at: null });
    expect(await conversationOf("young")).toEqual({ a: 1 });
    expect(await keepHouse(deps)).toEqual({
      updates: 0,
      messages: 0,
      chats: 0,
      quotes: 0,
      sms: 0,
      unclaimedSms: 0,
      conversations: 0,
      carriedActions: 0,
      stockAlerts: 0,
      catalogChanges: 0,
      drafts: 0,
      staffLinks: 0,
      namedPurchases: 0,
      queueLeases: 0,
      broadcastRecipients: 0,
    });
  });
});

describe("conversation states", () => {
  it("reads back what was written last, and nothing after deletion", async () => {
    expect(await conversationOf("7")).toBeUndefined();
    await writeConversationState(database.db, "7", { version: 1, state: [null, "x"] }, at);
    await writeConversationState(database.db, "7", { version: 2 }, at);
    expect(await conversationOf("7")).toEqual({ version: 2 });
    await deleteConversationState(database.db, "7");
    expect(await conversationOf("7")).toBeUndefined();
  });
});

describe("buyers", () => {
  it("makes one buyer with two empty accounts, however many updates come first at once", async () => {
    telegramIds += 1;
    const person = { telegramId: telegramIds, languageCode: "pt-BR", at };
    const buyers = await Promise.all(Array.from({ length: 10 }, () => upsertBuyer(database.db, person)));
    expect(new Set(buyers.map((buyer) => buyer.id)).size).toBe(1);
    const [buyer] = buyers;
    expect(buyer).toMatchObject({
      telegramId: telegramIds,
      language: "pt",
      languageChosen: false,
      createdAt: at,
    });
    const accounts = await database.db
      .selectFrom("accounts")
      .select(["code", "kind", "balance_micros"])
      .where("buyer_id", "=", buyer?.id ?? "")
      .orderBy("kind")
      .execute();
    expect(accounts).toEqual([
      { code: `buyer:${buyer?.id}:available`, kind: "available", balance_micros: 0n },
      { code: `buyer:${buyer?.id}:held`, kind: "held", balance_micros: 0n },
    ]);
  });

  it("follows Telegram's language until one is chosen", async () => {
    const buyer = await newBuyer("en");
    const telegramId = buyer.telegramId ?? 0;
    expect(await upsertBuyer(database.db, { telegramId, languageCode: "ru", at })).toMatchObject({
      language: "ru",
    });
    expect(await upsertBuyer(database.db, { telegramId, languageCode: undefined, at })).toMatchObject({
      language: "ru",
    });
    await setLanguage(database.db, buyer.id, "es");
    await upsertBuyer(database.db, { telegramId, languageCode: "ru", at });
    expect(await findBuyer(database.db, buyer.id)).toMatchObject({ language: "es", languageChosen: true });
  });

  it.each(["", "x", "1234", "e\u0000n", "'; DROP"])("reads the language %j as English", async (code) => {
    expect((await newBuyer(code)).language).toBe("en");
  });

  it("notes a block and its end", async () => {
    const { id, telegramId } = await newBuyer();
    await markBlocked(database.db, telegramId ?? 0, at);
    expect((await findBuyer(database.db, id))?.blockedBotAt).toEqual(at);
    await markUnblocked(database.db, telegramId ?? 0);
    expect((await findBuyer(database.db, id))?.blockedBotAt).toBeNull();
  });

  it("bans once and unbans once", async () => {
    const { id } = await newBuyer();
    expect(await banBuyer(database.db, id, "abuse", at)).toBe(true);
    expect(await banBuyer(database.db, id, "again", at)).toBe(false);
    expect(await findBuyer(database.db, id)).toMatchObject({ bannedAt: at, banReason: "abuse" });
    expect(await unbanBuyer(database.db, id)).toBe(true);
    expect(await unbanBuyer(database.db, id)).toBe(false);
  });

  it("keeps the newest accepted terms and the first flag", async () => {
    const { id } = await newBuyer();
    await acceptTerms(database.db, id, 2, at);
    await acceptTerms(database.db, id, 1, at);
    await flagBuyer(database.db, id, "first", at);
    await flagBuyer(database.db, id, "second", at);
    await setNavigationMessage(database.db, id, 99);
    await setNotifyEdits(database.db, id, false);
    expect(await findBuyer(database.db, id)).toMatchObject({
      termsVersion: 2,
      flagReason: "first",
      navigationMessageId: 99,
      notifyEdits: false,
    });
  });
});

describe("forgetBuyer", () => {
  it("leaves nothing that leads to the person, and the books as they were", async () => {
    const buyer = await newBuyer("ru");
    const telegramId = buyer.telegramId ?? 0;
    const { orderId } = await addOrder(buyer.id, { receivedAt: at, chatId: telegramId });
    const message = { kind: "order_card" as const, orderId };
    await enqueue(database.db, { chatId: telegramId, buyerId: buyer.id, message, dedupeKey: null, at });
    await sql`
      INSERT INTO telegram_chats (chat_id, next_at, cards_next_at, held_until)
      VALUES (${telegramId}, ${at}, ${at}, ${at})`.execute(database.db);
    await writeConversationState(database.db, String(telegramId), {}, at);
    const lane = `u:${telegramId}`;
    await storeUpdates(database.db, [{ updateId: 900, lane, payload: { from: telegramId } }], {
      at,
      maxPerLane,
    });
    const leftOut = { updateId: 901, lane: `q:${telegramId}`, payload: {} };
    await storeUpdates(database.db, [leftOut], { at, maxPerLane: 0 });
    await sql`UPDATE inbox SET done_at = ${at} WHERE update_id = 900`.execute(database.db);
    await sql`
      INSERT INTO disputes (id, buyer_id, text, created_at) VALUES (${newId()}, ${buyer.id}, 'call me', ${at})`.execute(
      database.db,
    );

    expect(await inTransaction(database.db, (tx) => forgetBuyer(tx, buyer.id, at))).toBe(telegramId);
    expect(await findByTelegramId(database.db, telegramId)).toBeUndefined();
    expect(await findBuyer(database.db, buyer.id)).toMatchObject({ telegramId: null, language: "en" });
    expect(await smsOf(orderId)).toMatchObject({ code: null, text: null });
    expect(await traces(telegramId)).toEqual([]);
    expect(await selectBalance(database.db, buyer.id)).toEqual({ availableMicros: 0n, heldMicros: 0n });
  });

  it("owes the person nothing afterwards, and knows them as new when they return", async () => {
    const buyer = await newBuyer();
    await inTransaction(database.db, (tx) => forgetBuyer(tx, buyer.id, at));
    expect(await inTransaction(database.db, (tx) => forgetBuyer(tx, buyer.id, at))).toBeUndefined();
    const again = await upsertBuyer(database.db, {
      telegramId: buyer.telegramId ?? 0,
      languageCode: "en",
      at,
    });
    expect(again.id).not.toBe(buyer.id);
  });
});

/** Tables in which any row holds the Telegram id, the phone's SMS or a text of the person. */
async function traces(telegramId: number): Promise<string[]> {
  const tables = await sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`.execute(database.db);
  const found: string[] = [];
  for (const { name } of tables.rows) {
    const pattern = `(\\m${telegramId}\\M|482913|call me)`;
    const rows =
      await sql`SELECT 1 FROM ${sql.table(name)} AS entry WHERE entry::text ~ ${pattern} LIMIT 1`.execute(
        database.db,
      );
    // Made by another test: an SMS that is not this person's.
    if (rows.rows.length > 0 && !name.endsWith("_sms")) found.push(name);
  }
  return found;
}

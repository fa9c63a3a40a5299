import { type Selectable, sql } from "kysely";
import { newId } from "../../core/ids.ts";
import type { Executor, Tx } from "../client.ts";
import type { DB } from "../schema.ts";

/** A row of `buyers`. */
export interface BuyerRow {
  readonly id: string;
  /** Null once the buyer's data was deleted. */
  readonly telegramId: number | null;
  /** The first part of an IETF tag, lower case: "en", "pt". The shop may not have this language. */
  readonly language: string;
  /** True: chosen in the settings, so Telegram's language no longer counts. */
  readonly languageChosen: boolean;
  /** False: releases and other news arrive without a sound. Codes and payments always have one. */
  readonly notifyEdits: boolean;
  /** True: one tap on something bought before buys it again, up to the price it had. */
  readonly quickBuy: boolean;
  /** False: no broadcasts. */
  readonly wantsNews: boolean;
  readonly termsVersion: number | null;
  readonly blockedBotAt: Date | null;
  readonly bannedAt: Date | null;
  readonly banReason: string | null;
  readonly flaggedAt: Date | null;
  readonly flagReason: string | null;
  /** The chat message that shows menus; null: none, or it has become an order's card. */
  readonly navigationMessageId: number | null;
  readonly createdAt: Date;
  /** As they called themselves at Telegram when they last wrote. */
  readonly username: string | null;
  readonly firstName: string | null;
  /** To the hour. */
  readonly seenAt: Date | null;
}

/** For the other queries of this table. */
export const buyerColumns = [
  "id",
  "telegram_id",
  "language",
  "language_chosen",
  "notify_edits",
  "quick_buy",
  "wants_news",
  "terms_version",
  "blocked_bot_at",
  "banned_at",
  "ban_reason",
  "flagged_at",
  "flag_reason",
  "navigation_message_id",
  "created_at",
  "username",
  "first_name",
  "seen_at",
] as const;

type Raw = Pick<Selectable<DB["buyers"]>, (typeof buyerColumns)[number]>;

/** For the other queries of this table. */
export function toBuyer(raw: Raw): BuyerRow {
  return {
    id: raw.id,
    telegramId: raw.telegram_id === null ? null : Number(raw.telegram_id),
    language: raw.language,
    languageChosen: raw.language_chosen,
    notifyEdits: raw.notify_edits,
    quickBuy: raw.quick_buy,
    wantsNews: raw.wants_news,
    termsVersion: raw.terms_version,
    blockedBotAt: raw.blocked_bot_at,
    bannedAt: raw.banned_at,
    banReason: raw.ban_reason,
    flaggedAt: raw.flagged_at,
    flagReason: raw.flag_reason,
    navigationMessageId: raw.navigation_message_id === null ? null : Number(raw.navigation_message_id),
    createdAt: raw.created_at,
    username: raw.username,
    firstName: raw.first_name,
    seenAt: raw.seen_at,
  };
}

const LANGUAGE = /^([a-z]{2,3})(?:[-_]|$)/i;
const FALLBACK_LANGUAGE = "en";

function languageOf(code: string | undefined): string | undefined {
  return LANGUAGE.exec(code ?? "")?.[1]?.toLowerCase();
}

export interface Person {
  readonly telegramId: number;
  /** As Telegram sends it with every update; often absent. */
  readonly languageCode: string | undefined;
  readonly at: Date;
}

/**
 * The buyer of a Telegram user, made with two empty accounts where there is none. For people who may have been here
 * before there is `arrive` in src/buyers.
 */
export async function upsertBuyer(tx: Executor, person: Person): Promise<BuyerRow> {
  const known = await findByTelegramId(tx, person.telegramId);
  if (known) return followLanguage(tx, known, person);
  return insertBuyer(tx, person, languageOf(person.languageCode) ?? FALLBACK_LANGUAGE);
}

/** Takes over the language that Telegram sent, unless the buyer has chosen one. */
export async function followLanguage(tx: Executor, known: BuyerRow, person: Person): Promise<BuyerRow> {
  const language = languageOf(person.languageCode);
  if (language === undefined || isLanguageCurrent(known, language)) return known;
  await tx
    .updateTable("buyers")
    .set({ language })
    .where("id", "=", known.id)
    .where("language_chosen", "=", false)
    .execute();
  return { ...known, language };
}

/** Creates the buyer and both accounts in one statement, so that callers need no transaction. */
async function insertBuyer(tx: Executor, person: Person, language: string): Promise<BuyerRow> {
  const id = newId();
  await sql`
    WITH buyer AS (
      INSERT INTO buyers (id, telegram_id, language, created_at)
      VALUES (${id}::uuid, ${person.telegramId}::bigint, ${language}, ${person.at}::timestamptz)
      ON CONFLICT (telegram_id) DO NOTHING RETURNING id
    )
    INSERT INTO accounts (code, kind, buyer_id, balance_micros)
    SELECT 'buyer:' || id || ':' || kind, kind, id, 0 FROM buyer CROSS JOIN (VALUES ('available'), ('held')) AS kinds (kind)`.execute(
    tx,
  );
  // Two first updates at the same moment: the second one reads what the first one created.
  const made = await findByTelegramId(tx, person.telegramId);
  if (!made) throw new Error("a buyer vanished while it was made");
  return made;
}

export async function findByTelegramId(db: Executor, telegramId: number): Promise<BuyerRow | undefined> {
  const row = await db
    .selectFrom("buyers")
    .select(buyerColumns)
    .where("telegram_id", "=", BigInt(telegramId))
    .executeTakeFirst();
  return row && toBuyer(row);
}

export async function findBuyer(db: Executor, buyerId: string): Promise<BuyerRow | undefined> {
  const row = await db.selectFrom("buyers").select(buyerColumns).where("id", "=", buyerId).executeTakeFirst();
  return row && toBuyer(row);
}

export async function isBanned(db: Executor, buyerId: string): Promise<boolean> {
  return (await findBuyer(db, buyerId))?.bannedAt != null;
}

/** The buyer, locked until the transaction ends, so that purchases of one buyer are counted one after the other. */
export async function lockBuyer(tx: Tx, buyerId: string): Promise<BuyerRow | undefined> {
  const row = await tx
    .selectFrom("buyers")
    .select(buyerColumns)
    .where("id", "=", buyerId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row && toBuyer(row);
}

/** The buyer blocked the bot: nothing can be sent until they return. */
export async function markBlocked(db: Executor, telegramId: number, at: Date): Promise<void> {
  await db
    .updateTable("buyers")
    .set({ blocked_bot_at: at })
    .where("telegram_id", "=", BigInt(telegramId))
    .where("blocked_bot_at", "is", null)
    .execute();
}

export async function markUnblocked(db: Executor, telegramId: number): Promise<void> {
  await db
    .updateTable("buyers")
    .set({ blocked_bot_at: null })
    .where("telegram_id", "=", BigInt(telegramId))
    .where("blocked_bot_at", "is not", null)
    .execute();
}

/** Records the newest version of the terms that the buyer accepted; an older one changes nothing. */
export async function acceptTerms(db: Executor, buyerId: string, version: number, at: Date): Promise<void> {
  await db
    .updateTable("buyers")
    .set({ terms_version: version, terms_accepted_at: at })
    .where("id", "=", buyerId)
    .where("telegram_id", "is not", null)
    .where((eb) => eb.or([eb("terms_version", "is", null), eb("terms_version", "<", version)]))
    .execute();
}

/** False: already banned. The caller writes the audit entry in the same transaction. */
export async function banBuyer(db: Executor, buyerId: string, reason: string, at: Date): Promise<boolean> {
  const result = await db
    .updateTable("buyers")
    .set({ banned_at: at, ban_reason: reason })
    .where("id", "=", buyerId)
    .where("banned_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** False: was not banned. */
export async function unbanBuyer(db: Executor, buyerId: string): Promise<boolean> {
  const result = await db
    .updateTable("buyers")
    .set({ banned_at: null, ban_reason: null })
    .where("id", "=", buyerId)
    .where("banned_at", "is not", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Flags a buyer for the operator. The shop still sells to them. The first reason stays. */
export async function flagBuyer(db: Executor, buyerId: string, reason: string, at: Date): Promise<void> {
  await db
    .updateTable("buyers")
    .set({ flagged_at: at, flag_reason: reason })
    .where("id", "=", buyerId)
    .where("flagged_at", "is", null)
    .execute();
}

/** Whether {@link followLanguage} has nothing to do. */
export function isLanguageCurrent(known: BuyerRow, languageCode: string | undefined): boolean {
  const language = languageOf(languageCode);
  return language === undefined || known.languageChosen || known.language === language;
}

import type { Executor } from "../client.ts";
import { storableOrNull } from "../storable.ts";

export interface SmsRow {
  readonly id: string;
  readonly orderId: string;
  readonly sequence: number;
  /** The order's round when it came. */
  readonly round: number;
  /** What it says, hashed: two SMS with one digest say the same. Stays when the text is purged. */
  readonly contentDigest: string;
  readonly code: string | null;
  readonly text: string | null;
  readonly receivedAt: Date;
  /** Set while the SMS is kept back from its buyer, because it came after the release. */
  readonly withheldAt: Date | null;
  /** When its buyer was offered to pay for it. */
  readonly offeredAt: Date | null;
}

/** All SMS of an order in the order they came. */
export async function selectSms(db: Executor, orderIds: readonly string[]): Promise<SmsRow[]> {
  if (orderIds.length === 0) return [];
  const rows = await db
    .selectFrom("order_sms")
    .select([
      "id",
      "order_id",
      "sequence",
      "round",
      "content_digest",
      "code",
      "text",
      "received_at",
      "withheld_at",
      "offered_at",
    ])
    .where("order_id", "in", orderIds)
    .orderBy("order_id")
    .orderBy("sequence")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    orderId: row.order_id,
    sequence: row.sequence,
    round: row.round,
    contentDigest: row.content_digest,
    code: row.code,
    text: row.text,
    receivedAt: row.received_at,
    withheldAt: row.withheld_at,
    offeredAt: row.offered_at,
  }));
}

export async function insertSms(db: Executor, sms: SmsRow): Promise<void> {
  await db
    .insertInto("order_sms")
    .values({
      id: sms.id,
      order_id: sms.orderId,
      sequence: sms.sequence,
      round: sms.round,
      content_digest: sms.contentDigest,
      code: storableOrNull(sms.code),
      text: storableOrNull(sms.text),
      received_at: sms.receivedAt,
      withheld_at: sms.withheldAt,
      offered_at: sms.offeredAt,
    })
    .execute();
}

/** Adds the text of an SMS of which only the code was known. False: it has one, or was purged. */
export async function insertSmsText(db: Executor, smsId: string, text: string): Promise<boolean> {
  const result = await db
    .updateTable("order_sms")
    .set({ text: storableOrNull(text) })
    .where("id", "=", smsId)
    .where("text", "is", null)
    .where("purged_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Nothing of this order is kept back any more. */
export async function revealSms(db: Executor, orderId: string): Promise<void> {
  await db.updateTable("order_sms").set({ withheld_at: null }).where("order_id", "=", orderId).execute();
}

/** How many SMS a buyer was offered to pay for since `since`. */
export async function countLateOffers(db: Executor, buyerId: string, since: Date): Promise<number> {
  const row = await db
    .selectFrom("order_sms")
    .innerJoin("orders", "orders.id", "order_sms.order_id")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("orders.buyer_id", "=", buyerId)
    .where("order_sms.offered_at", ">", since)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export interface UnclaimedSms {
  readonly id: string;
  readonly provider: string;
  readonly phone: string;
  readonly code: string | null;
  readonly text: string | null;
  readonly receivedAt: Date;
}

/** Stores an SMS for a number without an order: its purchase may still be running. A known id changes nothing. */
export async function insertUnclaimedSms(db: Executor, sms: UnclaimedSms): Promise<void> {
  await db
    .insertInto("unclaimed_sms")
    .values({
      id: sms.id,
      provider: sms.provider,
      phone: sms.phone,
      code: storableOrNull(sms.code),
      text: storableOrNull(sms.text),
      received_at: sms.receivedAt,
    })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

/** Takes the stored SMS of this number since `since`, oldest first. Each is returned once only. */
export async function claimUnclaimedSms(
  db: Executor,
  provider: string,
  phone: string,
  since: Date,
): Promise<{ code: string | null; text: string | null }[]> {
  const rows = await db
    .deleteFrom("unclaimed_sms")
    .where("provider", "=", provider)
    .where("phone", "=", phone)
    .where("received_at", ">=", since)
    .returning(["code", "text", "received_at"])
    .execute();
  rows.sort((a, b) => a.received_at.getTime() - b.received_at.getTime());
  return rows.map(({ code, text }) => ({ code, text }));
}

export async function deleteOldUnclaimedSms(db: Executor, before: Date): Promise<number> {
  const result = await db.deleteFrom("unclaimed_sms").where("received_at", "<", before).executeTakeFirst();
  return Number(result.numDeletedRows);
}

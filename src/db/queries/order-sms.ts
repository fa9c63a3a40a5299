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
}

/** All SMS of an order in the order they came. */
export async function selectSms(db: Executor, orderIds: readonly string[]): Promise<SmsRow[]> {
  if (orderIds.length === 0) return [];
  const rows = await db
    .selectFrom("order_sms")
    .select(["id", "order_id", "sequence", "round", "content_digest", "code", "text", "received_at"])
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
    })
    .execute();
}

export interface UnclaimedSms {
  readonly id: string;
  readonly provider: string;
  readonly phone: string;
  readonly code: string | null;
  readonly text: string | null;
  readonly receivedAt: Date;
}

/** Stores an SMS for a number without an order: its purchase may still be running. */
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

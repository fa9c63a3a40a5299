import type { Executor } from "../client.ts";
import { storableOrNull } from "../storable.ts";

export interface SmsRow {
  readonly id: string;
  readonly orderId: string;
  readonly sequence: number;
  readonly dedupeKey: string;
  readonly code: string | null;
  readonly text: string | null;
  readonly receivedAt: Date;
}

/** All SMS of an order in the order they came. */
export async function selectSms(db: Executor, orderIds: readonly string[]): Promise<SmsRow[]> {
  if (orderIds.length === 0) return [];
  const rows = await db
    .selectFrom("order_sms")
    .select(["id", "order_id", "sequence", "dedupe_key", "code", "text", "received_at"])
    .where("order_id", "in", orderIds)
    .orderBy("order_id")
    .orderBy("sequence")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    orderId: row.order_id,
    sequence: row.sequence,
    dedupeKey: row.dedupe_key,
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
      dedupe_key: sms.dedupeKey,
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

/** Keeps an SMS for a number that belongs to no order yet: its purchase may still be under way. */
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

/** Takes out the kept SMS that came for this number since `since`, oldest first. */
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

import type { Executor } from "../client.ts";
import { countCarried } from "./forgotten-people.ts";

export async function insertDispute(
  db: Executor,
  dispute: { id: string; buyerId: string; text: string; at: Date },
): Promise<void> {
  const { id, buyerId, text, at } = dispute;
  await db.insertInto("disputes").values({ id, buyer_id: buyerId, text, created_at: at }).execute();
}

/** The buyer's complaint in these words since `since`. */
export async function selectSameDispute(
  db: Executor,
  dispute: { buyerId: string; text: string; since: Date },
): Promise<string | undefined> {
  const row = await db
    .selectFrom("disputes")
    .select("id")
    .where("buyer_id", "=", dispute.buyerId)
    .where("created_at", ">", dispute.since)
    .where("text", "=", dispute.text)
    .executeTakeFirst();
  return row?.id;
}

/** How many complaints the buyer made since `since`. */
export async function countDisputes(db: Executor, buyerId: string, since: Date): Promise<number> {
  const row = await db
    .selectFrom("disputes")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("buyer_id", "=", buyerId)
    .where("created_at", ">", since)
    .executeTakeFirstOrThrow();
  return Number(row.count) + (await countCarried(db, buyerId, "complaint", since));
}

export interface Dispute {
  readonly id: string;
  readonly buyerId: string;
  readonly text: string;
  readonly createdAt: Date;
}

export async function selectDispute(db: Executor, disputeId: string): Promise<Dispute | undefined> {
  const row = await db.selectFrom("disputes").selectAll().where("id", "=", disputeId).executeTakeFirst();
  return row && { id: row.id, buyerId: row.buyer_id, text: row.text, createdAt: row.created_at };
}

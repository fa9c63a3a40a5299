import { sql } from "kysely";
import type { Executor, Tx } from "../client.ts";

/** The code in the buyer's invitation link; `fresh` is stored if there is none yet. Undefined: no such buyer. */
export async function ensureReferralCode(
  db: Executor,
  buyerId: string,
  fresh: string,
): Promise<string | undefined> {
  const row = await db
    .updateTable("buyers")
    .set({ referral_code: sql`coalesce(referral_code, ${fresh})` })
    .where("id", "=", buyerId)
    .where("telegram_id", "is not", null)
    .returning("referral_code")
    .executeTakeFirst();
  return row?.referral_code ?? undefined;
}

export async function findByReferralCode(db: Executor, code: string): Promise<string | undefined> {
  const row = await db.selectFrom("buyers").select("id").where("referral_code", "=", code).executeTakeFirst();
  return row?.id;
}

/**
 * Stores who invited this buyer. False, and nothing is stored, unless the buyer is new: made after `since`, never
 * invited, never bought nor paid anything, and never here before under this hash.
 */
export async function insertReferral(
  tx: Tx,
  referral: { friendId: string; referrerId: string; personHash: string; since: Date; at: Date },
): Promise<boolean> {
  const { friendId, referrerId, personHash, since, at } = referral;
  const result = await sql`
    INSERT INTO referrals (friend_id, referrer_id, created_at)
    SELECT b.id, ${referrerId}::uuid, ${at}::timestamptz FROM buyers b
    WHERE b.id = ${friendId}::uuid AND b.id <> ${referrerId}::uuid AND b.created_at > ${since}::timestamptz
      AND NOT EXISTS (SELECT FROM orders WHERE buyer_id = b.id)
      AND NOT EXISTS (SELECT FROM topups WHERE buyer_id = b.id)
      AND NOT EXISTS (SELECT FROM carried_actions WHERE buyer_id = b.id AND kind <> 'wrong_code')
      AND NOT EXISTS (SELECT FROM referrals WHERE referrer_id = b.id)
      AND NOT EXISTS (SELECT FROM earlier_people WHERE person_hash = ${personHash})
    ON CONFLICT (friend_id) DO NOTHING`.execute(tx);
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** The shop gave the money of this order back: it earned nothing. */
const isOrderRefunded = (orderId: ReturnType<typeof sql.ref>) => sql<boolean>`EXISTS (
  SELECT FROM transfers t WHERE t.order_id = ${orderId} AND t.kind = 'adjustment')`;

/** Friends one of whose orders was charged and is not rewarded yet, oldest invitation first. */
export async function selectFriendsToReward(db: Executor, limit: number): Promise<string[]> {
  const result = await sql<{ friend_id: string }>`
    SELECT r.friend_id FROM referrals r
    WHERE r.ended_at IS NULL AND EXISTS (
      SELECT FROM orders o WHERE o.buyer_id = r.friend_id AND o.received_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM referral_rewards w WHERE w.order_id = o.id)
        AND NOT ${isOrderRefunded(sql.ref("o.id"))})
    ORDER BY r.created_at LIMIT ${limit}::bigint`.execute(db);
  return result.rows.map((row) => row.friend_id);
}

/** A refund of money that was spent already leaves a debt, or a loss of the shop, under the key of the payment. */
const isSpentRefund = sql`p.state = 'refunded' AND EXISTS (
  SELECT FROM transfers t WHERE t.idempotency_key IN (
    'topup_debt:' || p.gateway || ':' || p.charge_id,
    'topup_loss:' || p.gateway || ':' || p.charge_id || ':' || p.refund_round))`;

/** Friends for whom rewards have to be taken back: money that they had spent was refunded, or a rewarded order was. */
export async function selectFriendsToTakeBack(db: Executor, limit: number): Promise<string[]> {
  const result = await sql<{ friend_id: string }>`
    SELECT p.buyer_id AS friend_id FROM topup_payments p JOIN referrals r ON r.friend_id = p.buyer_id
    WHERE r.taken_back_at IS NULL AND ${isSpentRefund}
    UNION
    SELECT w.friend_id FROM transfers t JOIN referral_rewards w ON w.order_id = t.order_id
    WHERE t.kind = 'adjustment' AND t.order_id IS NOT NULL AND w.taken_micros IS NULL AND w.friend_id IS NOT NULL
    LIMIT ${limit}::bigint`.execute(db);
  return result.rows.map((row) => row.friend_id);
}

export async function hasSpentRefund(tx: Tx, buyerId: string): Promise<boolean> {
  const result = await sql<{ found: boolean }>`
    SELECT EXISTS (SELECT FROM topup_payments p WHERE p.buyer_id = ${buyerId}::uuid AND ${isSpentRefund}) AS found`.execute(
    tx,
  );
  return result.rows[0]?.found ?? false;
}

export interface ReferralRow {
  readonly friendId: string;
  readonly referrerId: string;
  readonly endedAt: Date | null;
  readonly takenBackAt: Date | null;
}

export async function findReferral(db: Executor, friendId: string): Promise<ReferralRow | undefined> {
  const row = await db
    .selectFrom("referrals")
    .selectAll()
    .where("friend_id", "=", friendId)
    .executeTakeFirst();
  return (
    row && {
      friendId: row.friend_id,
      referrerId: row.referrer_id,
      endedAt: row.ended_at,
      takenBackAt: row.taken_back_at,
    }
  );
}

export async function endReferral(
  tx: Tx,
  friendId: string,
  ended: { at: Date; isTakenBack: boolean },
): Promise<void> {
  await tx
    .updateTable("referrals")
    .set({ ended_at: ended.at, ...(ended.isTakenBack && { taken_back_at: ended.at }) })
    .where("friend_id", "=", friendId)
    .execute();
}

/** A charged order of a friend that is neither rewarded yet nor refunded. */
export interface RewardableOrder {
  readonly orderId: string;
  readonly priceMicros: bigint;
  /** Zero where the provider named no cost. */
  readonly costMicros: bigint;
}

/** In the order in which they were charged. */
export async function selectRewardable(tx: Tx, friendId: string, limit: number): Promise<RewardableOrder[]> {
  const result = await sql<{ id: string; price_micros: bigint; cost_micros: bigint | null }>`
    SELECT o.id, o.price_micros, o.cost_micros FROM orders o
    WHERE o.buyer_id = ${friendId}::uuid AND o.received_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM referral_rewards w WHERE w.order_id = o.id)
      AND NOT ${isOrderRefunded(sql.ref("o.id"))}
    ORDER BY o.received_at, o.id LIMIT ${limit}::bigint`.execute(tx);
  return result.rows.map((row) => ({
    orderId: row.id,
    priceMicros: row.price_micros,
    costMicros: row.cost_micros ?? 0n,
  }));
}

export interface RewardTotals {
  readonly count: number;
  readonly micros: bigint;
}

/** The rewards for one friend, or of one referrer since then. What was taken back still counts towards the limits. */
export async function sumRewards(
  db: Executor,
  of: { friendId: string } | { referrerId: string; since: Date },
): Promise<RewardTotals> {
  let query = db
    .selectFrom("referral_rewards")
    .select((eb) => [
      eb.fn.countAll<bigint>().as("count"),
      sql<string>`coalesce(sum(amount_micros), 0)::text`.as("micros"),
    ]);
  query =
    "friendId" in of
      ? query.where("friend_id", "=", of.friendId)
      : query.where("referrer_id", "=", of.referrerId).where("created_at", ">", of.since);
  const row = await query.executeTakeFirstOrThrow();
  return { count: Number(row.count), micros: BigInt(row.micros) };
}

export async function insertReward(
  tx: Tx,
  reward: {
    id: string;
    orderId: string;
    friendId: string;
    referrerId: string;
    amountMicros: bigint;
    at: Date;
  },
): Promise<void> {
  await tx
    .insertInto("referral_rewards")
    .values({
      id: reward.id,
      order_id: reward.orderId,
      friend_id: reward.friendId,
      referrer_id: reward.referrerId,
      amount_micros: reward.amountMicros,
      created_at: reward.at,
    })
    .execute();
}

/** Rewards for this friend of which nothing was taken back yet, newest first; of all orders, or of refunded ones. */
export async function selectRewardsOf(
  tx: Tx,
  friendId: string,
  of: "all" | "refunded",
): Promise<{ readonly id: string; readonly amountMicros: bigint }[]> {
  return await tx
    .selectFrom("referral_rewards")
    .select(["id", "amount_micros as amountMicros"])
    .where("friend_id", "=", friendId)
    .where("taken_micros", "is", null)
    .$if(of === "refunded", (query) => query.where(isOrderRefunded(sql.ref("referral_rewards.order_id"))))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .execute();
}

export async function setTaken(tx: Tx, rewardId: string, takenMicros: bigint): Promise<void> {
  await tx
    .updateTable("referral_rewards")
    .set({ taken_micros: takenMicros })
    .where("id", "=", rewardId)
    .execute();
}

/** What a referrer sees: how many friends came, and what the rewards were, less what was taken back. */
export async function selectInvitations(
  db: Executor,
  referrerId: string,
): Promise<{ readonly friends: number; readonly earnedMicros: bigint }> {
  const result = await sql<{ friends: bigint; earned: string }>`
    SELECT (SELECT count(*) FROM referrals WHERE referrer_id = ${referrerId}::uuid) AS friends,
           (SELECT coalesce(sum(amount_micros - coalesce(taken_micros, 0)), 0)::text FROM referral_rewards
             WHERE referrer_id = ${referrerId}::uuid) AS earned`.execute(db);
  const [row] = result.rows;
  return { friends: Number(row?.friends ?? 0n), earnedMicros: BigInt(row?.earned ?? "0") };
}

/** Removes every link between this buyer and whom they invited, or who invited them. The amounts stay for the books. */
export async function forgetReferrals(tx: Tx, buyerId: string): Promise<void> {
  await sql`DELETE FROM referrals WHERE friend_id = ${buyerId} OR referrer_id = ${buyerId}`.execute(tx);
  await sql`
    UPDATE referral_rewards SET order_id = NULL, friend_id = NULL WHERE friend_id = ${buyerId}`.execute(tx);
  await sql`
    UPDATE referral_rewards SET order_id = NULL, friend_id = NULL, referrer_id = NULL
    WHERE referrer_id = ${buyerId}`.execute(tx);
}

/** This person was a buyer once: they are not new when they come again. */
export async function rememberPerson(tx: Tx, personHash: string, at: Date): Promise<void> {
  await tx
    .insertInto("earlier_people")
    .values({ person_hash: personHash, at })
    .onConflict((conflict) => conflict.column("person_hash").doNothing())
    .execute();
}

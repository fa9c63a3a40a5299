import { randomBytes } from "node:crypto";
import { addMs, type Clock } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import type { Database, Tx } from "../db/client.ts";
import { lockBuyer } from "../db/queries/buyers.ts";
import * as queries from "../db/queries/referrals.ts";
import { inTransaction } from "../db/transaction.ts";
import { payReward, takeRewardBack } from "../wallet/referral.ts";
import { personHash } from "./person-hash.ts";

/** What the operator pays for a friend. */
export interface ReferralTerms {
  /** The share of price − cost, in 1/10,000. */
  readonly shareBasisPoints: bigint;
  /** How many first charged orders of a friend count. */
  readonly orders: number;
  readonly perFriendMicros: bigint;
  /** For one referrer in any 30 days. */
  readonly perMonthMicros: bigint;
}

/** Inviting friends, for the chat. It exists only where the operator has switched referral on. */
export interface Referral {
  readonly terms: ReferralTerms;
  /** What stands behind "r_" in the buyer's link: random, the same each time. Undefined: there is no such buyer. */
  codeOf(buyerId: string): Promise<string | undefined>;
  /** This buyer came by the link with this code. Stored only for a buyer who is new; telling it again changes nothing. */
  arrived(input: { buyerId: string; telegramId: number; code: string }): Promise<void>;
  invitations(buyerId: string): Promise<{ readonly friends: number; readonly earnedMicros: bigint }>;
}

export interface ReferralJobs {
  /** Pays what is due and takes back what was refunded. It is due by what the database holds, so nothing gets lost. */
  settle(): Promise<void>;
}

export interface ReferralDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly terms: ReferralTerms;
}

const CODE_BYTES = 9;
/** The link is the first thing that a new person sends, but the update may wait while the shop is down. */
const NEW_FOR_MS = 60 * 60 * 1000;
const MONTH_MS = 30 * 24 * 60 * 60 * 1000;
const BATCH = 100;

export function createReferral({ db, clock, terms }: ReferralDeps): Referral & ReferralJobs {
  return {
    terms,
    codeOf: (buyerId) =>
      queries.ensureReferralCode(db, buyerId, randomBytes(CODE_BYTES).toString("base64url")),
    async arrived({ buyerId, telegramId, code }) {
      const at = clock.now();
      await inTransaction(db, async (tx) => {
        const referrerId = await queries.findByReferralCode(tx, code);
        // Locked, so that the referrer's data is not deleted at this moment: nothing may point to them afterwards.
        const referrer = referrerId === undefined ? undefined : await lockBuyer(tx, referrerId);
        if (referrer?.telegramId == null || referrer.id === buyerId) return;
        const hash = await personHash(tx, telegramId, at);
        const since = addMs(at, -NEW_FOR_MS);
        await queries.insertReferral(tx, {
          friendId: buyerId,
          referrerId: referrer.id,
          personHash: hash,
          since,
          at,
        });
      });
    },
    invitations: (buyerId) => queries.selectInvitations(db, buyerId),
    async settle() {
      const friends = new Set([
        ...(await queries.selectFriendsToTakeBack(db, BATCH)),
        ...(await queries.selectFriendsToReward(db, BATCH)),
      ]);
      const failures: unknown[] = [];
      for (const friendId of friends) {
        // One friend's rewards that cannot be settled must not keep the others from theirs.
        await inTransaction(db, (tx) => settleFriend(tx, terms, friendId, clock.now())).catch(
          (error: unknown) => failures.push(error),
        );
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

/**
 * Brings the rewards for one friend up to date. A refund of money that the friend had spent ends the referral: what was
 * paid for this friend is taken back, and nothing more is paid. A refund that the friend's balance covered changes
 * nothing, because no order was bought with that money. Of an order that the shop gave the money back for, only its own
 * reward is taken back.
 */
export async function settleFriend(tx: Tx, terms: ReferralTerms, friendId: string, at: Date): Promise<void> {
  const found = await queries.findReferral(tx, friendId);
  if (!found) return;
  // One referrer's rewards one after the other, on whichever replica: they count each other for the limits.
  const referrer = await lockBuyer(tx, found.referrerId);
  const referral = await queries.findReferral(tx, friendId);
  if (!referrer || !referral || referral.takenBackAt !== null) return;
  const { referrerId } = referral;
  if (await queries.hasSpentRefund(tx, friendId)) {
    await takeBack(tx, "all", { friendId, referrerId, at });
    return await queries.endReferral(tx, friendId, { at, isTakenBack: true });
  }
  await takeBack(tx, "refunded", { friendId, referrerId, at });
  if (referral.endedAt !== null) return;
  const paid = await queries.sumRewards(tx, { friendId });
  // The operator may have lowered the number since.
  const ordersLeft = Math.max(0, terms.orders - paid.count);
  const orders = await queries.selectRewardable(tx, friendId, ordersLeft);
  let friendMicros = paid.micros;
  for (const order of orders) {
    const month = await queries.sumRewards(tx, { referrerId, since: addMs(at, -MONTH_MS) });
    const share = shareOf(terms, order);
    const room = [share, terms.perFriendMicros - friendMicros, terms.perMonthMicros - month.micros];
    // A banned referrer gets nothing: they could not spend it.
    const amountMicros = referrer.bannedAt === null ? smallest(room) : 0n;
    const reward = { id: newId(), orderId: order.orderId, friendId, referrerId, amountMicros, at };
    await queries.insertReward(tx, reward);
    await payReward(tx, { rewardId: reward.id, referrerId, amountMicros, at });
    friendMicros += amountMicros;
  }
  const isEnded = paid.count + orders.length >= terms.orders || friendMicros >= terms.perFriendMicros;
  if (isEnded) await queries.endReferral(tx, friendId, { at, isTakenBack: false });
}

async function takeBack(
  tx: Tx,
  of: "all" | "refunded",
  { friendId, referrerId, at }: { friendId: string; referrerId: string; at: Date },
): Promise<void> {
  const reason = of === "all" ? "the friend's payment was refunded" : "the friend's order was refunded";
  for (const { id: rewardId, amountMicros } of await queries.selectRewardsOf(tx, friendId, of)) {
    const takenMicros = await takeRewardBack(tx, { rewardId, referrerId, amountMicros, at }, reason);
    await queries.setTaken(tx, rewardId, takenMicros);
  }
}

/** Rounded down; nothing where the order earned nothing. */
function shareOf(terms: ReferralTerms, order: queries.RewardableOrder): bigint {
  const profitMicros = order.priceMicros - order.costMicros;
  return profitMicros > 0n ? (profitMicros * terms.shareBasisPoints) / 10_000n : 0n;
}

function smallest(amounts: readonly bigint[]): bigint {
  const least = amounts.reduce((low, amount) => (amount < low ? amount : low));
  return least > 0n ? least : 0n;
}

/**
 * A person with a referral deletes their data: what is due is paid first, then nothing links the two any more. With
 * `terms` null referral is off: nothing is paid.
 */
export async function leaveReferral(
  tx: Tx,
  terms: ReferralTerms | null,
  person: { buyerId: string; at: Date },
): Promise<void> {
  const { buyerId, at } = person;
  if (terms) await settleFriend(tx, terms, buyerId, at);
  await queries.forgetReferrals(tx, buyerId);
}

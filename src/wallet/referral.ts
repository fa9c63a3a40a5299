import type { Executor } from "../db/client.ts";
import { ensureSystemAccounts, selectBalance } from "../db/queries/ledger.ts";
import { accountOf, system } from "./accounts.ts";
import { settleDebt } from "./debts.ts";
import { post } from "./post.ts";

/** A reward by its own id. Nothing in the ledger names the friend or the order: the ledger stays when people go. */
export interface RewardMoney {
  readonly rewardId: string;
  readonly referrerId: string;
  readonly amountMicros: bigint;
  readonly at: Date;
}

/** Pays a reward, once: system:referral → available. A debt is paid from it. */
export async function payReward(tx: Executor, reward: RewardMoney): Promise<void> {
  const { rewardId, referrerId, amountMicros, at } = reward;
  if (amountMicros === 0n) return;
  await ensureSystemAccounts(tx, [system.referral]);
  const key = `referral:${rewardId}`;
  const why = { actor: "system", reason: "a friend's order", at };
  const [from, to] = [system.referral, accountOf(referrerId, "available")];
  const posted = await post(tx, { ...why, key, kind: "referral", from, to, amountMicros });
  if (posted.created) await settleDebt(tx, { buyerId: referrerId, cause: key, at });
}

/** Takes a reward back, once, as far as the balance goes. Returns what was taken; the rest is the shop's loss. */
export async function takeRewardBack(tx: Executor, reward: RewardMoney, reason: string): Promise<bigint> {
  const { rewardId, referrerId, at } = reward;
  const { availableMicros } = await selectBalance(tx, referrerId, { lock: true });
  const amountMicros = availableMicros < reward.amountMicros ? availableMicros : reward.amountMicros;
  if (amountMicros === 0n) return 0n;
  const key = `referral_back:${rewardId}`;
  const why = { actor: "system", reason, at };
  const [from, to] = [accountOf(referrerId, "available"), system.referral];
  await post(tx, { ...why, key, kind: "referral_back", from, to, amountMicros });
  return amountMicros;
}

import type { Executor } from "../db/client.ts";
import { ensureSystemAccounts, selectBalance, selectTransfersByKey } from "../db/queries/ledger.ts";
import { accountOf, system } from "./accounts.ts";
import { settleDebt } from "./debts.ts";
import { post } from "./post.ts";

/** Bonus money of a redeemed code, by the redemption's id. Nothing in the ledger names the code. */
export interface BonusMoney {
  readonly redemptionId: string;
  readonly buyerId: string;
  readonly amountMicros: bigint;
  readonly at: Date;
}

/** Pays it, once a redemption: system:promotions → available. A debt is paid from it. */
export async function payBonus(tx: Executor, bonus: BonusMoney & { readonly reason: string }): Promise<void> {
  const { redemptionId, buyerId, ...rest } = bonus;
  await ensureSystemAccounts(tx, [system.promotions]);
  const key = `bonus:${redemptionId}`;
  const [from, to] = [system.promotions, accountOf(buyerId, "available")];
  const posted = await post(tx, { ...rest, key, kind: "bonus", from, to, actor: "buyer" });
  if (posted.created) await settleDebt(tx, { buyerId, cause: key, at: bonus.at });
}

/**
 * Takes it back as far as the balance goes, because the payment that brought it is refunded; `round` counts the refunds of
 * that payment that were begun. Returns what was taken; the rest is the shop's loss.
 */
export async function takeBonusBack(
  tx: Executor,
  bonus: BonusMoney & { readonly round: number },
): Promise<bigint> {
  const { redemptionId, buyerId, round, at } = bonus;
  const { availableMicros } = await selectBalance(tx, buyerId, { lock: true });
  const amountMicros = availableMicros < bonus.amountMicros ? availableMicros : bonus.amountMicros;
  if (amountMicros === 0n) return 0n;
  const why = { actor: "system", reason: "the payment was refunded", at };
  const [from, to] = [accountOf(buyerId, "available"), system.promotions];
  await post(tx, { ...why, key: backKey(redemptionId, round), kind: "bonus", from, to, amountMicros });
  return amountMicros;
}

/** Undoes {@link takeBonusBack} of a refund that Telegram refused. Returns what was given again. */
export async function restoreBonus(
  tx: Executor,
  bonus: Omit<BonusMoney, "amountMicros"> & { readonly round: number },
): Promise<bigint> {
  const { redemptionId, buyerId, round, at } = bonus;
  const [taken] = await selectTransfersByKey(tx, [backKey(redemptionId, round)]);
  if (!taken) return 0n;
  const { from, to, amountMicros } = taken;
  const key = `${taken.key}:restored`;
  const why = { actor: "system", reason: "refund refused", at };
  await post(tx, { ...why, key, kind: "bonus", from: to, to: from, amountMicros });
  await settleDebt(tx, { buyerId, cause: key, at });
  return amountMicros;
}

function backKey(redemptionId: string, round: number): string {
  return `bonus_back:${redemptionId}:${round}`;
}

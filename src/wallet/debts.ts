import type { Executor } from "../db/client.ts";
import { findBuyer } from "../db/queries/buyers.ts";
import { ensureSystemAccounts, selectBalance, selectSystemBalance } from "../db/queries/ledger.ts";
import { enqueue } from "../db/queries/outbox.ts";
import { accountOf, system } from "./accounts.ts";
import { post } from "./post.ts";

/**
 * A buyer who got Stars back from Telegram after spending them owes them to the shop. Whatever reaches the available
 * balance pays the debt first, so somebody with a debt never has anything available, and no purchase can be held.
 */
export async function debtOf(db: Executor, buyerId: string): Promise<bigint> {
  return -(await selectSystemBalance(db, system.debt(buyerId)));
}

export interface DebtMoney {
  readonly gateway: string;
  readonly chargeId: string;
  readonly topupId: string | null;
  readonly amountMicros: bigint;
  readonly at: Date;
}

/** Books what a refund by Telegram took from the shop and not from the buyer. `buyerId` null: a person whose data is deleted. */
export async function bookDebt(tx: Executor, debt: DebtMoney & { buyerId: string | null }): Promise<void> {
  const { buyerId, gateway, chargeId, ...rest } = debt;
  const from = buyerId === null ? system.carriedDebts : system.debt(buyerId);
  await ensureSystemAccounts(tx, [from]);
  const key = `topup_debt:${gateway}:${chargeId}`;
  const why = { actor: "telegram", reason: "refunded payment that was spent or held" };
  await post(tx, { ...rest, ...why, key, kind: "topup_debt", from, to: system.gateway(gateway) });
}

/**
 * Pays a debt from the available balance and tells the buyer. To be called in the transaction that raised the balance:
 * its row is then locked, so nobody else settles the same debt. `cause` names what raised it, once.
 */
export async function settleDebt(
  tx: Executor,
  { buyerId, cause, at }: { buyerId: string; cause: string; at: Date },
): Promise<void> {
  const debtMicros = await debtOf(tx, buyerId);
  if (debtMicros === 0n) return;
  const { availableMicros } = await selectBalance(tx, buyerId);
  const amountMicros = availableMicros < debtMicros ? availableMicros : debtMicros;
  if (amountMicros === 0n) return;
  const key = `debt_settled:${cause}`;
  const [from, to] = [accountOf(buyerId, "available"), system.debt(buyerId)];
  const why = { actor: "system", reason: "paid towards a refunded payment", at };
  await post(tx, { ...why, key, kind: "debt_settled", from, to, amountMicros });
  const buyer = await findBuyer(tx, buyerId);
  if (buyer?.telegramId == null) return;
  const message = {
    kind: "debt_settled" as const,
    amountMicros: amountMicros.toString(),
    debtMicros: (debtMicros - amountMicros).toString(),
    availableMicros: (availableMicros - amountMicros).toString(),
  };
  await enqueue(tx, { chatId: buyer.telegramId, buyerId, message, dedupeKey: key, at });
}

/** The buyer's data is being deleted: the debt leaves their account. Returns it, for the row that keeps it. */
export async function carryDebtAway(tx: Executor, buyerId: string, at: Date): Promise<bigint> {
  const amountMicros = await debtOf(tx, buyerId);
  if (amountMicros === 0n) return 0n;
  await ensureSystemAccounts(tx, [system.carriedDebts]);
  const [from, to] = [system.carriedDebts, system.debt(buyerId)];
  const why = { actor: "system", reason: "data deleted", at };
  await post(tx, {
    ...why,
    key: `debt_carried:from:${buyerId}`,
    kind: "debt_carried",
    from,
    to,
    amountMicros,
  });
  return amountMicros;
}

/** The person is back as this buyer, who owes what they owed before. */
export async function carryDebtBack(
  tx: Executor,
  { buyerId, amountMicros, at }: { buyerId: string; amountMicros: bigint; at: Date },
): Promise<void> {
  if (amountMicros === 0n) return;
  const [from, to] = [system.debt(buyerId), system.carriedDebts];
  await ensureSystemAccounts(tx, [from]);
  const why = { actor: "system", reason: "a debt from before the data was deleted", at };
  await post(tx, { ...why, key: `debt_carried:to:${buyerId}`, kind: "debt_carried", from, to, amountMicros });
}

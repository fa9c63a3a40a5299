import type { Executor } from "../db/client.ts";
import { selectTransfersByKey } from "../db/queries/ledger.ts";
import { accountOf, system } from "./accounts.ts";
import { settleDebt } from "./debts.ts";
import { type Posted, post } from "./post.ts";

export interface OrderMoney {
  readonly orderId: string;
  readonly buyerId: string;
  readonly amountMicros: bigint;
  readonly actor: string;
  readonly reason: string;
  readonly at: Date;
}

/** Sets the price aside: available → held. Throws ShopError "insufficient_funds"; the transaction must then be rolled back. */
export function hold(tx: Executor, order: OrderMoney): Promise<Posted> {
  const { buyerId, ...rest } = order;
  const [from, to] = [accountOf(buyerId, "available"), accountOf(buyerId, "held")];
  return post(tx, { ...rest, key: `hold:${order.orderId}`, kind: "hold", from, to });
}

/** Takes the held price: held → revenue. A unique index makes a second resolve of the order impossible. */
export function capture(tx: Executor, order: OrderMoney): Promise<Posted> {
  const { buyerId, ...rest } = order;
  const from = accountOf(buyerId, "held");
  return post(tx, { ...rest, key: `capture:${order.orderId}`, kind: "capture", from, to: system.revenue });
}

/** Gives the held price back: held → available. A debt is paid from it. */
export async function release(tx: Executor, order: OrderMoney): Promise<Posted> {
  const { buyerId, at, ...rest } = order;
  const key = `release:${order.orderId}`;
  const [from, to] = [accountOf(buyerId, "held"), accountOf(buyerId, "available")];
  const posted = await post(tx, { ...rest, at, key, kind: "release", from, to });
  if (posted.created) await settleDebt(tx, { buyerId, cause: key, at });
  return posted;
}

/**
 * Takes a released order's price once more, for an SMS that came late: available → revenue. Only ever by the buyer's
 * own tap. Throws "insufficient_funds". A unique index makes a second one of the order impossible.
 */
export function chargeLate(tx: Executor, order: OrderMoney): Promise<Posted> {
  const { buyerId, ...rest } = order;
  const from = accountOf(buyerId, "available");
  return post(tx, { ...rest, key: lateKey(order.orderId), kind: "late_charge", from, to: system.revenue });
}

/** Whether {@link chargeLate} was done for this order. */
export async function isLateCharged(tx: Executor, orderId: string): Promise<boolean> {
  return (await selectTransfersByKey(tx, [lateKey(orderId)])).length > 0;
}

function lateKey(orderId: string): string {
  return `late_charge:${orderId}`;
}

export interface ProviderMoney {
  readonly orderId: string;
  readonly provider: string;
  readonly amountMicros: bigint;
  readonly reason: string;
  readonly at: Date;
}

/** What a delivered number cost us. A cost of zero moves nothing. */
export async function bookProviderCost(tx: Executor, cost: ProviderMoney): Promise<void> {
  await bookProvider(
    tx,
    "provider_cost",
    system.providerPrepaid(cost.provider),
    system.providerCost(cost.provider),
    cost,
  );
}

/** Money that a provider took, or may have taken, for nothing that a buyer paid for. */
export async function bookProviderLoss(tx: Executor, loss: ProviderMoney): Promise<void> {
  await bookProvider(
    tx,
    "provider_loss",
    system.providerPrepaid(loss.provider),
    system.providerLoss(loss.provider),
    loss,
  );
}

/** What a provider kept for a number that no order had. Once for each number; a cost of zero moves nothing. */
export async function bookStrayLoss(
  tx: Executor,
  loss: { provider: string; upstreamId: string; seenAt: Date; amountMicros: bigint; at: Date },
): Promise<void> {
  const { provider, upstreamId, seenAt, amountMicros, at } = loss;
  if (amountMicros === 0n) return;
  await post(tx, {
    // With the time it was seen, because a provider may use an id again.
    key: `stray_loss:${provider}:${upstreamId}:${seenAt.getTime()}`,
    kind: "stray_loss",
    from: system.providerPrepaid(provider),
    to: system.providerLoss(provider),
    amountMicros,
    actor: "system",
    reason: "a number of no order could not be given back",
    at,
  });
}

async function bookProvider(
  tx: Executor,
  kind: "provider_cost" | "provider_loss",
  from: string,
  to: string,
  money: ProviderMoney,
): Promise<void> {
  if (money.amountMicros === 0n) return;
  const { provider: _, ...rest } = money;
  await post(tx, { ...rest, key: `${kind}:${money.orderId}`, kind, from, to, actor: "system" });
}

export interface TopupMoney {
  readonly gateway: string;
  readonly chargeId: string;
  readonly topupId: string | null;
  readonly buyerId: string;
  readonly amountMicros: bigint;
  readonly actor: string;
  readonly reason: string;
  readonly at: Date;
}

/** Credits a payment once per gateway and charge id. A debt is paid from it. */
export async function creditTopup(tx: Executor, topup: TopupMoney): Promise<Posted> {
  const { buyerId, gateway, chargeId, at, ...rest } = topup;
  const key = `topup:${gateway}:${chargeId}`;
  const [from, to] = [system.gateway(gateway), accountOf(buyerId, "available")];
  const posted = await post(tx, { ...rest, at, key, kind: "topup", from, to });
  if (posted.created) await settleDebt(tx, { buyerId, cause: key, at });
  return posted;
}

/** A refund of a payment. `round` counts refunds of this charge that were begun: a refused one may be begun again. */
export interface RefundMoney extends TopupMoney {
  readonly round: number;
}

/** Takes a refunded payment back from the buyer. Throws "insufficient_funds" when part of it is spent. */
export function takeBackTopup(tx: Executor, refund: RefundMoney): Promise<Posted> {
  const { buyerId, gateway, chargeId, round, ...rest } = refund;
  const [from, to] = [accountOf(buyerId, "available"), system.gateway(gateway)];
  return post(tx, {
    ...rest,
    key: `topup_refund:${gateway}:${chargeId}:${round}`,
    kind: "topup_refund",
    from,
    to,
  });
}

/** The part that the buyer has spent of a payment that an operator refunds: the operator's loss, never a negative balance. */
export function bookTopupLoss(tx: Executor, refund: RefundMoney): Promise<Posted> {
  const { buyerId: _, gateway, chargeId, round, ...rest } = refund;
  const [from, to] = [system.loss, system.gateway(gateway)];
  return post(tx, {
    ...rest,
    key: `topup_loss:${gateway}:${chargeId}:${round}`,
    kind: "topup_loss",
    from,
    to,
  });
}

/** What {@link takeBackTopup} took from the buyer in this round; zero when it took nothing. */
export async function takenBack(
  db: Executor,
  refund: { gateway: string; chargeId: string; round: number },
): Promise<bigint> {
  const key = `topup_refund:${refund.gateway}:${refund.chargeId}:${refund.round}`;
  const [transfer] = await selectTransfersByKey(db, [key]);
  return transfer?.amountMicros ?? 0n;
}

/** Undoes {@link takeBackTopup} and {@link bookTopupLoss} of a refund that Telegram refused. A debt is paid from it. */
export async function restoreTopup(
  tx: Executor,
  restore: { gateway: string; chargeId: string; round: number; buyerId: string; at: Date },
): Promise<void> {
  const { buyerId, at } = restore;
  const suffix = `${restore.gateway}:${restore.chargeId}:${restore.round}`;
  const keys = [`topup_refund:${suffix}`, `topup_loss:${suffix}`];
  for (const transfer of await selectTransfersByKey(tx, keys)) {
    await post(tx, {
      key: `${transfer.key}:restored`,
      kind: transfer.kind,
      from: transfer.to,
      to: transfer.from,
      amountMicros: transfer.amountMicros,
      topupId: transfer.topupId,
      actor: "system",
      reason: "refund refused",
      at,
    });
  }
  await settleDebt(tx, { buyerId, cause: `restored:${suffix}`, at });
}

/** An operator's correction, positive or negative, with actor and reason. A debt is paid from it. Throws "insufficient_funds". */
export async function adjust(
  tx: Executor,
  change: {
    key: string;
    buyerId: string;
    amountMicros: bigint;
    /** Left out: it is about no order. */
    orderId?: string;
    actor: string;
    reason: string;
    at: Date;
  },
): Promise<Posted> {
  const { buyerId, amountMicros, ...rest } = change;
  const key = `adjustment:${change.key}`;
  const available = accountOf(buyerId, "available");
  const isCredit = amountMicros > 0n;
  const posted = await post(tx, {
    ...rest,
    key,
    kind: "adjustment",
    from: isCredit ? system.adjustments : available,
    to: isCredit ? available : system.adjustments,
    amountMicros: isCredit ? amountMicros : -amountMicros,
  });
  if (posted.created && isCredit) await settleDebt(tx, { buyerId, cause: key, at: change.at });
  return posted;
}

import { addMs } from "../../src/core/clock.ts";
import type { TransferKind } from "../../src/db/queries/ledger.ts";
import { accountOf, system } from "../../src/wallet/accounts.ts";
import type { Random } from "../soak/random.ts";
import { byShare } from "./goods.ts";
import { idAt, type PastOrder } from "./orders.ts";
import type { PastBuyer } from "./people.ts";

/** A payment that was credited; some went back later. */
export interface PastPayment {
  readonly topupId: string;
  readonly gateway: "stars" | "crypto-pay" | "manual";
  readonly chargeId: string;
  readonly buyer: PastBuyer;
  readonly amountMicros: bigint;
  readonly stars: number | null;
  readonly feeMicros: bigint;
  readonly begunAt: Date;
  readonly paidAt: Date;
  readonly refundedAt: Date | null;
}

export interface PastCorrection {
  readonly key: string;
  readonly buyer: PastBuyer;
  readonly amountMicros: bigint;
  readonly reason: string;
  readonly at: Date;
}

export interface PastTransfer {
  readonly key: string;
  readonly kind: TransferKind;
  readonly from: string;
  readonly to: string;
  readonly amountMicros: bigint;
  readonly orderId: string | null;
  readonly topupId: string | null;
  readonly actor: string;
  readonly reason: string;
  readonly at: Date;
}

const STAR_MICROS = 13_000n;
const CRYPTO_FEE_PERCENT = 3n;
const gateways = [
  { name: "stars", share: 58 },
  { name: "crypto-pay", share: 30 },
  { name: "manual", share: 12 },
] as const;
const STARS = [50, 100, 250, 500, 1000] as const;
const DOLLARS = [2n, 5n, 10n, 20n] as const;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const CORRECTIONS = 7;
const REFUNDS = 4;

/**
 * What buyers paid in for these orders: whoever runs short tops up a few minutes before the purchase, so that no balance is
 * ever below zero. A few payments were a mistake and went back.
 */
export function pastPayments(random: Random, orders: readonly PastOrder[], now: Date): PastPayment[] {
  const wallets = new Map<
    string,
    { availableMicros: bigint; coming: { at: Date; amountMicros: bigint }[] }
  >();
  const payments: PastPayment[] = [];
  for (const order of orders) {
    const wallet = wallets.get(order.buyer.id) ?? { availableMicros: 0n, coming: [] };
    wallets.set(order.buyer.id, wallet);
    const back = wallet.coming.filter(({ at }) => at <= order.placedAt);
    wallet.coming = wallet.coming.filter(({ at }) => at > order.placedAt);
    for (const { amountMicros } of back) wallet.availableMicros += amountMicros;
    if (wallet.availableMicros < order.priceMicros) {
      const leastMicros = order.priceMicros - wallet.availableMicros;
      const payment = paymentFor(random, { order, leastMicros, serial: payments.length });
      payments.push(payment);
      wallet.availableMicros += payment.amountMicros;
    }
    wallet.availableMicros -= order.priceMicros;
    if (order.state !== "finished")
      wallet.coming.push({ at: order.closedAt, amountMicros: order.priceMicros });
  }
  return [...payments, ...paidByMistake(random, orders, now)];
}

function paymentFor(
  random: Random,
  { order, leastMicros, serial }: { order: PastOrder; leastMicros: bigint; serial: number },
): PastPayment {
  const gateway = byShare(random, gateways).name;
  const paidAt = addMs(order.placedAt, -random.between(20, 400) * 1_000);
  const base = {
    buyer: order.buyer,
    topupId: idAt(random, paidAt),
    begunAt: addMs(paidAt, -MINUTE_MS),
    paidAt,
  };
  if (gateway === "stars") {
    const stars = random.pick(STARS.filter((count) => BigInt(count) * STAR_MICROS >= leastMicros));
    const rest = {
      chargeId: `past_stars_${serial}_${order.id.slice(-6)}`,
      stars,
      feeMicros: 0n,
      refundedAt: null,
    };
    return { ...base, ...rest, gateway, amountMicros: BigInt(stars) * STAR_MICROS };
  }
  const amountMicros = random.pick(DOLLARS) * 1_000_000n;
  const isManual = gateway === "manual";
  return {
    ...base,
    gateway,
    chargeId: isManual ? base.topupId : String(91_000_000 + serial),
    amountMicros,
    stars: null,
    feeMicros: isManual ? 0n : (amountMicros * CRYPTO_FEE_PERCENT) / 100n,
    refundedAt: null,
  };
}

/** Payments by mistake: each went back an hour later, before anything of it was spent. */
function paidByMistake(random: Random, orders: readonly PastOrder[], now: Date): PastPayment[] {
  return Array.from({ length: REFUNDS }, (_, index) => {
    // Somebody who was here by then.
    const { buyer } = random.pick(orders.slice(0, orders.length / 2));
    const paidAt = addMs(now, -(index * 2 + 1) * DAY_MS);
    const stars = random.pick(STARS);
    return {
      topupId: idAt(random, paidAt),
      gateway: "stars",
      chargeId: `past_stars_mistake_${index}`,
      buyer,
      amountMicros: BigInt(stars) * STAR_MICROS,
      stars,
      feeMicros: 0n,
      begunAt: addMs(paidAt, -MINUTE_MS),
      paidAt,
      refundedAt: addMs(paidAt, HOUR_MS),
    };
  });
}

const REASONS = ["goodwill", "the app refused the number", "paid twice", "late code"];

/** What operators gave of their own accord, some days after an order. */
export function pastCorrections(random: Random, orders: readonly PastOrder[]): PastCorrection[] {
  return Array.from({ length: CORRECTIONS }, (_, index) => {
    const order = orders[Math.floor(((index + 0.5) / CORRECTIONS) * orders.length)];
    if (!order) throw new Error("there are no orders to correct");
    const amountMicros = BigInt(random.between(1, 4)) * 250_000n;
    const at = addMs(order.closedAt, 10 * MINUTE_MS);
    return { key: `past-${index}`, buyer: order.buyer, amountMicros, reason: random.pick(REASONS), at };
  });
}

/** Every movement of all this, in the order in which it happened. */
export function pastTransfers(
  orders: readonly PastOrder[],
  payments: readonly PastPayment[],
  corrections: readonly PastCorrection[],
  operator: string,
): PastTransfer[] {
  const all = [
    ...payments.flatMap((payment) => ofPayment(payment, operator)),
    ...orders.flatMap(ofOrder),
    ...corrections.map(({ key, buyer, ...rest }) => ({
      ...rest,
      key: `adjustment:${key}`,
      kind: "adjustment" as const,
      from: system.adjustments,
      to: accountOf(buyer.id, "available"),
      orderId: null,
      topupId: null,
      actor: operator,
    })),
  ];
  return all.sort((a, b) => a.at.getTime() - b.at.getTime());
}

function ofPayment(payment: PastPayment, operator: string): PastTransfer[] {
  const { gateway, chargeId, topupId, buyer, amountMicros, paidAt, refundedAt } = payment;
  const [outside, available] = [system.gateway(gateway), accountOf(buyer.id, "available")];
  const both = { amountMicros, orderId: null, topupId };
  const paid: PastTransfer = {
    ...both,
    key: `topup:${gateway}:${chargeId}`,
    kind: "topup",
    from: outside,
    to: available,
    actor: gateway === "manual" ? operator : "system",
    reason: "paid",
    at: paidAt,
  };
  if (!refundedAt) return [paid];
  const back: PastTransfer = {
    ...both,
    key: `topup_refund:${gateway}:${chargeId}:0`,
    kind: "topup_refund",
    from: available,
    to: outside,
    actor: operator,
    reason: "asked for it back",
    at: refundedAt,
  };
  return [paid, back];
}

function ofOrder(order: PastOrder): PastTransfer[] {
  const { id, buyer, state, priceMicros, costMicros, provider, placedAt, closedAt, smsAt } = order;
  const [available, held] = [accountOf(buyer.id, "available"), accountOf(buyer.id, "held")];
  const price = { amountMicros: priceMicros, orderId: id, topupId: null };
  const cost = { amountMicros: costMicros, orderId: id, topupId: null, actor: "system" };
  const prepaid = system.providerPrepaid(provider);
  const hold: PastTransfer = {
    ...price,
    key: `hold:${id}`,
    kind: "hold",
    from: available,
    to: held,
    actor: "buyer",
    reason: "purchase",
    at: placedAt,
  };
  const [receivedAt] = smsAt;
  if (receivedAt) {
    const taken = {
      ...price,
      key: `capture:${id}`,
      kind: "capture",
      from: held,
      to: system.revenue,
    } as const;
    const paid = { ...cost, key: `provider_cost:${id}`, kind: "provider_cost", from: prepaid } as const;
    return [
      hold,
      { ...taken, actor: "system", reason: "sms", at: receivedAt },
      { ...paid, to: system.providerCost(provider), reason: "delivered", at: receivedAt },
    ];
  }
  const back = { ...price, key: `release:${id}`, kind: "release", from: held, to: available } as const;
  const released: PastTransfer = { ...back, actor: "system", reason: state, at: closedAt };
  if (!order.keepsUnused || state !== "expired") return [hold, released];
  const lost = { ...cost, key: `provider_loss:${id}`, kind: "provider_loss", from: prepaid } as const;
  const reason = "charged at the purchase, and no word of a refund";
  return [hold, released, { ...lost, to: system.providerLoss(provider), reason, at: closedAt }];
}

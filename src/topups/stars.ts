import { arrive } from "../buyers/people.ts";
import { addMs } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { ceilDivide } from "../core/money.ts";
import { findBuyer, isBanned } from "../db/queries/buyers.ts";
import { readOrCreateSetting, readSetting, writeSetting } from "../db/queries/settings.ts";
import { lockPayment } from "../db/queries/topup-payments.ts";
import { insertTopup, selectTopup } from "../db/queries/topups.ts";
import { inTransaction } from "../db/transaction.ts";
import { credit } from "./credit.ts";
import { bookRefund, refundedBySweep } from "./refunded.ts";
import type { StarTransaction, TopupDeps } from "./topup-deps.ts";
import type { BeginResult, PreCheckoutAnswer, Resume, StarsInvoice, StarsPayment } from "./topups.ts";

/** An invoice can be paid for this long; its dollar value is frozen meanwhile. */
const INVOICE_LIFETIME_MS = 60 * 60 * 1000;
/** Telegram's bounds of one payment. */
const MAX_STARS = 10_000;
const PAGE = 100;
/** Bounds one sweep; the next goes on where it stopped. */
const MAX_PAGES = 50;
const CURSOR = "stars_sweep_offset";
/** When this database began to keep the bot's books. */
const BEGINNING = "stars_books_since";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function starsFor(deps: TopupDeps, amountMicros: bigint): number {
  const stars = ceilDivide(amountMicros > 0n ? amountMicros : 1n, deps.starValueMicros);
  return stars > BigInt(MAX_STARS) ? MAX_STARS : Number(stars);
}

export async function beginStars(
  deps: TopupDeps,
  input: { buyerId: string; chatId: number; stars: number; resume: Resume | null },
): Promise<BeginResult<StarsInvoice>> {
  if (!deps.gateways.includes("stars")) return { kind: "refused", code: "gateway_off" };
  if (await isBanned(deps.db, input.buyerId)) return { kind: "refused", code: "buyer_banned" };
  const { stars } = input;
  if (!Number.isInteger(stars) || stars < 1 || stars > MAX_STARS) {
    return { kind: "refused", code: "topup_amount_invalid" };
  }
  const id = newId();
  const createdAt = deps.clock.now();
  const expiresAt = addMs(createdAt, INVOICE_LIFETIME_MS);
  const amountMicros = BigInt(stars) * deps.starValueMicros;
  await insertTopup(deps.db, {
    id,
    buyerId: input.buyerId,
    gateway: "stars",
    amountMicros,
    stars,
    resumeServiceId: input.resume?.serviceId ?? null,
    resumeCountryId: input.resume?.countryId ?? null,
    chatId: input.chatId,
    createdAt,
    expiresAt,
  });
  deps.checkpoint("stars/row-committed");
  return { kind: "begun", invoice: { topupId: id, stars, amountMicros, payload: id, expiresAt } };
}

/** The last moment to refuse a payment: after a yes, Telegram takes the Stars. Nobody who is banned pays. */
export async function checkStars(
  deps: TopupDeps,
  input: { payload: string; telegramId: number; stars: number; currency: string },
): Promise<PreCheckoutAnswer> {
  const topup = UUID.test(input.payload) ? await selectTopup(deps.db, input.payload) : undefined;
  if (topup?.gateway !== "stars") return { ok: false, code: "topup_not_found" };
  const buyer = await findBuyer(deps.db, topup.buyerId);
  if (buyer?.telegramId !== input.telegramId) return { ok: false, code: "topup_not_found" };
  if (buyer.bannedAt !== null) return { ok: false, code: "buyer_banned" };
  if (input.currency !== "XTR" || input.stars !== topup.stars)
    return { ok: false, code: "topup_amount_invalid" };
  if (topup.state !== "pending" || topup.expiresAt <= deps.clock.now())
    return { ok: false, code: "topup_expired" };
  return { ok: true };
}

/**
 * The Stars are ours already, so this never refuses: a payload that we do not know (an old database, another
 * install) credits whoever paid, at today's rate. A refund that was told before the payment is booked right after it.
 */
export async function creditStars(deps: TopupDeps, payment: StarsPayment): Promise<{ credited: boolean }> {
  deps.checkpoint("stars/before-credit");
  const credited = await inTransaction(deps.db, async (tx) => {
    const at = deps.clock.now();
    const known = UUID.test(payment.payload) ? await selectTopup(tx, payment.payload) : undefined;
    const topup = known?.gateway === "stars" ? known : null;
    const owner = topup && (await findBuyer(tx, topup.buyerId));
    const payer = { telegramId: payment.telegramId, languageCode: undefined, at };
    // The buyer may have had their data deleted in between: then the money is the payer's, who came anew.
    const isOwners = owner?.telegramId === payment.telegramId;
    const buyerId = isOwners ? owner.id : (await arrive(tx, payer)).id;
    const isFrozen = topup !== null && topup.stars === payment.stars;
    const outcome = await credit(tx, {
      gateway: "stars",
      chargeId: payment.chargeId,
      topup: isOwners ? topup : null,
      buyerId,
      chatId: isOwners && topup ? topup.chatId : payment.telegramId,
      amountMicros: isFrozen ? topup.amountMicros : BigInt(payment.stars) * deps.starValueMicros,
      stars: payment.stars,
      feeMicros: 0n,
      paidAt: payment.paidAt,
      actor: "system",
      at,
    });
    if (outcome === "refunded") {
      const paid = await lockPayment(tx, "stars", payment.chargeId);
      if (paid) await bookRefund(deps, tx, paid, payment.telegramId);
    }
    return outcome !== "known";
  });
  deps.checkpoint("stars/credited");
  if (credited) deps.onMessages();
  return { credited };
}

/**
 * Reads Telegram's own list of Star transactions from where the last sweep stopped. Telegram keeps updates for 24
 * hours only, so after a longer outage this list is the only way to learn of a payment. Booking a transaction again
 * changes nothing. Payments from before this database was made, for invoices that it does not have, are ignored: they
 * were credited elsewhere.
 */
export async function sweepStars(deps: TopupDeps): Promise<{ found: number }> {
  let offset = Number((await readSetting(deps.db, CURSOR)) ?? "0");
  const now = deps.clock.now();
  const since = new Date(await readOrCreateSetting(deps.db, BEGINNING, () => now.toISOString(), now));
  let found = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const transactions = await deps.stars.transactions(offset, PAGE);
    for (const transaction of transactions) {
      if (await book(deps, transaction, since)) found += 1;
    }
    offset += transactions.length;
    await writeSetting(deps.db, CURSOR, String(offset), deps.clock.now());
    deps.checkpoint("stars/swept-page");
    if (transactions.length < PAGE) break;
  }
  if (found > 0) deps.logger.warn({ found }, "payments found that no update had told of");
  return { found };
}

async function book(deps: TopupDeps, transaction: StarTransaction, since: Date): Promise<boolean> {
  const { id: chargeId, stars, telegramId } = transaction;
  // Less than a whole Star (a commission) credits nothing.
  if (telegramId === null || stars < 1) return false;
  if (transaction.direction === "out") {
    await refundedBySweep(deps, { chargeId, telegramId, stars });
    return false;
  }
  if (transaction.direction !== "in") return false;
  const payload = transaction.payload ?? "";
  const isOurs = UUID.test(payload) && (await selectTopup(deps.db, payload)) !== undefined;
  if (!isOurs && transaction.at < since) return false;
  return (await creditStars(deps, { chargeId, payload, telegramId, stars, paidAt: transaction.at })).credited;
}

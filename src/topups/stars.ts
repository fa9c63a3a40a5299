import { arrive } from "../buyers/people.ts";
import { addMs } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { ceilDivide } from "../core/money.ts";
import { findBuyer, isBanned } from "../db/queries/buyers.ts";
import { readOrCreateSetting, readSetting, writeSetting } from "../db/queries/settings.ts";
import { isPaused } from "../db/queries/switches.ts";
import { selectPaymentStates } from "../db/queries/topup-payments.ts";
import { insertTopup, selectTopup } from "../db/queries/topups.ts";
import { inTransaction } from "../db/transaction.ts";
import { credit } from "./credit.ts";
import { refunded } from "./refunded.ts";
import type { StarTransaction, TopupDeps } from "./topup-deps.ts";
import type { BeginResult, PreCheckoutAnswer, Resume, StarsInvoice, StarsPayment } from "./topups.ts";

/** An invoice can be paid for this long; its dollar value is frozen meanwhile. */
const INVOICE_LIFETIME_MS = 60 * 60 * 1000;
/** Telegram's bounds of one payment. */
const MAX_STARS = 10_000;
const PAGE = 100;
/** Read again by every sweep, in case Telegram listed something late; more than it can list in between. */
const OVERLAP = 50;
/** Bounds one sweep; the next goes on where it stopped. */
const MAX_PAGES = 50;
const CURSOR = "stars_sweep_offset";
/** When this database began to keep the bot's books. */
const BEGINNING = "stars_books_since";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function starsFor(deps: TopupDeps, amountMicros: bigint): number {
  const stars = ceilDivide(amountMicros > 0n ? amountMicros : 1n, deps.starValueMicros());
  return stars > BigInt(MAX_STARS) ? MAX_STARS : Number(stars);
}

export async function beginStars(
  deps: TopupDeps,
  input: { buyerId: string; chatId: number; stars: number; resume: Resume | null },
): Promise<BeginResult<StarsInvoice>> {
  if (!deps.gateways.includes("stars")) return { kind: "refused", code: "gateway_off" };
  if (await isBanned(deps.db, input.buyerId)) return { kind: "refused", code: "buyer_banned" };
  if (await isPaused(deps.db, "topups", deps.clock.now())) return { kind: "refused", code: "topups_paused" };
  const { stars } = input;
  if (!Number.isInteger(stars) || stars < 1 || stars > MAX_STARS) {
    return { kind: "refused", code: "topup_amount_invalid" };
  }
  const id = newId();
  const createdAt = deps.clock.now();
  const expiresAt = addMs(createdAt, INVOICE_LIFETIME_MS);
  const amountMicros = BigInt(stars) * deps.starValueMicros();
  await insertTopup(deps.db, {
    id,
    buyerId: input.buyerId,
    gateway: "stars",
    amountMicros,
    stars,
    resumeServiceId: input.resume?.serviceId ?? null,
    resumeCountryId: input.resume?.countryId ?? null,
    resumePriceMicros: input.resume?.priceMicros ?? null,
    resumeQuoteId: input.resume?.quoteId ?? null,
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
  if (await isPaused(deps.db, "topups", deps.clock.now())) return { ok: false, code: "topups_paused" };
  return { ok: true };
}

/**
 * Credits a payment that Telegram's own list of transactions shows. The Stars are ours already, so this never refuses: a
 * payload that we do not know (an old database, another install) credits whoever paid, at today's rate.
 */
async function creditStars(deps: TopupDeps, payment: StarsPayment): Promise<{ credited: boolean }> {
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
    const amountMicros = isFrozen ? topup.amountMicros : BigInt(payment.stars) * deps.starValueMicros();
    const isNew = await credit(tx, {
      gateway: "stars",
      chargeId: payment.chargeId,
      topup: isOwners ? topup : null,
      buyerId,
      chatId: isOwners && topup ? topup.chatId : payment.telegramId,
      amountMicros,
      stars: payment.stars,
      feeMicros: 0n,
      paidAt: payment.paidAt,
      actor: "system",
      at,
    });
    return isNew ? amountMicros : undefined;
  });
  deps.checkpoint("stars/credited");
  if (credited === undefined) return { credited: false };
  deps.onTopup?.({ gateway: "stars", outcome: "credited", amountMicros: credited });
  deps.onMessages();
  return { credited: true };
}

export interface Sweep {
  /** Payments that were credited now. */
  readonly found: number;
  /** Payments and refunds that the list showed, as {@link seenKey}. */
  readonly seen: ReadonlySet<string>;
}

function seenKey(direction: "in" | "out", chargeId: string): string {
  return `${direction}:${chargeId}`;
}

/**
 * Reads Telegram's own list of Star transactions from a little before where the last sweep stopped. Only this list
 * credits a payment and books a refund: an update may be forged, the list cannot, and updates are kept for 24 hours only.
 * A payment stands before its refund, whichever update came first. Booking a transaction again changes nothing. Payments
 * from before this database was made, for invoices that it does not have, are ignored: they were credited elsewhere.
 */
export async function sweepStars(deps: TopupDeps): Promise<Sweep> {
  const stored = Number((await readSetting(deps.db, CURSOR)) ?? "0");
  let offset = Math.max(0, stored - OVERLAP);
  const now = deps.clock.now();
  const since = new Date(await readOrCreateSetting(deps.db, BEGINNING, () => now.toISOString(), now));
  const seen = new Set<string>();
  let found = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const transactions = await deps.stars.transactions(offset, PAGE);
    const ids = transactions.map(({ id }) => id);
    const known = await selectPaymentStates(deps.db, "stars", ids);
    for (const transaction of transactions) {
      const { direction, id } = transaction;
      if (direction === "other") continue;
      seen.add(seenKey(direction, id));
      const isBooked = direction === "in" ? known.has(id) : known.get(id) === "refunded";
      if (!isBooked && (await book(deps, transaction, since))) found += 1;
    }
    offset += transactions.length;
    if (offset > stored) await writeSetting(deps.db, CURSOR, String(offset), deps.clock.now());
    deps.checkpoint("stars/swept-page");
    if (transactions.length < PAGE) break;
  }
  return { found, seen };
}

/**
 * An update tells of a payment (`in`) or a refund (`out`): a reason to look, and no more. Books what Telegram's list
 * shows; rejects when the list does not show it (yet), or cannot be read, so that the update comes again. Until then,
 * and after the last try, the sweep finds what is real.
 */
export async function confirmStars(
  deps: TopupDeps,
  sweep: () => Promise<Sweep>,
  told: { chargeId: string; direction: "in" | "out" },
): Promise<void> {
  if (await isBooked(deps, told)) return;
  const { seen } = await sweep();
  // Another sweep that ran meanwhile may have booked it and gone on.
  if (seen.has(seenKey(told.direction, told.chargeId)) || (await isBooked(deps, told))) return;
  throw new PaymentNotConfirmed(told.direction);
}

async function isBooked(
  deps: TopupDeps,
  told: { chargeId: string; direction: "in" | "out" },
): Promise<boolean> {
  const state = (await selectPaymentStates(deps.db, "stars", [told.chargeId])).get(told.chargeId);
  return told.direction === "in" ? state !== undefined : state === "refunded";
}

/** Telegram's list does not show what an update told: it is late, or the update was forged. */
export class PaymentNotConfirmed extends Error {
  override readonly name = "PaymentNotConfirmed";
  constructor(direction: "in" | "out") {
    const what = direction === "in" ? "payment" : "refund";
    super(`getStarTransactions does not show the ${what} that an update told of`);
  }
}

/**
 * One sweep at a time: whoever asks during one waits for the next, which began after they asked, together with all others
 * that wait. So a burst of payments costs few requests.
 */
export function createSharedSweep(run: () => Promise<Sweep>): () => Promise<Sweep> {
  let running: Promise<Sweep> | undefined;
  let next: Promise<Sweep> | undefined;
  const begin = (): Promise<Sweep> => {
    const sweep = run().finally(() => {
      if (running === sweep) running = undefined;
    });
    running = sweep;
    return sweep;
  };
  return () => {
    if (!running) return begin();
    next ??= running
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        next = undefined;
        return begin();
      });
    return next;
  };
}

async function book(deps: TopupDeps, transaction: StarTransaction, since: Date): Promise<boolean> {
  const { id: chargeId, stars, telegramId } = transaction;
  // Less than a whole Star (a commission) credits nothing.
  if (telegramId === null || stars < 1) return false;
  if (transaction.direction === "out") {
    await refunded(deps, { chargeId, telegramId, stars });
    return false;
  }
  const payload = transaction.payload ?? "";
  const isOurs = UUID.test(payload) && (await selectTopup(deps.db, payload)) !== undefined;
  if (!isOurs && transaction.at < since) return false;
  return (await creditStars(deps, { chargeId, payload, telegramId, stars, paidAt: transaction.at })).credited;
}

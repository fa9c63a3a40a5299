import { ShopError, type ShopErrorCode } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import type { Tx } from "../../db/client.ts";
import { takeApiNumber } from "../../db/queries/api-orders.ts";
import { acceptTerms, type BuyerRow, lockBuyer } from "../../db/queries/buyers.ts";
import { selectBalance } from "../../db/queries/ledger.ts";
import { selectPurchaseCounts } from "../../db/queries/order-limits.ts";
import { insertOrder } from "../../db/queries/order-moves.ts";
import { selectOrderByQuote } from "../../db/queries/orders.ts";
import { selectOrderOfAgreement } from "../../db/queries/paid-purchases.ts";
import { hasDiscountLeft } from "../../db/queries/promotion-redemptions.ts";
import { type QuoteRow, selectQuote } from "../../db/queries/quotes.ts";
import { inTransaction } from "../../db/transaction.ts";
import { debtOf } from "../../wallet/debts.ts";
import { hold } from "../../wallet/wallet.ts";
import type { KeyRefusal, KeyTerms } from "../by-key/key-orders.ts";
import { refusalByCounts } from "../limits.ts";
import type { OrderDeps } from "../order-deps.ts";
import type { PurchaseInput, PurchaseResult } from "../orders.ts";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

type Refusal = Extract<PurchaseResult, { kind: "refused" }>;
type NotAdmitted = { readonly kind: "not_admitted"; readonly refusal: KeyRefusal };

/** A purchase from the chat, or by a key: then there is no card, and the key's terms count instead of the chat's limits. */
export interface Purchase extends Omit<PurchaseInput, "chatId"> {
  /** Null: the buyer's own chat. */
  readonly chatId: number | null;
  readonly terms?: KeyTerms;
}

/**
 * First step of a purchase: commits the order and its hold. No provider is called yet; `place` does that afterwards,
 * so that neither a crash nor a second tap can buy twice.
 */
export async function purchase(deps: OrderDeps, input: Purchase): Promise<PurchaseResult | NotAdmitted> {
  const quote = await selectQuote(deps.db, input.quoteId);
  if (!quote || quote.buyerId !== input.buyerId) return refuse("quote_expired", null);
  if (quote.orderId !== null) return { kind: "already", orderId: quote.orderId };
  await acceptTermsOf(deps, input);
  const refusal = await refusalBeforeHold(deps, quote);
  if (refusal) return refusal;
  deps.checkpoint("purchase/before-hold");
  try {
    const result = await inTransaction(deps.db, (tx) => commitOrder(deps, tx, quote, input));
    deps.checkpoint("purchase/held");
    deps.onMessages();
    return result;
  } catch (error) {
    if (error instanceof ShopError && error.code === "insufficient_funds") return short(deps, quote);
    throw error;
  }
}

/** Committed by itself: terms that were accepted stay so, whatever becomes of the purchase. */
async function acceptTermsOf(deps: OrderDeps, input: Purchase): Promise<void> {
  if (input.acceptsTermsVersion !== deps.termsVersion) return;
  await acceptTerms(deps.db, input.buyerId, deps.termsVersion, deps.clock.now());
}

/** The refusals that need no lock. */
async function refusalBeforeHold(deps: OrderDeps, quote: QuoteRow): Promise<Refusal | undefined> {
  if (quote.expiresAt <= deps.clock.now()) return refuse("quote_expired", quote);
  const [refusal, offers] = await Promise.all([
    deps.catalog.refusal(quote),
    deps.catalog.route({ ...quote, ceilingMicros: quote.costCeilingMicros }),
  ]);
  if (refusal !== undefined) return refuse(refusal, quote);
  if (offers.length === 0) return refuse("out_of_stock", quote);
  return undefined;
}

async function commitOrder(
  deps: OrderDeps,
  tx: Tx,
  quote: QuoteRow,
  input: Purchase,
): Promise<PurchaseResult | NotAdmitted> {
  const at = deps.clock.now();
  const { terms } = input;
  const buyer = await lockBuyer(tx, input.buyerId);
  const bought = terms ? undefined : await selectOrderOfAgreement(tx, input.agreedQuoteId ?? quote.id);
  if (bought !== undefined) return { kind: "already", orderId: bought };
  const code = refusalOf(deps, buyer) ?? (terms ? undefined : await chatLimit(deps, tx, buyer, at));
  if (code || !buyer || buyer.telegramId === null) return refuse(code ?? "quote_expired", quote);
  // Another purchase has used the discount up since the price was shown.
  const { redemptionId } = quote;
  if (redemptionId !== null && !(await hasDiscountLeft(tx, redemptionId)))
    return refuse("quote_expired", quote);
  const refusal = await terms?.admit(tx, { priceMicros: quote.priceMicros, at });
  if (refusal) return { kind: "not_admitted", refusal };
  const orderId = newId();
  const chatId = input.chatId ?? buyer.telegramId;
  const byKey = terms && { ...terms, number: await takeApiNumber(tx, buyer.id) };
  const order = { ...input, ...quote, id: orderId, quoteId: quote.id, chatId, at, ...(byKey && { byKey }) };
  const isNew = await insertOrder(tx, order, { cause: terms ? "key" : "tap", actor: "buyer" });
  if (!isNew) {
    const earlier = await selectOrderByQuote(tx, quote.id);
    return earlier ? { kind: "already", orderId: earlier.id } : refuse("quote_used", quote);
  }
  await terms?.record(tx, orderId, at);
  await hold(tx, {
    orderId,
    buyerId: quote.buyerId,
    amountMicros: quote.priceMicros,
    actor: "buyer",
    reason: `${quote.serviceId}/${quote.countryId}`,
    at,
  });
  return { kind: "placed", orderId };
}

/** Who may not buy at all, as their row says under its lock. */
function refusalOf(deps: OrderDeps, buyer: BuyerRow | undefined): ShopErrorCode | undefined {
  if (!buyer || buyer.bannedAt) return "buyer_banned";
  // The buyer's data was deleted a moment ago, and their quotes with it.
  if (buyer.telegramId === null) return "quote_expired";
  if ((buyer.termsVersion ?? 0) < deps.termsVersion) return "terms_not_accepted";
  return undefined;
}

/** The limits of the chat, under the lock of the buyer's row: two taps at once cannot both use the last free place. */
async function chatLimit(
  deps: OrderDeps,
  tx: Tx,
  buyer: BuyerRow | undefined,
  at: Date,
): Promise<ShopErrorCode | undefined> {
  if (!buyer) return undefined;
  const counts = await selectPurchaseCounts(tx, buyer.id, {
    channel: "chat",
    hourAgo: new Date(at.getTime() - HOUR_MS),
    dayAgo: new Date(at.getTime() - DAY_MS),
    at,
  });
  // Once more: sales may have been paused while the buyer's row was waited for.
  if (counts.isPaused) return "sales_paused";
  return refusalByCounts(deps.limits, counts, at.getTime() - buyer.createdAt.getTime() < DAY_MS);
}

async function short(deps: OrderDeps, quote: QuoteRow): Promise<PurchaseResult> {
  const { availableMicros } = await selectBalance(deps.db, quote.buyerId);
  const owedMicros = quote.priceMicros + (await debtOf(deps.db, quote.buyerId));
  const { priceMicros, serviceId, countryId } = quote;
  // Whatever comes in pays a debt first, so the debt is missing too. Money may have come in since the hold failed: then
  // nothing is missing, and the buyer asks for a new quote.
  const missingMicros = owedMicros > availableMicros ? owedMicros - availableMicros : 0n;
  if (missingMicros === 0n) return refuse("quote_expired", quote);
  return { kind: "short", missingMicros, priceMicros, serviceId, countryId };
}

function refuse(code: ShopErrorCode, quote: QuoteRow | null): Refusal {
  return { kind: "refused", code, serviceId: quote?.serviceId ?? null, countryId: quote?.countryId ?? null };
}

import { addMs } from "../../core/clock.ts";
import { messageOf, type ShopErrorCode } from "../../core/errors.ts";
import { findBuyer } from "../../db/queries/buyers.ts";
import { enqueue } from "../../db/queries/outbox.ts";
import {
  closePaidPurchase,
  type PaidPurchase,
  putOffPaidPurchase,
  selectOrderOfAgreement,
  settleQuote,
  takePaidPurchases,
} from "../../db/queries/paid-purchases.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { OrderDeps } from "../order-deps.ts";
import type { Orders } from "../orders.ts";

const BATCH = 20;
/** A purchase that a stopped process had taken is taken up again after this; none takes as long. */
const TAKEN_MS = 60_000;

/** Refusals that may be over in a moment. A pause of sales is none: it lasts, and the buyer shall hear of it. */
const passing: readonly ShopErrorCode[] = ["prices_not_read", "providers_unavailable"];
/** After so long it is tried again. */
const NEXT_TRY_MS = 5_000;
/** So long after the money came in the buyer is asked. */
const TRIED_FOR_MS = 2 * 60_000;
/** So long the message about the money, which says that the number comes, is word enough. */
const WORD_AFTER_MS = 10_000;

/**
 * Makes the purchases whose money has come in. Each is bought by a quote that is written down before, and a quote makes
 * one order at most, so a crash in between neither loses it nor buys twice. While suppliers do not answer it is put off for
 * two minutes at most. Where it cannot be bought at the agreed price or lower, or the agreement is too old, the buyer is
 * asked once. Returns how many were taken up.
 */
export async function buyPaid(deps: OrderDeps, purchase: Orders["purchase"]): Promise<number> {
  const now = deps.clock.now();
  const due = await takePaidPurchases(deps.db, { now, takenUntil: addMs(now, TAKEN_MS), limit: BATCH });
  await Promise.all(
    due.map(async (paid) => {
      try {
        await buyOne(deps, purchase, paid);
      } catch (error) {
        const { topupId } = paid;
        deps.logger.error(
          { topupId, reason: messageOf(error) },
          "a paid purchase failed; it is taken up again",
        );
      }
    }),
  );
  return due.length;
}

async function buyOne(deps: OrderDeps, purchase: Orders["purchase"], paid: PaidPurchase): Promise<void> {
  const { agreedQuoteId } = paid;
  if (agreedQuoteId !== null && (await selectOrderOfAgreement(deps.db, agreedQuoteId))) {
    // Bought by a tap meanwhile, or by another payment for the same.
    await closePaidPurchase(deps.db, paid.topupId, "bought", deps.clock.now());
    return;
  }
  const quoted = await quoteFor(deps, paid);
  if ("code" in quoted) return await refused(deps, paid, quoted.code);
  deps.checkpoint("paid/quoted");
  const result = await purchase({
    buyerId: paid.buyerId,
    quoteId: quoted.quoteId,
    chatId: paid.chatId,
    cardMessageId: null,
    // They were accepted with the tap that began the payment.
    acceptsTermsVersion: null,
    agreedQuoteId: paid.agreedQuoteId,
  });
  deps.checkpoint("paid/bought");
  if (result.kind === "refused") return await refused(deps, paid, result.code);
  if (result.kind === "short") return await ask(deps, paid, "insufficient_funds");
  await closePaidPurchase(deps.db, paid.topupId, "bought", deps.clock.now());
}

/** The quote to buy by, or why the buyer has to be asked. */
async function quoteFor(
  deps: OrderDeps,
  paid: PaidPurchase,
): Promise<{ readonly quoteId: string } | { readonly code: ShopErrorCode }> {
  // Made before a crash. It may have made an order already, which the purchase then finds.
  if (paid.quoteId !== null) return { quoteId: paid.quoteId };
  if (paid.boughtUntil <= deps.clock.now()) return { code: "quote_expired" };
  const { buyerId, serviceId, countryId } = paid;
  const language = (await findBuyer(deps.db, buyerId))?.language ?? "";
  const result = await deps.catalog.quote({ buyerId, serviceId, countryId, language });
  if (result.kind === "refused") return { code: result.code };
  if (result.quote.priceMicros > paid.priceMicros) return { code: "price_moved" };
  return { quoteId: await settleQuote(deps.db, paid.topupId, result.quote.id) };
}

async function refused(deps: OrderDeps, paid: PaidPurchase, code: ShopErrorCode): Promise<void> {
  const at = deps.clock.now();
  const { creditedAt, boughtUntil } = paid;
  const nextTryAt = addMs(at, NEXT_TRY_MS);
  const isOver =
    creditedAt === null || nextTryAt > addMs(creditedAt, TRIED_FOR_MS) || nextTryAt > boughtUntil;
  if (isOver || !passing.includes(code)) return await ask(deps, paid, code);
  const { topupId, buyerId, chatId, serviceId, countryId } = paid;
  await inTransaction(deps.db, async (tx) => {
    await putOffPaidPurchase(tx, topupId, nextTryAt);
    if (at < addMs(creditedAt, WORD_AFTER_MS)) return;
    const message = { kind: "purchase_waits" as const, serviceId, countryId };
    await enqueue(tx, { chatId, buyerId, message, dedupeKey: `purchase_waits:${topupId}`, at });
  });
  deps.onMessages();
}

/** The purchase is the buyer's own decision from now on. */
async function ask(deps: OrderDeps, paid: PaidPurchase, code: ShopErrorCode): Promise<void> {
  const at = deps.clock.now();
  const { topupId, buyerId, chatId, serviceId, countryId } = paid;
  await inTransaction(deps.db, async (tx) => {
    if (!(await closePaidPurchase(tx, topupId, "asked", at))) return;
    const message = { kind: "purchase_asked" as const, serviceId, countryId, code };
    await enqueue(tx, { chatId, buyerId, message, dedupeKey: `purchase_asked:${topupId}`, at });
  });
  deps.checkpoint("paid/asked");
  deps.onMessages();
}

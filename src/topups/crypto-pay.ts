import { addMs } from "../core/clock.ts";
import type { Executor, Tx } from "../db/client.ts";
import { findBuyer, isBanned } from "../db/queries/buyers.ts";
import { enqueueToAll } from "../db/queries/outbox.ts";
import { isPaused } from "../db/queries/switches.ts";
import { insertUnassignedPayment } from "../db/queries/topup-payments.ts";
import {
  moveTopup,
  scheduleTopups,
  selectDueTopups,
  selectTopup,
  selectTopupByExternalId,
  setInvoice,
  type TopupRow,
} from "../db/queries/topups.ts";
import { inTransaction } from "../db/transaction.ts";
import { credit } from "./credit.ts";
import { CryptoPayError, type CryptoPayInvoice } from "./crypto-pay-client.ts";
import { openUsdTopup, type UsdTopup } from "./open-usd.ts";
import type { TopupDeps } from "./topup-deps.ts";
import type { BeginResult, CryptoInvoice } from "./topups.ts";

const GATEWAY = "crypto-pay";
const INVOICE_SECONDS = 60 * 60;
const terms = {
  gateway: GATEWAY,
  minMicros: 1_000_000n,
  maxMicros: 10_000_000_000n,
  lifetimeMs: INVOICE_SECONDS * 1000,
} as const;
const POLL_MS = 30_000;
/** A payment in an invoice's last minute may be confirmed later, so invoices are looked at for another day. */
const LATE_MS = 24 * 60 * 60 * 1000;
const LATE_POLL_MS = 30 * 60 * 1000;
const BATCH = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Our row is committed first, and its id is in the invoice's payload: so an invoice is found again although its answer was lost. */
export async function beginCrypto(deps: TopupDeps, input: UsdTopup): Promise<BeginResult<CryptoInvoice>> {
  if (!deps.cryptoPay || !deps.gateways.includes(GATEWAY)) return { kind: "refused", code: "gateway_off" };
  if (await isBanned(deps.db, input.buyerId)) return { kind: "refused", code: "buyer_banned" };
  if (await isPaused(deps.db, "topups", deps.clock.now())) return { kind: "refused", code: "topups_paused" };
  const { amountMicros } = input;
  const opened = await openUsdTopup(deps, terms, input);
  if (!opened) return { kind: "refused", code: "topup_amount_invalid" };
  const { id, createdAt, expiresAt } = opened;
  deps.checkpoint("crypto-pay/row-committed");
  try {
    const invoice = await deps.cryptoPay.createInvoice({
      amountMicros,
      payload: id,
      expiresInSeconds: INVOICE_SECONDS,
    });
    deps.checkpoint("crypto-pay/invoice-made");
    if (invoice.payUrl === null) throw new CryptoPayError("createInvoice: no address to pay at");
    const nextCheckAt = addMs(createdAt, POLL_MS);
    await setInvoice(deps.db, id, { externalId: invoice.invoiceId, payUrl: invoice.payUrl, nextCheckAt });
    return { kind: "begun", invoice: { topupId: id, amountMicros, payUrl: invoice.payUrl, expiresAt } };
  } catch (error) {
    if (!(error instanceof CryptoPayError)) throw error;
    deps.logger.warn({ topupId: id, reason: error.message }, "Crypto Pay made no invoice");
    return { kind: "refused", code: "gateway_unavailable" };
  }
}

/** A webhook only makes us look the invoice up. False: not signed by Crypto Pay. Throws when the invoice cannot be looked up. */
export async function takeCryptoWebhook(
  deps: TopupDeps,
  rawBody: Buffer,
  signature: string | undefined,
): Promise<boolean> {
  const invoiceId = deps.cryptoPay?.verifyWebhook(rawBody, signature);
  if (!deps.cryptoPay || invoiceId === undefined) return false;
  for (const invoice of await deps.cryptoPay.invoices([invoiceId])) {
    if (invoice.invoiceId === invoiceId) await settle(deps, invoice);
  }
  return true;
}

/** Finds payments whose webhook never came. Without PUBLIC_URL this is the only way to learn of a payment. */
export async function pollCrypto(deps: TopupDeps): Promise<void> {
  if (!deps.cryptoPay) return;
  const now = deps.clock.now();
  const due = await selectDueTopups(deps.db, GATEWAY, now, BATCH);
  const ids = due.flatMap((topup) => (topup.externalId === null ? [] : [topup.externalId]));
  if (ids.length === 0) return;
  let isLookedAt = true;
  try {
    for (const invoice of await deps.cryptoPay.invoices(ids)) await settle(deps, invoice);
  } catch (error) {
    if (!(error instanceof CryptoPayError)) throw error;
    isLookedAt = false;
    deps.logger.warn(
      { reason: error.message, invoices: ids.length },
      "Crypto Pay invoices could not be looked up",
    );
  }
  await reschedule(deps, due, { now, isLookedAt });
}

/** Only a look that was answered can be the last one, so that a payment during an outage is found after it. */
async function reschedule(
  deps: TopupDeps,
  due: readonly TopupRow[],
  { now, isLookedAt }: { now: Date; isLookedAt: boolean },
): Promise<void> {
  for (const topup of due) {
    const current = await selectTopup(deps.db, topup.id);
    if (current?.state !== "pending" && current?.state !== "expired") continue;
    const isLate = topup.expiresAt <= now;
    if (isLate) await moveTopup(deps.db, topup.id, ["pending"], "expired", now);
    const isOver = isLookedAt && addMs(topup.expiresAt, LATE_MS) <= now;
    const next = isOver ? null : addMs(now, isLate ? LATE_POLL_MS : POLL_MS);
    await scheduleTopups(deps.db, [topup.id], next);
  }
}

async function settle(deps: TopupDeps, invoice: CryptoPayInvoice): Promise<void> {
  if (invoice.status !== "paid") return;
  const topup = await topupOf(deps, invoice);
  if (!topup) {
    await keepUnassigned(deps.db, deps, invoice);
    deps.logger.error({ invoiceId: invoice.invoiceId }, "paid Crypto Pay invoice without a top-up of ours");
    return;
  }
  if (invoice.amountMicros !== topup.amountMicros) {
    deps.logger.error({ topupId: topup.id }, "paid Crypto Pay invoice is not over the amount we asked for");
    await inTransaction(deps.db, async (tx) => {
      await keepUnassigned(tx, deps, invoice);
      await tell(deps, tx, "crypto_pay_amount", invoice, topup);
    });
    deps.onMessages();
    return;
  }
  const credited = await inTransaction(deps.db, async (tx) => {
    const at = deps.clock.now();
    const isNew = await credit(tx, {
      gateway: GATEWAY,
      chargeId: invoice.invoiceId,
      topup,
      buyerId: topup.buyerId,
      chatId: topup.chatId,
      amountMicros: topup.amountMicros,
      stars: null,
      feeMicros: invoice.feeMicros,
      paidAt: invoice.paidAt ?? at,
      actor: "system",
      at,
    });
    const buyer = await findBuyer(tx, topup.buyerId);
    if (isNew && buyer?.telegramId == null) await tell(deps, tx, "crypto_pay_nobody", invoice, topup);
    return isNew;
  });
  deps.checkpoint("crypto-pay/credited");
  if (!credited) return;
  deps.onTopup?.({ gateway: GATEWAY, outcome: "credited", amountMicros: topup.amountMicros });
  deps.onMessages();
}

/** Until an operator decides whose it is, the money stands in no balance. */
async function keepUnassigned(db: Executor, { clock }: TopupDeps, invoice: CryptoPayInvoice): Promise<void> {
  const at = clock.now();
  const { amountMicros } = invoice;
  // Crypto Pay does not say what it is worth: the log and the notice have the invoice.
  if (amountMicros === null || amountMicros <= 0n) return;
  await insertUnassignedPayment(db, {
    gateway: GATEWAY,
    chargeId: invoice.invoiceId,
    amountMicros,
    feeMicros: invoice.feeMicros,
    paidAt: invoice.paidAt ?? at,
    at,
  });
}

/** Money came in and we do not know to whom it belongs: operators have to decide. */
async function tell(
  deps: TopupDeps,
  tx: Tx,
  notice: "crypto_pay_amount" | "crypto_pay_nobody",
  { invoiceId }: CryptoPayInvoice,
  { id, amountMicros }: TopupRow,
): Promise<void> {
  const params = { invoiceId, topupId: id, amountMicros: amountMicros.toString() };
  const message = { kind: "operator_notice" as const, notice, params };
  await enqueueToAll(tx, deps.operatorChatIds, {
    message,
    subject: `${notice}:${invoiceId}`,
    at: deps.clock.now(),
  });
}

async function topupOf(deps: TopupDeps, invoice: CryptoPayInvoice): Promise<TopupRow | undefined> {
  const known = await selectTopupByExternalId(deps.db, GATEWAY, invoice.invoiceId);
  if (known) return known;
  const payload = invoice.payload ?? "";
  const named = UUID.test(payload) ? await selectTopup(deps.db, payload) : undefined;
  return named?.gateway === GATEWAY ? named : undefined;
}

import type { Clock } from "../../src/core/clock.ts";
import { parseUsd } from "../../src/core/money.ts";
import type { PretendCryptoPay } from "../crypto-pay.ts";
import type { Random } from "./random.ts";
import type { Witness } from "./witness.ts";

/** Crypto Pay's side of a payment: the invoice is paid, and its webhook is sent, or lost, or sent too often. */
export interface Cashier {
  /** Pays after a while; `signal` cuts the while short. An invoice is paid once. */
  pay(userId: number, invoiceId: number, random: Random, signal: AbortSignal): Promise<void>;
}

const MAX_WAIT_MS = 60_000;
const UNTOLD_SHARE = 0.25;
const TWICE_SHARE = 0.2;
/** Signed, but the invoice is not paid: it must not be believed. */
const PREMATURE_SHARE = 0.2;
const TRIES = 3;
const TIMEOUT_MS = 5_000;

export function createCashier(deps: {
  cryptoPay: PretendCryptoPay;
  witness: Pick<Witness, "invoices">;
  clock: Clock;
  webhookUrl: string;
}): Cashier {
  const { cryptoPay, witness, clock, webhookUrl } = deps;
  return {
    async pay(userId, invoiceId, random, signal) {
      const invoice = cryptoPay.invoices.find(({ invoice_id }) => invoice_id === invoiceId);
      if (invoice?.status !== "active") return;
      if (random.isIn(PREMATURE_SHARE)) await send(webhookUrl, cryptoPay.webhook(invoiceId));
      await clock.sleep(random.between(0, MAX_WAIT_MS), signal);
      cryptoPay.pay(invoiceId);
      const amountMicros = parseUsd(invoice.amount, "exact") ?? 0n;
      witness.invoices.set(String(invoiceId), { userId, amountMicros });
      if (random.isIn(UNTOLD_SHARE)) return;
      const copies = random.isIn(TWICE_SHARE) ? 2 : 1;
      await Promise.all(Array.from({ length: copies }, () => send(webhookUrl, cryptoPay.webhook(invoiceId))));
    },
  };
}

/** Tries a few times, as Crypto Pay does; what does not get through is lost. */
async function send(url: string, { body, signature }: { body: string; signature: string }): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", "crypto-pay-api-signature": signature },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.arrayBuffer();
      if (answer.status === 200) return;
    } catch {
      // No replica is open, or it died: the next try may meet another one.
    }
  }
}

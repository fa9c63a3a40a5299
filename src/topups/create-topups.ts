import type { Tx } from "../db/client.ts";
import { beginCrypto, pollCrypto, takeCryptoWebhook } from "./crypto-pay.ts";
import {
  beginManual,
  claimManual,
  type Decided,
  type Decision,
  decideIn,
  decideManual,
  openDispute,
} from "./manual.ts";
import {
  type BegunRefund,
  beginRefund,
  finishRefund,
  type RefundInput,
  type RefundResult,
  refundStars,
  resumeRefunds,
} from "./refunds.ts";
import { beginStars, checkStars, confirmStars, createSharedSweep, starsFor, sweepStars } from "./stars.ts";
import type { TopupDeps } from "./topup-deps.ts";
import type { BeginResult, GatewayName, Topups } from "./topups.ts";

/** What operators, the workers and the HTTP server drive. */
export interface TopupJobs {
  /** Takes the credit back in the caller's transaction. `finishRefund` then asks Telegram; a loop does where nobody did. */
  beginRefund(tx: Tx, input: RefundInput): Promise<BegunRefund>;
  /** An operator's decision about a receipt, in the caller's transaction; `decideManual` has one of its own. */
  decideIn(tx: Tx, input: Decision): Promise<Decided>;
  decideManual(
    input: Decision & { readonly authorise: (tx: Tx) => Promise<unknown> },
  ): Promise<{ readonly kind: Decided }>;
  finishRefund(chargeId: string, telegramId: number | null): Promise<RefundResult>;
  /** Both in one. */
  refundStars(input: RefundInput): Promise<RefundResult>;
  /** At start and every minute. */
  sweepStars(): Promise<{ readonly found: number }>;
  resumeRefunds(): Promise<void>;
  pollCrypto(): Promise<void>;
  /** False: the signature is not Crypto Pay's. */
  takeCryptoWebhook(rawBody: Buffer, signature: string | undefined): Promise<boolean>;
}

export function createTopups(deps: TopupDeps): Topups & TopupJobs {
  const sweep = createSharedSweep(() => sweepStars(deps));
  return {
    gateways: deps.gateways,
    starsFor: (amountMicros) => starsFor(deps, amountMicros),
    starsValueMicros: (stars) => BigInt(stars) * deps.starValueMicros,
    beginStars: (input) => told(deps, "stars", beginStars(deps, input)),
    checkStars: (input) => checkStars(deps, input),
    confirmStars: (told) => confirmStars(deps, sweep, told),
    beginCrypto: (input) => told(deps, "crypto-pay", beginCrypto(deps, input)),
    beginManual: (input) => told(deps, "manual", beginManual(deps, input)),
    claimManual: (input) => claimManual(deps, input),
    decideIn: (tx, input) => decideIn(deps, tx, input),
    decideManual: (input) => decideManual(deps, input),
    openDispute: (input) => openDispute(deps, input),
    beginRefund: (tx, input) => beginRefund(deps, tx, input),
    finishRefund: (chargeId, telegramId) => finishRefund(deps, chargeId, telegramId),
    refundStars: (input) => refundStars(deps, input),
    sweepStars: sweep,
    resumeRefunds: () => resumeRefunds(deps),
    pollCrypto: () => pollCrypto(deps),
    takeCryptoWebhook: (rawBody, signature) => takeCryptoWebhook(deps, rawBody, signature),
  };
}

/** Tells whether a top-up was begun. */
async function told<T>(
  deps: TopupDeps,
  gateway: GatewayName,
  beginning: Promise<BeginResult<T>>,
): Promise<BeginResult<T>> {
  const result = await beginning;
  deps.onTopup?.({ gateway, outcome: result.kind, amountMicros: null });
  return result;
}

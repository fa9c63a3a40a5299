import { lockByTelegramId, setBan } from "../buyers/people.ts";
import type { Clock } from "../core/clock.ts";
import { ShopError, type ShopErrorCode } from "../core/errors.ts";
import { formatUsd } from "../core/money.ts";
import type { Database } from "../db/client.ts";
import { writeAudit } from "../db/queries/audit.ts";
import { selectBalance } from "../db/queries/ledger.ts";
import { enqueue } from "../db/queries/outbox.ts";
import { selectShopFacts } from "../db/queries/shop-facts.ts";
import { inTransaction } from "../db/transaction.ts";
import type { TopupJobs } from "../topups/create-topups.ts";
import { adjust } from "../wallet/wallet.ts";

export interface OperatorActionsDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly topups: Pick<TopupJobs, "refundStars">;
  readonly onMessages: () => void;
}

export type OperatorActionResult =
  | { readonly kind: "done" }
  | { readonly kind: "not_found" }
  /** A refund has to wait for the end of the buyer's open orders. */
  | { readonly kind: "held" }
  /** Telegram will not refund this payment; the buyer has the credit back. */
  | { readonly kind: "not_refundable" }
  /** Telegram did not answer; it is asked again every minute. */
  | { readonly kind: "pending" }
  | { readonly kind: "refused"; readonly code: ShopErrorCode };

/**
 * What operators do from the chat. Each action is audited in the transaction that does it. The caller has checked that
 * it is an operator. An update that is delivered twice has the same `key`, and acts once.
 */
export interface OperatorActions {
  adjustBalance(input: {
    key: string;
    operatorTelegramId: number;
    telegramId: number;
    amountMicros: bigint;
    reason: string;
  }): Promise<OperatorActionResult>;
  refundStars(input: { operatorTelegramId: number; chargeId: string }): Promise<OperatorActionResult>;
  /** Works on any Telegram id: a person who never came, or had their data deleted, is banned when they come. */
  ban(input: {
    operatorTelegramId: number;
    telegramId: number;
    reason: string;
  }): Promise<OperatorActionResult>;
  unban(input: { operatorTelegramId: number; telegramId: number }): Promise<OperatorActionResult>;
  /** One plain line a fact. */
  status(): Promise<readonly string[]>;
}

export function createOperatorActions(deps: OperatorActionsDeps): OperatorActions {
  const { db, clock } = deps;
  return {
    adjustBalance: (input) => adjustBalance(deps, input),
    async refundStars({ operatorTelegramId, chargeId }) {
      const actor = `operator:${operatorTelegramId}`;
      const at = clock.now();
      await writeAudit(db, {
        actor,
        action: "refund asked for",
        subjectKind: "payment",
        subject: chargeId,
        at,
      });
      const { kind } = await deps.topups.refundStars({ chargeId, actor, reason: "operator's refund" });
      if (kind === "refused") return { kind: "not_refundable" };
      return kind === "refunded" || kind === "already" ? { kind: "done" } : { kind };
    },
    ban: (input) => changeBan(deps, input),
    unban: (input) => changeBan(deps, { ...input, reason: null }),
    status: () => describeShop(db),
  };
}

async function adjustBalance(
  deps: OperatorActionsDeps,
  input: {
    key: string;
    operatorTelegramId: number;
    telegramId: number;
    amountMicros: bigint;
    reason: string;
  },
): Promise<OperatorActionResult> {
  const { key, amountMicros, reason } = input;
  const actor = `operator:${input.operatorTelegramId}`;
  try {
    const isFound = await inTransaction(deps.db, async (tx) => {
      const at = deps.clock.now();
      const buyer = await lockByTelegramId(tx, input.telegramId);
      if (!buyer) return false;
      const { created } = await adjust(tx, { key, buyerId: buyer.id, amountMicros, actor, reason, at });
      if (!created) return true;
      const after = { amountMicros: amountMicros.toString() };
      const about = { subjectKind: "buyer" as const, subject: buyer.id, buyerId: buyer.id };
      await writeAudit(tx, { actor, action: "balance adjusted", ...about, after, reason, at });
      const { availableMicros } = await selectBalance(tx, buyer.id);
      const amounts = { amountMicros: amountMicros.toString(), availableMicros: availableMicros.toString() };
      const message = { kind: "balance_adjusted" as const, ...amounts, reason };
      await enqueue(tx, {
        chatId: input.telegramId,
        buyerId: buyer.id,
        message,
        dedupeKey: `adjusted:${key}`,
        at,
      });
      return true;
    });
    if (!isFound) return { kind: "not_found" };
  } catch (error) {
    if (error instanceof ShopError) return { kind: "refused", code: error.code };
    throw error;
  }
  deps.onMessages();
  return { kind: "done" };
}

async function changeBan(
  deps: OperatorActionsDeps,
  input: { operatorTelegramId: number; telegramId: number; reason: string | null },
): Promise<OperatorActionResult> {
  const { telegramId, reason } = input;
  await inTransaction(deps.db, async (tx) => {
    const at = deps.clock.now();
    const { isChanged, subject, buyerId } = await setBan(tx, { telegramId, reason, at });
    if (!isChanged) return;
    const actor = `operator:${input.operatorTelegramId}`;
    const action = reason === null ? "ban lifted" : "banned";
    const subjectKind = buyerId === null ? "person" : "buyer";
    await writeAudit(tx, { actor, action, subjectKind, subject, buyerId, reason, at });
  });
  return { kind: "done" };
}

async function describeShop(db: Database): Promise<readonly string[]> {
  const facts = await selectShopFacts(db);
  return [
    `Open orders: ${facts.openOrders}, of them in doubt: ${facts.doubts}`,
    `Buyers' money: ${formatUsd(facts.availableMicros)} available, ${formatUsd(facts.heldMicros)} held; they owe ${formatUsd(facts.debtMicros)}`,
    `Revenue ${formatUsd(facts.revenueMicros)}, cost ${formatUsd(facts.costMicros)}, losses ${formatUsd(facts.lossMicros)}`,
    `Waiting: ${facts.inboxOpen} updates, ${facts.outboxOpen} messages`,
    `SMS that came after a release and were not paid for: ${facts.withheldSms}`,
    `Open findings of the self-check: ${facts.findings}`,
    ...facts.providers.map(
      ({ provider, state, reason, balanceMicros }) =>
        `${provider}: ${state === "open" ? `paused (${reason ?? "unknown"})` : "on sale"}${balanceMicros === null ? "" : `, balance ${formatUsd(balanceMicros)}`}`,
    ),
  ];
}

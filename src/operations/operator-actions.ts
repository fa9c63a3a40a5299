import type { Clock } from "../core/clock.ts";
import { ShopError, type ShopErrorCode } from "../core/errors.ts";
import { formatUsd } from "../core/money.ts";
import type { Database } from "../db/client.ts";
import { banBuyer, findByTelegramId, unbanBuyer } from "../db/queries/buyers.ts";
import { selectBalance } from "../db/queries/ledger.ts";
import { insertAudit } from "../db/queries/operations.ts";
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
  | { readonly kind: "refused"; readonly code: ShopErrorCode };

/**
 * What operators do from the chat. Each is audited in the transaction that does it; the caller has checked the
 * operator. `key` makes a redelivered update harmless.
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
      await insertAudit(db, { actor, action: "refund asked for", subject: chargeId, detail: "stars", at });
      const { kind } = await deps.topups.refundStars({ chargeId, actor, reason: "operator's refund" });
      if (kind === "not_found" || kind === "held") return { kind };
      return kind === "refused" ? { kind, code: "gateway_unavailable" } : { kind: "done" };
    },
    ban: (input) =>
      setBan(deps, input, (tx, id, at) => banBuyer(tx, id, input.reason, at), `ban: ${input.reason}`),
    unban: (input) => setBan(deps, input, (tx, id) => unbanBuyer(tx, id), "ban lifted"),
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
  const buyer = await findByTelegramId(deps.db, input.telegramId);
  if (!buyer) return { kind: "not_found" };
  const actor = `operator:${input.operatorTelegramId}`;
  try {
    await inTransaction(deps.db, async (tx) => {
      const at = deps.clock.now();
      const { created } = await adjust(tx, { key, buyerId: buyer.id, amountMicros, actor, reason, at });
      if (!created) return;
      const detail = `${formatUsd(amountMicros)}: ${reason}`;
      await insertAudit(tx, { actor, action: "balance adjusted", subject: buyer.id, detail, at });
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
    });
  } catch (error) {
    if (error instanceof ShopError) return { kind: "refused", code: error.code };
    throw error;
  }
  deps.onMessages();
  return { kind: "done" };
}

async function setBan(
  deps: OperatorActionsDeps,
  input: { operatorTelegramId: number; telegramId: number },
  change: (
    tx: Parameters<Parameters<typeof inTransaction>[1]>[0],
    buyerId: string,
    at: Date,
  ) => Promise<boolean>,
  detail: string,
): Promise<OperatorActionResult> {
  const buyer = await findByTelegramId(deps.db, input.telegramId);
  if (!buyer) return { kind: "not_found" };
  await inTransaction(deps.db, async (tx) => {
    const at = deps.clock.now();
    if (!(await change(tx, buyer.id, at))) return;
    const actor = `operator:${input.operatorTelegramId}`;
    await insertAudit(tx, { actor, action: "ban changed", subject: buyer.id, detail, at });
  });
  return { kind: "done" };
}

async function describeShop(db: Database): Promise<readonly string[]> {
  const facts = await selectShopFacts(db);
  return [
    `Open orders: ${facts.openOrders}, of them in doubt: ${facts.doubts}`,
    `Buyers' money: ${formatUsd(facts.availableMicros)} available, ${formatUsd(facts.heldMicros)} held`,
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

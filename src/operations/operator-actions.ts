import { lockByTelegramId } from "../buyers/people.ts";
import type { Clock } from "../core/clock.ts";
import { DeskRefusal } from "../core/desk-refusal.ts";
import { ShopError, type ShopErrorCode } from "../core/errors.ts";
import { formatUsd } from "../core/money.ts";
import type { Right, Staff } from "../core/staff.ts";
import type { Database, Tx } from "../db/client.ts";
import { selectShopFacts } from "../db/queries/shop-facts.ts";
import { inTransaction } from "../db/transaction.ts";
import type { TopupJobs } from "../topups/create-topups.ts";
import { adjustBuyer, type ChangeDeps, changeBan } from "./changes.ts";
import { beginPaymentRefund } from "./refund-payment.ts";

export interface OperatorActionsDeps extends ChangeDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly topups: Pick<TopupJobs, "beginRefund" | "finishRefund">;
  /** Who this is, in the transaction that changes something; throws DeskRefusal. See desk/staff. */
  readonly require: (tx: Tx, telegramId: number, right: Right) => Promise<Staff>;
  readonly onMessages: () => void;
}

export type OperatorActionResult =
  | { readonly kind: "done" }
  | { readonly kind: "not_found" }
  /** Telegram will not refund this payment; the buyer has the credit back. */
  | { readonly kind: "not_refundable" }
  /** Telegram did not answer; it is asked again every minute. */
  | { readonly kind: "pending" }
  | { readonly kind: "refused"; readonly code: ShopErrorCode }
  | { readonly kind: "desk"; readonly refusal: DeskRefusal };

/**
 * What operators do by typed commands, through the same changes as the desk's buttons. An update that is delivered twice
 * has the same id, and acts once.
 */
export interface OperatorActions {
  adjustBalance(input: {
    operatorTelegramId: number;
    telegramId: number;
    amountMicros: bigint;
    reason: string;
    updateId: number;
  }): Promise<OperatorActionResult>;
  refundStars(input: {
    operatorTelegramId: number;
    chargeId: string;
    updateId: number;
  }): Promise<OperatorActionResult>;
  /** Works on any Telegram id: a person who never came, or had their data deleted, is banned when they come. */
  ban(input: {
    operatorTelegramId: number;
    telegramId: number;
    reason: string;
    updateId: number;
  }): Promise<OperatorActionResult>;
  unban(input: {
    operatorTelegramId: number;
    telegramId: number;
    updateId: number;
  }): Promise<OperatorActionResult>;
  /** One plain line a fact. */
  status(): Promise<readonly string[]>;
}

export function createOperatorActions(deps: OperatorActionsDeps): OperatorActions {
  return {
    adjustBalance: (input) => adjustBalance(deps, input),
    refundStars: (input) => refund(deps, input),
    ban: (input) => ban(deps, input),
    unban: (input) => ban(deps, { ...input, reason: null }),
    status: () => describeShop(deps.db),
  };
}

type By = { readonly operatorTelegramId: number; readonly updateId: number };

async function adjustBalance(
  deps: OperatorActionsDeps,
  input: By & { telegramId: number; amountMicros: bigint; reason: string },
): Promise<OperatorActionResult> {
  const { amountMicros, reason, updateId } = input;
  return await attempt(deps, async (tx) => {
    const staff = await deps.require(tx, input.operatorTelegramId, "adjust");
    const buyer = await lockByTelegramId(tx, input.telegramId);
    if (!buyer) return { kind: "not_found" };
    const change = { staff, buyer, amountMicros, reason, updateId, at: deps.clock.now() };
    await adjustBuyer(tx, deps, { ...change, key: `update:${updateId}` });
    return { kind: "done" };
  });
}

async function refund(
  deps: OperatorActionsDeps,
  input: By & { chargeId: string },
): Promise<OperatorActionResult> {
  const { chargeId, operatorTelegramId, updateId } = input;
  const begun = await attempt(deps, async (tx) => {
    const staff = await deps.require(tx, operatorTelegramId, "adjust");
    return await beginPaymentRefund(tx, deps, {
      staff,
      chargeId,
      reason: "/refund",
      updateId,
      at: deps.clock.now(),
    });
  });
  if (begun.kind === "already") return { kind: "done" };
  if (begun.kind === "not_found") return { kind: "not_found" };
  if (begun.kind === "held") return { kind: "desk", refusal: new DeskRefusal("refund_held") };
  if (begun.kind !== "begun") return begun;
  const { kind } = await deps.topups.finishRefund(chargeId, begun.telegramId);
  if (kind === "refused") return { kind: "not_refundable" };
  return kind === "pending" || kind === "not_found" ? { kind } : { kind: "done" };
}

async function ban(
  deps: OperatorActionsDeps,
  input: By & { telegramId: number; reason: string | null },
): Promise<OperatorActionResult> {
  const { telegramId, reason, updateId } = input;
  return await attempt(deps, async (tx) => {
    const staff = await deps.require(tx, input.operatorTelegramId, "ban");
    await changeBan(tx, deps, { staff, telegramId, reason, updateId, at: deps.clock.now() });
    return { kind: "done" };
  });
}

/** The work in a transaction; what cannot be done is a result. */
async function attempt<T>(
  deps: OperatorActionsDeps,
  work: (tx: Tx) => Promise<T>,
): Promise<
  | T
  | { readonly kind: "refused"; readonly code: ShopErrorCode }
  | { readonly kind: "desk"; readonly refusal: DeskRefusal }
> {
  try {
    const result = await inTransaction(deps.db, work);
    deps.onMessages();
    return result;
  } catch (error) {
    if (error instanceof ShopError) return { kind: "refused", code: error.code };
    if (error instanceof DeskRefusal) return { kind: "desk", refusal: error };
    throw error;
  }
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

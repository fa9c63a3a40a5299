import { formatUsd } from "../../core/money.ts";
import type { Tx } from "../../db/client.ts";
import type { DoubtRow } from "../../db/queries/orphans.ts";
import { enqueueToAll } from "../../db/queries/outbox.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import { bookProviderLoss } from "../../wallet/wallet.ts";
import { failOrder } from "../buying/fail-or-doubt.ts";
import type { OrderDeps } from "../order-deps.ts";
import { type Split, splitLoss } from "./split-loss.ts";

/**
 * Settles doubts that no list can settle, by the provider's balance: if it fell by more than the books say, that much
 * was bought. The doubts whose costs explain the missing sum best, the older ones first, are booked as losses; the
 * others bought nothing. If the balance cannot tell either, each doubt is a possible loss. Every buyer gets the money back. `doubts`: how many this provider has in all.
 * `why`: why the list could not tell.
 */
export async function settleByBalance(
  deps: OrderDeps,
  provider: Provider,
  ripe: readonly DoubtRow[],
  { doubts, why }: { doubts: number; why: string },
): Promise<number> {
  if (ripe.length === 0) return 0;
  const missingMicros = await missingAt(deps, provider, doubts);
  if (missingMicros === undefined) return await releaseAll(deps, provider, ripe, why);
  const split = splitLoss(
    ripe.map(({ costMicros }) => costMicros),
    missingMicros,
  );
  const lost = ripe.filter((_, index) => split.bought.includes(index));
  for (const doubt of ripe.filter((row) => !lost.includes(row))) {
    await inTransaction(deps.db, (tx) =>
      failOrder(deps, tx, doubt.orderId, "in_doubt", "providers_unavailable"),
    );
    deps.checkpoint("reconcile/balance-intact");
  }
  await releaseAll(deps, provider, lost, reasonOf(split));
  deps.onMessages();
  return ripe.length;
}

/** For the operators: how sure it is which purchases took the missing money. */
function reasonOf({ restMicros, isOnly }: Split): string {
  if (restMicros !== 0n) {
    const difference = formatUsd(restMicros < 0n ? -restMicros : restMicros);
    return `the provider's balance fell; no purchases explain it exactly, the nearest differ by ${difference}`;
  }
  return isOnly
    ? "the provider's balance fell by exactly this"
    : "the provider's balance fell by the sum of such purchases; which ones is a guess";
}

async function missingAt(deps: OrderDeps, provider: Provider, doubts: number): Promise<bigint | undefined> {
  try {
    return await deps.missingAt(provider, doubts);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return undefined;
  }
}

/** Releases the hold of each doubt, books its cost as the operator's possible loss, and tells the operators. */
export async function releaseAll(
  deps: OrderDeps,
  provider: Pick<Provider, "name">,
  doubts: readonly DoubtRow[],
  why: string,
): Promise<number> {
  for (const doubt of doubts) {
    await inTransaction(deps.db, async (tx) => {
      const at = deps.clock.now();
      const row = await failOrder(deps, tx, doubt.orderId, "in_doubt", "providers_unavailable");
      if (!row) return;
      const loss = { orderId: row.id, provider: provider.name, amountMicros: doubt.costMicros };
      await bookPossibleLoss(deps, tx, { ...loss, why, at });
    });
    deps.checkpoint("reconcile/released");
    deps.logger.warn(
      { orderId: doubt.orderId, provider: provider.name, why },
      "doubt released, possible loss booked",
    );
  }
  if (doubts.length > 0) deps.onMessages();
  return doubts.length;
}

/** Books what a doubt may have cost as the operator's loss, and tells the operators. */
export async function bookPossibleLoss(
  deps: Pick<OrderDeps, "operatorChatIds">,
  tx: Tx,
  loss: { orderId: string; provider: string; amountMicros: bigint; why: string; at: Date },
): Promise<void> {
  const { orderId, provider, amountMicros, why, at } = loss;
  await bookProviderLoss(tx, { orderId, provider, amountMicros, reason: `purchase in doubt: ${why}`, at });
  const params = { provider, orderId, amountMicros: amountMicros.toString(), why };
  const message = { kind: "operator_notice" as const, notice: "possible_loss", params };
  await enqueueToAll(tx, deps.operatorChatIds, { message, subject: `possible_loss:${orderId}`, at });
}

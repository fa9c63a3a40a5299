import { addMs } from "../../core/clock.ts";
import { insertOrphan, type Orphan, selectOpenOrphans, settleOrphan } from "../../db/queries/orphans.ts";
import { enqueueToAll } from "../../db/queries/outbox.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import { bookStrayLoss } from "../../wallet/wallet.ts";
import { lossAtEnd } from "../book-loss.ts";
import type { OrderDeps } from "../order-deps.ts";

const BATCH = 20;
const GIVE_UP_MS = 60 * 60 * 1000;

/**
 * Cancels stray numbers: bought, but of no order (too dear, or more than the doubts needed). Where the provider says
 * "too early" or does not answer, the next round tries again. A number that had an SMS before it could be cancelled is
 * booked as lost.
 */
export async function giveBackOrphans(deps: OrderDeps, provider: Provider): Promise<void> {
  for (const orphan of await selectOpenOrphans(deps.db, provider.name, BATCH)) {
    try {
      const outcome = await giveBack(deps, provider, orphan);
      if (!outcome) continue;
      deps.checkpoint("orphans/answered");
      if (outcome === "lost") await loseStray(deps, orphan);
      else await settleOrphan(deps.db, orphan, { outcome, at: deps.clock.now() });
      deps.checkpoint("orphans/settled");
      deps.logger.info({ provider: provider.name, outcome }, "stray number settled");
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (isForgotten(deps, provider, orphan, error)) {
        await settleOrphan(deps.db, orphan, { outcome: "lost", at: deps.clock.now() });
        deps.checkpoint("orphans/forgotten");
        deps.logger.warn({ provider: provider.name, kind: error.kind }, "stray number given up");
        continue;
      }
      deps.logger.debug(
        { provider: provider.name, kind: error.kind },
        "stray number: provider does not answer",
      );
    }
  }
}

async function giveBack(
  deps: OrderDeps,
  provider: Provider,
  orphan: Orphan,
): Promise<"cancelled" | "lost" | undefined> {
  const hasRunOut = addMs(orphan.seenAt, lifetimeOf(deps, provider)) <= deps.clock.now();
  if (provider.capabilities.cancel) {
    const outcome = await provider.cancel(orphan.upstreamId, { priority: "background" });
    if (outcome.kind === "cancelled") return "cancelled";
    if (outcome.kind === "has_sms") return "lost";
  }
  if (!hasRunOut) return undefined;
  // It has run out: a provider that confirms that pays an unused number back.
  if (!provider.capabilities.poll)
    return lossAtEnd("by_clock", provider.capabilities.chargedAt) ? "lost" : "cancelled";
  const { status, sms } = await provider.check(orphan.upstreamId, { priority: "background" });
  return sms.length > 0 || status === "received" || status === "finished" ? "lost" : "cancelled";
}

/** The provider keeps the money for this number: books the loss, tells the operators, and closes the stray. */
export async function loseStray(deps: OrderDeps, orphan: Orphan): Promise<void> {
  const { provider, upstreamId, costMicros, seenAt } = orphan;
  await inTransaction(deps.db, async (tx) => {
    const at = deps.clock.now();
    await insertOrphan(tx, orphan);
    if (!(await settleOrphan(tx, orphan, { outcome: "lost", at }))) return;
    const amountMicros = costMicros ?? 0n;
    await bookStrayLoss(tx, { provider, upstreamId, seenAt, amountMicros, at });
    const params = { provider, amountMicros: amountMicros.toString() };
    const message = { kind: "operator_notice" as const, notice: "stray_lost", params };
    await enqueueToAll(tx, deps.operatorChatIds, {
      message,
      subject: `stray_lost:${provider}:${upstreamId}:${seenAt.getTime()}`,
      at,
    });
  });
  deps.logger.warn({ provider }, "stray number lost");
  deps.onMessages();
}

/** True if nothing better will come: the number has run out and is unknown upstream, or the provider has been silent for an hour since. */
function isForgotten(deps: OrderDeps, provider: Provider, orphan: Orphan, error: ProviderError): boolean {
  const graceMs = error.kind === "unknown_order" ? 0 : GIVE_UP_MS;
  return addMs(orphan.seenAt, lifetimeOf(deps, provider) + graceMs) <= deps.clock.now();
}

/** How long a number of this provider lives. */
export function lifetimeOf(deps: OrderDeps, provider: Provider): number {
  return provider.capabilities.lifetimeMs ?? deps.defaults.lifetimeMs;
}

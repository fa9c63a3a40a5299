import { addMs } from "../core/clock.ts";
import { type Orphan, selectOpenOrphans, settleOrphan } from "../db/queries/orphans.ts";
import { ProviderError } from "../providers/errors.ts";
import type { Provider } from "../providers/provider.ts";
import type { OrderDeps } from "./deps.ts";

const BATCH = 20;
const GIVE_UP_MS = 60 * 60 * 1000;

/**
 * Cancels numbers that were bought and are no order's (too dear, or surplus of a doubt). "Too early" and a silent
 * provider mean "later"; a number that cannot be cancelled until it has run out is lost, and is logged as such.
 */
export async function giveBackOrphans(deps: OrderDeps, provider: Provider): Promise<void> {
  for (const orphan of await selectOpenOrphans(deps.db, provider.name, BATCH)) {
    try {
      const outcome = await giveBack(deps, provider, orphan);
      if (!outcome) continue;
      deps.checkpoint("orphans/answered");
      await settleOrphan(deps.db, provider.name, orphan.upstreamId, { outcome, at: deps.clock.now() });
      deps.checkpoint("orphans/settled");
      deps.logger.info({ provider: provider.name, outcome }, "stray number settled");
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (isForgotten(deps, provider, orphan, error)) {
        await settleOrphan(deps.db, provider.name, orphan.upstreamId, {
          outcome: "lost",
          at: deps.clock.now(),
        });
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
  if (!provider.capabilities.cancel) return hasRunOut ? "cancelled" : undefined;
  const outcome = await provider.cancel(orphan.upstreamId, { priority: "background" });
  if (outcome.kind === "cancelled") return "cancelled";
  if (outcome.kind === "has_sms") return "lost";
  // Run out upstream: unused numbers are given back by the provider itself.
  return hasRunOut ? "cancelled" : undefined;
}

/** Unknown upstream once it has run out, or unanswered for an hour longer: to ask on would keep others waiting. */
function isForgotten(deps: OrderDeps, provider: Provider, orphan: Orphan, error: ProviderError): boolean {
  const graceMs = error.kind === "unknown_order" ? 0 : GIVE_UP_MS;
  return addMs(orphan.seenAt, lifetimeOf(deps, provider) + graceMs) <= deps.clock.now();
}

function lifetimeOf(deps: OrderDeps, provider: Provider): number {
  return provider.capabilities.lifetimeMs ?? deps.defaults.lifetimeMs;
}

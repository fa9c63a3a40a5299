import { addMs } from "../../core/clock.ts";
import { acquireLease, releaseLease } from "../../db/queries/leases.ts";
import type { Provider } from "../../providers/port/provider.ts";
import type { OrderDeps } from "../order-deps.ts";
import { createAsker } from "./ask.ts";
import { giveUpUnasked } from "./give-up.ts";
import { openSession, type Session } from "./session.ts";

/** Twice as long as a step takes; short, because after a crash no code is seen before another replica gets the lease. */
const LEASE_MS = 4_000;
/** How often to look for orders that nobody could be asked about for too long. */
const GIVE_UP_INTERVAL_MS = 60_000;

/** The name of the lease under which one process watches this provider. */
export function watchLease(provider: string): string {
  return `watch:${provider}`;
}

export interface Watcher {
  /** Asks what is worth asking. False: nothing was due, or the provider takes no more questions now. */
  step(signal: AbortSignal): Promise<boolean>;
  /** Lets another replica take over at once. */
  release(): Promise<void>;
}

/**
 * Watches one provider's orders. A lease row lets one replica at a time do it, so that requests are not made twice. It
 * saves requests only: two watchers at once would do no harm, because each decision is made under the order's row lock.
 * The orders are kept in memory (session.ts), and policy/plan.ts says which to ask about; rows change only with news.
 */
export function createWatcher(deps: OrderDeps, provider: Provider, holder: string): Watcher {
  const { db, clock } = deps;
  const asker = createAsker(deps, provider);
  let session: Session | undefined;
  let nextGiveUpAt = new Date(0);

  return {
    async step(signal) {
      const lease = await acquireLease(db, watchLease(provider.name), holder, LEASE_MS);
      if (!lease) {
        session = undefined;
        return false;
      }
      if (session?.lease.epoch !== lease.epoch) session = await openSession(deps, provider, lease);
      const now = clock.now();
      if (nextGiveUpAt <= now) {
        nextGiveUpAt = addMs(now, GIVE_UP_INTERVAL_MS);
        await giveUpUnasked(deps, provider, session.since);
      }
      return await asker.askOn(session, signal);
    },
    async release() {
      await asker.rest();
      if (session) await releaseLease(db, session.lease);
      session = undefined;
    },
  };
}

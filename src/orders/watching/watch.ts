import { addMs } from "../../core/clock.ts";
import type { Provider } from "../../providers/port/provider.ts";
import type { OrderDeps } from "../order-deps.ts";
import { createAsker } from "./ask.ts";
import { giveUpUnasked } from "./give-up.ts";
import { type KeptLease, keepLease } from "./kept-lease.ts";
import { openSession, type Session } from "./session.ts";

/** How often to try to become the replica that watches. */
const LEASE_RETRY_MS = 250;
/** How often to look for orders that nobody could be asked about for too long. */
const GIVE_UP_INTERVAL_MS = 60_000;

/** The name of the lease under which one process watches this provider. */
export function watchLease(provider: string): string {
  return `watch:${provider}`;
}

export interface Watcher {
  /**
   * Asks what is worth asking. Returns for how many milliseconds nothing more can be asked, because nothing is due or the
   * provider takes no more questions; 0: there may be more to ask now.
   */
  step(signal: AbortSignal): Promise<number>;
  /** Lets another replica take over at once. */
  release(): Promise<void>;
}

/**
 * Watches one provider's orders. A lease row lets one replica at a time do it, so that requests are not made twice. It
 * saves requests only: two watchers at once would do no harm, because each decision is made under the order's row lock.
 * The orders are kept in memory (session.ts), and policy/plan.ts says which to ask about; rows change only with news.
 */
export function createWatcher(deps: OrderDeps, provider: Provider, holder: string): Watcher {
  const { clock } = deps;
  const asker = createAsker(deps, provider);
  let kept: KeptLease | undefined;
  let session: Session | undefined;
  let nextGiveUpAt = new Date(0);

  const isHeld = (): boolean => kept?.isHeld() ?? false;

  return {
    async step(signal) {
      if (!isHeld()) kept = await keepLease(deps, watchLease(provider.name), holder);
      if (!kept) {
        session = undefined;
        return LEASE_RETRY_MS;
      }
      kept.use();
      if (session?.lease.epoch !== kept.lease.epoch)
        session = await openSession(deps, provider, { lease: kept.lease, isHeld });
      const now = clock.now();
      if (nextGiveUpAt <= now) {
        nextGiveUpAt = addMs(now, GIVE_UP_INTERVAL_MS);
        await giveUpUnasked(deps, provider, session.since);
      }
      return await asker.askOn(session, signal);
    },
    async release() {
      // First, because a request on its way may take seconds, and its answer does no harm beside another watcher.
      await kept?.release();
      kept = undefined;
      session = undefined;
      await asker.rest();
    },
  };
}

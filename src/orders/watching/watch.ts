import { addMs } from "../../core/clock.ts";
import { acquireLease, releaseLease } from "../../db/queries/leases.ts";
import type { Provider } from "../../providers/port/provider.ts";
import type { OrderDeps } from "../order-deps.ts";
import type { Entry } from "./book.ts";
import { giveUpUnasked } from "./give-up.ts";
import { readList } from "./list-round.ts";
import { lookAt, type Outcome, storeListed } from "./look.ts";
import { createPace } from "./pace.ts";
import { type Ask, plan, type Situation } from "./policy/plan.ts";
import { openSession, type Session } from "./session.ts";

/** Twice as long as a step takes; short, because after a crash no code is seen before another replica gets the lease. */
const LEASE_MS = 4_000;
/** A step ends after so long, whatever is still on its way: that goes on, and other orders do not wait for it. */
const STEP_MS = 2_000;
/** News and freed budget are looked for this often within a step. */
const TICK_MS = 250;
/** How often to look for orders that nobody could be asked about for too long. */
const GIVE_UP_INTERVAL_MS = 60_000;
/** After a list that failed, orders are asked about one by one for so long. */
const LIST_RETRY_MS = 15_000;

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
  const { clock } = deps;
  const pace = createPace();
  let session: Session | undefined;
  let nextGiveUpAt = new Date(0);
  let list = { begunAtMs: 0, isRunning: false, notBeforeMs: 0 };
  /** Requests on their way, also those of earlier steps. */
  const inHand = new Set<Promise<unknown>>();

  function situationOf({ waits, trust }: Session): Situation {
    const now = clock.now();
    return {
      now,
      capabilities: provider.capabilities,
      waits,
      budget: pace.window(inHand.size),
      ratePerSecond: pace.ratePerSecond(),
      lists: list.notBeforeMs > now.getTime() ? "none" : list,
      areWebhooksTrusted: provider.capabilities.webhook && trust.isTrusted(now.getTime()),
    };
  }

  async function readOnce(of: Session): Promise<Outcome> {
    list = { ...list, begunAtMs: clock.now().getTime(), isRunning: true };
    try {
      const store = (
        entry: Entry,
        observation: Parameters<typeof storeListed>[3]["observation"],
        askedAtMs: number,
      ) => storeListed(deps, provider, of, { entry, observation, askedAtMs });
      const end = await readList({ deps, provider, book: of.book, store });
      if (end === "failed") list = { ...list, notBeforeMs: clock.now().getTime() + LIST_RETRY_MS };
      return end === "spent" ? "spent" : "asked";
    } catch (error) {
      deps.logger.error({ provider: provider.name, err: error }, "reading a list failed");
      list = { ...list, notBeforeMs: clock.now().getTime() + LIST_RETRY_MS };
      return "asked";
    } finally {
      list = { ...list, isRunning: false };
    }
  }

  function start(ask: Ask<Entry>, of: Session): Promise<Outcome> {
    const job = ask.kind === "list" ? readOnce(of) : lookAt(deps, provider, of, ask.order);
    inHand.add(job);
    void job.finally(() => inHand.delete(job));
    return job;
  }

  /** Asks until nothing is worth asking any more, the budget is spent, or the step has lasted long enough. */
  async function askOn(of: Session, signal: AbortSignal): Promise<boolean> {
    const until = addMs(clock.now(), STEP_MS);
    const running = new Set<Promise<Outcome>>();
    let isSpent = false;
    let hasAsked = false;
    for (let turn = 0; ; turn += 1) {
      await of.takeNews(turn === 0);
      const asks = isSpent || signal.aborted ? [] : plan(of.book.orders, situationOf(of));
      const batch = asks.map((ask) => start(ask, of));
      const outcomes: Outcome[] = [];
      for (const job of batch) {
        running.add(job);
        void job.then((outcome) => {
          running.delete(job);
          outcomes.push(outcome);
          if (outcome !== "asked") isSpent = true;
        });
      }
      if (batch.length > 0) hasAsked = true;
      if (running.size === 0 && batch.length === 0) break;
      await withinTick(running);
      const refused = outcomes.filter((outcome) => outcome === "spent").length;
      if (batch.length > 0) pace.learn(batch.length, batch.length - refused, clock.now().getTime());
      if (clock.now() >= until) break;
    }
    return hasAsked && !isSpent;
  }

  /** Resolves when all of these have ended, or after a tick. */
  async function withinTick(running: ReadonlySet<Promise<unknown>>): Promise<void> {
    const done = new AbortController();
    await Promise.race([Promise.all(running), clock.sleep(TICK_MS, done.signal)]);
    done.abort();
  }

  return {
    async step(signal) {
      const lease = await acquireLease(deps.db, `watch:${provider.name}`, holder, LEASE_MS);
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
      return await askOn(session, signal);
    },
    async release() {
      await Promise.all(inHand);
      if (session) await releaseLease(deps.db, session.lease);
      session = undefined;
    },
  };
}

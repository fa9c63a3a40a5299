import type { Clock } from "../../core/clock.ts";
import type { Provider } from "../../providers/port/provider.ts";
import type { OrderDeps } from "../order-deps.ts";
import type { Entry } from "./book.ts";
import { readList } from "./list-round.ts";
import { lookAt, type Outcome, storeListed } from "./look.ts";
import { type Ask, plan, type Situation } from "./policy/plan.ts";
import { priorityOf } from "./policy/timing.ts";
import type { Session } from "./session.ts";

/** A step ends after so long, whatever is still on its way: that goes on, and other orders do not wait for it. */
const STEP_MS = 2_000;
/** Freed budget is looked for this often within a step, and news every second time or less. */
const TICK_MS = 100;
/** The pause when nothing is worth asking, and the longest when the budget is spent … */
const IDLE_MS = 250;
/** … and the shortest then: each step costs a few statements. */
const SPENT_MS = 100;
/** The most requests of one provider that are on their way at once. The budget allows fewer if answers come fast. */
const MOST_IN_HAND = 64;
/** After a list that failed, orders are asked about one by one for so long. */
const LIST_RETRY_MS = 15_000;
/** Until the budget has told its rate. */
const FIRST_RATE = 1;

export interface Asker {
  /**
   * Asks until nothing is worth asking any more, the budget is spent, this has lasted long enough, or another replica may
   * watch. Returns for how many milliseconds nothing more can be asked; 0: there may be more to ask now.
   */
  askOn(session: Session, signal: AbortSignal): Promise<number>;
  /** Resolves when no request is on its way any more. */
  rest(): Promise<void>;
}

/** Sends what the policy wants to ask, as far as the request budget goes. */
export function createAsker(deps: OrderDeps, provider: Provider): Asker {
  const { clock } = deps;
  const lists = createLists(deps, provider);
  /** Requests on their way, also those of earlier steps. */
  const inHand = new Set<Promise<unknown>>();
  let requestsPerSecond = FIRST_RATE;
  /** When the budget had no more turns, in how long it has the next. */
  let nextTurnMs = IDLE_MS;

  function situationOf({ waits, trust }: Session): Situation {
    const now = clock.now();
    return {
      now,
      capabilities: provider.capabilities,
      waits,
      budget: Math.max(0, MOST_IN_HAND - inHand.size),
      ratePerSecond: requestsPerSecond,
      lists: lists.state(now),
      areWebhooksTrusted: provider.capabilities.webhook && trust.isTrusted(now.getTime()),
    };
  }

  /** As many of these requests, from the first, as the budget has turns for now. */
  async function granted<T>(
    priority: "list" | "poll" | "background",
    asks: readonly T[],
  ): Promise<readonly T[]> {
    if (asks.length === 0) return asks;
    const reserved = await provider.reserve(priority, asks.length);
    requestsPerSecond = reserved.requestsPerSecond;
    if (reserved.count < asks.length) nextTurnMs = Math.min(nextTurnMs, reserved.nextInMs);
    return asks.slice(0, reserved.count);
  }

  /** What may be asked now. What is left over of the budget is what nobody else wants. */
  async function choose(of: Session): Promise<{ asks: readonly Ask<Entry>[]; isSpent: boolean }> {
    nextTurnMs = IDLE_MS;
    const wanted = plan(of.book.orders, situationOf(of));
    const now = clock.now();
    const needsTurn = wanted.filter((ask) => provider.capabilities.poll || isFinish(ask));
    const taps = wanted.filter((ask) => !needsTurn.includes(ask) || isTap(ask, now));
    const lists = await granted("list", needsTurn.filter(isList));
    const polls = needsTurn.filter((ask) => !isTap(ask, now) && !isLeftOver(ask) && !isList(ask));
    const grantedPolls = await granted("poll", polls);
    const leftOver = grantedPolls.length === polls.length ? needsTurn.filter(isLeftOver) : [];
    const asks = [...taps, ...lists, ...grantedPolls, ...(await granted("background", leftOver))];
    return { asks, isSpent: asks.length < wanted.length };
  }

  function start(ask: Ask<Entry>, of: Session): Promise<Outcome> {
    const job = ask.kind === "list" ? lists.read(of) : lookAt(deps, provider, of, ask.order, ask.reason);
    inHand.add(job);
    void job.finally(() => inHand.delete(job));
    return job;
  }

  return {
    async askOn(session, signal) {
      const untilMs = clock.now().getTime() + STEP_MS;
      const running = new Set<Promise<Outcome>>();
      let isSpent = false;
      let hasAsked = false;
      for (let turn = 0; ; turn += 1) {
        await session.takeNews(turn === 0);
        const none = { asks: [], isSpent };
        const isOver = isSpent || signal.aborted || !session.isHeld();
        const chosen = isOver ? none : await choose(session);
        for (const ask of chosen.asks) {
          const job = start(ask, session);
          running.add(job);
          void job.then((outcome) => {
            running.delete(job);
            isSpent ||= outcome === "spent";
          });
          hasAsked = true;
        }
        if (running.size === 0 && chosen.asks.length === 0) {
          if (chosen.isSpent) return Math.max(SPENT_MS, nextTurnMs);
          return hasAsked ? 0 : IDLE_MS;
        }
        await withinTick(clock, running);
        if (clock.now().getTime() >= untilMs) return hasAsked && !isSpent ? 0 : IDLE_MS;
      }
    },
    async rest() {
      await Promise.all(inHand);
    },
  };
}

function isLeftOver(ask: Ask<Entry>): boolean {
  return ask.kind === "look" && ask.reason === "left over";
}

function isList(ask: Ask<Entry>): boolean {
  return ask.kind === "list";
}

function isFinish(ask: Ask<Entry>): boolean {
  return ask.kind === "look" && ask.order.state === "finished";
}

/** A look that a buyer waits for: its request queues by itself, before all polls. */
function isTap(ask: Ask<Entry>, now: Date): boolean {
  return ask.kind === "look" && ask.reason === "decision" && priorityOf(ask.order, now) === "tap";
}

/** Resolves when all of these have ended, or after a tick. */
async function withinTick(clock: Clock, running: ReadonlySet<Promise<unknown>>): Promise<void> {
  const done = new AbortController();
  await Promise.race([Promise.all(running), clock.sleep(TICK_MS, done.signal)]);
  done.abort();
}

/** The provider's list: one round at a time, and none for a while after one that failed. */
function createLists(deps: OrderDeps, provider: Provider) {
  const { clock } = deps;
  let state = { begunAtMs: 0, isRunning: false };
  let notBeforeMs = 0;
  return {
    state: (now: Date) => (notBeforeMs > now.getTime() ? ("none" as const) : state),
    /** Never rejects. */
    async read(of: Session): Promise<Outcome> {
      state = { begunAtMs: clock.now().getTime(), isRunning: true };
      try {
        const end = await readList({
          deps,
          provider,
          book: of.book,
          isHeld: of.isHeld,
          store: (entry, observation, askedAtMs) =>
            storeListed(deps, provider, of, { entry, observation, askedAtMs }),
        });
        if (end === "failed") notBeforeMs = clock.now().getTime() + LIST_RETRY_MS;
        return end === "spent" ? "spent" : "asked";
      } catch (error) {
        deps.logger.error({ provider: provider.name, err: error }, "reading a list failed");
        notBeforeMs = clock.now().getTime() + LIST_RETRY_MS;
        return "asked";
      } finally {
        state = { ...state, isRunning: false };
      }
    },
  };
}

import type { Observation, Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import type { OrderDeps } from "../order-deps.ts";
import type { Book, Entry } from "./book.ts";
import { isListable } from "./policy/plan.ts";
import { isDecisionDue } from "./policy/timing.ts";
import { isNothingNew } from "./seen.ts";

/** So many orders with news are stored at once; each takes a database connection. */
const STORED_AT_ONCE = 4;

/** How a round of the list ended. "spent": the budget ran out on the way. "left": to another replica. */
export type RoundEnd = "whole" | "spent" | "failed" | "left";

export interface ListRound {
  readonly deps: Pick<OrderDeps, "clock" | "logger" | "checkpoint">;
  readonly provider: Provider;
  readonly book: Book;
  /** Stores what is new of one order. Never rejects. */
  readonly store: (entry: Entry, observation: Observation, askedAtMs: number) => Promise<void>;
  /** False: another replica may watch by now. */
  readonly isHeld: () => boolean;
}

/**
 * Reads the provider's list once, page by page, for all orders that it can show something new of. An order without news
 * costs no statement. What no page of a whole round showed is asked about one by one from then on.
 */
export async function readList(round: ListRound): Promise<RoundEnd> {
  const { deps, provider, book } = round;
  const now = deps.clock.now();
  const asked = new Map<string, { entry: Entry; round: number }>();
  for (const entry of book.orders.values()) {
    if (isListable(entry, now)) asked.set(entry.upstreamId, { entry, round: entry.round });
  }
  const covered = new Set<string>();
  let storing = Promise.resolve();
  try {
    let askedAtMs = now.getTime();
    for await (const page of provider.checkMany([...asked.keys()], { priority: "list" })) {
      deps.checkpoint("watch/list-answered");
      const news: (() => Promise<void>)[] = [];
      for (const [upstreamId, observation] of page) {
        const found = asked.get(upstreamId);
        if (!found) continue;
        covered.add(upstreamId);
        const { entry } = found;
        if (book.orders.get(entry.id) !== entry || entry.round !== found.round) continue;
        if (takeUnchanged(entry, observation, askedAtMs, deps.clock.now())) continue;
        const atMs = askedAtMs;
        news.push(() => round.store(entry, observation, atMs));
      }
      // One page is stored while the next is asked for.
      await storing;
      storing = runAll(news);
      if (!round.isHeld()) return "left";
      // A long list's next pages are on their way already, for about a second at most.
      askedAtMs = deps.clock.now().getTime();
    }
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    deps.logger.debug({ provider: provider.name, kind: error.kind }, "list check failed");
    return error.wasAsked ? "failed" : "spent";
  } finally {
    await storing;
  }
  for (const [upstreamId, { entry }] of asked) if (!covered.has(upstreamId)) entry.isUnlisted = true;
  return "whole";
}

/** True if the answer needs no statement. A number that has ended meanwhile is asked about by itself. */
function takeUnchanged(entry: Entry, observation: Observation, askedAtMs: number, now: Date): boolean {
  entry.isUnlisted = false;
  if (!isNothingNew(entry, observation)) return false;
  if (!isDecisionDue(entry, now)) entry.lookedAtMs = Math.max(entry.lookedAtMs, askedAtMs);
  return true;
}

async function runAll(jobs: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...jobs];
  const work = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await job();
  };
  await Promise.all(Array.from({ length: Math.min(STORED_AT_ONCE, left.length) }, work));
}

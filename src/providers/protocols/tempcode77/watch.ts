import { readPages } from "../../parsing/pages.ts";
import type { Observation, Priority, Provider } from "../../port/provider.ts";
import { ProviderError } from "../../port/provider-error.ts";
import type { WatchedRow } from "./answers.ts";

/** The requests that watching sends. */
export interface WatchedAccount {
  /** One page of our activations, newest first. Pages count from 1. */
  page(page: number, priority: Priority): Promise<readonly WatchedRow[]>;
  /** The up-to-date state of one activation: its SMS, and when it will end. */
  get(upstreamId: string, priority: Priority): Promise<Observation>;
}

/** The most activations fetched in one call. The others are checked one by one. */
const MAX_FETCHES = 10;
const LOOKS = 3;
/** The list counts as outdated after this many SMS in a row were found by spot checks instead of by the list. */
const FINDS_OF_A_LIST_BEHIND = 3;
/** Far more than the open orders. Those without a spot check for longest are forgotten first. */
const MAX_REMEMBERED = 1_000;

/**
 * Checks many activations by their list. The documentation promises only for `get` and `poll` that they are up to date, so
 * the list is believed only when it says that a number still waits. All other rows are fetched one by one. If there are
 * none, a few waiting activations are spot-checked in turn. When spot checks keep finding SMS that the list does not show,
 * the list is not used any more: the result is empty, and the caller checks each order on its own, within the budget.
 */
export function createListWatch(account: WatchedAccount): Provider["checkMany"] {
  /** Waiting activations, the one without a spot check for longest first. */
  const turns = new Set<string>();
  let findsOfLooks = 0;

  function nextInTurn(quiet: readonly string[]): readonly string[] {
    const isQuiet = new Set(quiet);
    const next = [...turns].filter((id) => isQuiet.has(id)).slice(0, LOOKS);
    for (const id of next) turns.delete(id);
    // New activations were rented a moment ago, so they are added after the selection: their turn is the next pass.
    for (const id of quiet) turns.add(id);
    for (const id of [...turns].slice(0, Math.max(0, turns.size - MAX_REMEMBERED))) turns.delete(id);
    return next;
  }

  async function look(upstreamId: string, seen: Map<string, Observation>): Promise<void> {
    // A spot check is less urgent than every other request.
    const observation = await account.get(upstreamId, "background");
    seen.set(upstreamId, observation);
    if (observation.sms.length > 0) findsOfLooks += 1;
  }

  async function fetch(upstreamId: string, seen: Map<string, Observation>): Promise<void> {
    // The list shows that an SMS has arrived, and a buyer waits for it.
    const observation = await account.get(upstreamId, "tap");
    seen.set(upstreamId, observation);
    if (observation.sms.length > 0) findsOfLooks = 0;
  }

  return async (upstreamIds, { priority }) => {
    if (findsOfLooks >= FINDS_OF_A_LIST_BEHIND) return new Map();
    const rows = await listed(account, upstreamIds, priority);
    const quiet = upstreamIds.filter((id) => rows.get(id)?.isWaiting === true);
    const moved = upstreamIds.filter((id) => rows.get(id)?.isWaiting === false);
    const seen = new Map<string, Observation>(quiet.map((id) => [id, { status: "waiting", sms: [] }]));
    // Spot checks may wait long for the request budget, so they are skipped while codes must be fetched.
    if (moved.length > 0) await untilFailure(moved.slice(0, MAX_FETCHES), (id) => fetch(id, seen));
    else await untilFailure(nextInTurn(quiet), (id) => look(id, seen));
    return seen;
  };
}

/** The rows of the list. Stops when no wanted row can follow: ids grow, and the newest come first. */
async function listed(
  account: WatchedAccount,
  wanted: readonly string[],
  priority: Priority,
): Promise<ReadonlyMap<string, WatchedRow>> {
  const { rows } = await readPages(
    (index) => account.page(index + 1, priority),
    (found, latest) =>
      wanted.every((id) => found.has(id) || latest.some(({ upstreamId }) => isOlder(upstreamId, id))),
  );
  return rows;
}

/** Compares as bigint, because ids may be too large for a double. */
function isOlder(upstreamId: string, than: string): boolean {
  return BigInt(upstreamId) < BigInt(than);
}

/** Stops at the first ProviderError and keeps the results so far. The other orders are checked one by one. */
async function untilFailure(ids: readonly string[], run: (id: string) => Promise<void>): Promise<void> {
  try {
    for (const id of ids) await run(id);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
  }
}

import { readPages } from "../../parsing/pages.ts";
import type { Observation, Priority, Provider } from "../../port/provider.ts";
import { ProviderError } from "../../port/provider-error.ts";
import type { WatchedRow } from "./answers.ts";

/** What watching needs of the account. */
export interface WatchedAccount {
  /** One page of our activations, the newest first. */
  page(page: number, priority: Priority): Promise<readonly WatchedRow[]>;
  /** One activation in step with the number's source: its SMS, and when it will end. */
  get(upstreamId: string, priority: Priority): Promise<Observation>;
}

/** SMS fetched in one go; the rest are left to single checks. */
const MAX_FETCHES = 10;
const LOOKS = 3;
/** SMS found by looks, and none by the list in between, before the list counts as behind. */
const FINDS_OF_A_LIST_BEHIND = 3;
/** Far more numbers than can be open; the ones not looked at for longest are forgotten first. */
const MAX_REMEMBERED = 1_000;

/**
 * Watches many activations by their list. The documentation promises only for `get` and `poll` that they are in step
 * with the source of the numbers, so the list is believed in one thing: that a number still waits. Rows that say
 * anything else are fetched one by one, and at every pass a few of the waiting ones are looked at, in turn. When
 * these looks keep finding SMS that the list does not show, the list is behind and is not used any more: the answer
 * is empty, and the caller asks about each order by itself, as fast as the budget allows.
 */
export function createListWatch(account: WatchedAccount): Provider["checkMany"] {
  /** The longest not looked at comes first. */
  const turns = new Set<string>();
  let findsOfLooks = 0;

  function nextInTurn(quiet: readonly string[]): readonly string[] {
    const isQuiet = new Set(quiet);
    const next = [...turns].filter((id) => isQuiet.has(id)).slice(0, LOOKS);
    for (const id of next) turns.delete(id);
    // One seen for the first time was rented a moment ago: its turn comes with the next pass.
    for (const id of quiet) turns.add(id);
    for (const id of [...turns].slice(0, Math.max(0, turns.size - MAX_REMEMBERED))) turns.delete(id);
    return next;
  }

  async function look(upstreamId: string, seen: Map<string, Observation>): Promise<void> {
    // Only a spot check, so every other request goes first.
    const observation = await account.get(upstreamId, "background");
    seen.set(upstreamId, observation);
    if (observation.sms.length > 0) findsOfLooks += 1;
  }

  async function fetch(upstreamId: string, seen: Map<string, Observation>): Promise<void> {
    // The list shows that its SMS has come, and a buyer waits for it.
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
    // Spot checks may wait long for the request budget, so they are left out while codes have to be fetched.
    if (moved.length > 0) await untilFailure(moved.slice(0, MAX_FETCHES), (id) => fetch(id, seen));
    else await untilFailure(nextInTurn(quiet), (id) => look(id, seen));
    return seen;
  };
}

/** Our rows. Reads on only while a wanted one can be further back: ids grow, and the newest come first. */
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

/** Ids are whole numbers that may be too large for a double. */
function isOlder(upstreamId: string, than: string): boolean {
  return BigInt(upstreamId) < BigInt(than);
}

/** Stops at the first ProviderError. What was learnt so far counts; the other orders are checked one by one. */
async function untilFailure(ids: readonly string[], run: (id: string) => Promise<void>): Promise<void> {
  try {
    for (const id of ids) await run(id);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
  }
}

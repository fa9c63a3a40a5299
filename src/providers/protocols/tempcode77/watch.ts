import { eachPage } from "../../parsing/pages.ts";
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
const MAX_REMEMBERED = 20_000;

type Pages = AsyncGenerator<ReadonlyMap<string, Observation>, void, undefined>;

/**
 * Checks many activations by their list. The documentation promises only for `get` and `poll` that they are up to date, so
 * the list is believed only when it says that a number still waits. All other rows are fetched one by one, once for each
 * state that the list shows. If there are none, a few waiting activations are spot-checked in turn. When spot checks keep
 * finding SMS that the list does not show, the list is not used any more: the result is empty, and the caller checks each
 * order on its own, within the budget. A request for a single activation that fails ends these requests for this call.
 */
export function createListWatch(account: WatchedAccount): Provider["checkMany"] {
  /** Waiting activations, the one without a spot check for longest first. */
  const turns = new Set<string>();
  /** What was fetched of activations with an SMS, and the state that the list showed then. */
  const fetched = new Map<string, { readonly state: string; readonly observation: Observation }>();
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

  /** A spot check. It is less urgent than every other request. */
  async function look(upstreamId: string): Promise<Observation> {
    const observation = await account.get(upstreamId, "background");
    if (observation.sms.length > 0) findsOfLooks += 1;
    return observation;
  }

  /** The list shows that an SMS has arrived, and a buyer waits for it. */
  async function fetch({ upstreamId, state }: WatchedRow): Promise<Observation> {
    const observation = await account.get(upstreamId, "tap");
    if (observation.sms.length === 0) return observation;
    findsOfLooks = 0;
    fetched.delete(upstreamId);
    fetched.set(upstreamId, { state, observation });
    const [oldest] = fetched.size > MAX_REMEMBERED ? fetched.keys() : [];
    if (oldest !== undefined) fetched.delete(oldest);
    return observation;
  }

  function known({ upstreamId, state, isWaiting }: WatchedRow): Observation | undefined {
    if (isWaiting) return { status: "waiting", sms: [] };
    const last = fetched.get(upstreamId);
    return last?.state === state ? last.observation : undefined;
  }

  return async function* (upstreamIds, { priority }): Pages {
    if (findsOfLooks >= FINDS_OF_A_LIST_BEHIND || upstreamIds.length === 0) return;
    const places = new Map(upstreamIds.map((id, place) => [id, place]));
    const placeOf = ({ upstreamId }: WatchedRow): number => places.get(upstreamId) ?? 0;
    const missing = new Set(upstreamIds);
    const quiet = new Set<string>();
    let fetchesLeft = MAX_FETCHES;
    for await (const { rows } of eachPage({ read: (index) => account.page(index + 1, priority) })) {
      const listed = rows.filter(({ upstreamId }) => places.has(upstreamId));
      const seen = new Map<string, Observation>();
      const moved: WatchedRow[] = [];
      for (const row of listed) {
        missing.delete(row.upstreamId);
        if (row.isWaiting) quiet.add(row.upstreamId);
        const observation = known(row);
        if (observation) seen.set(row.upstreamId, observation);
        else moved.push(row);
      }
      yield seen;
      // The caller names the most urgent orders first.
      const now = moved.sort((a, b) => placeOf(a) - placeOf(b)).slice(0, fetchesLeft);
      const done = yield* oneByOne(now, ({ upstreamId }) => upstreamId, fetch);
      fetchesLeft = done ? fetchesLeft - now.length : 0;
      if (isReadFarEnough(missing, rows)) break;
    }
    // Spot checks may wait long for the request budget, so they are skipped while codes must be fetched.
    const waiting = upstreamIds.filter((id) => quiet.has(id));
    if (fetchesLeft === MAX_FETCHES) yield* oneByOne(nextInTurn(waiting), (id) => id, look);
  };
}

/** True: no missing order can follow, because ids grow and the newest come first. */
function isReadFarEnough(missing: ReadonlySet<string>, rows: readonly WatchedRow[]): boolean {
  // Compared as bigint, because ids may be too large for a double.
  const ids = rows.map(({ upstreamId }) => BigInt(upstreamId));
  const oldest = ids.reduce((least, id) => (id < least ? id : least));
  return [...missing].every((id) => BigInt(id) > oldest);
}

/** Asks for each and yields its answer. False: stopped at a ProviderError; the other orders are checked by the caller. */
async function* oneByOne<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  ask: (item: T) => Promise<Observation>,
): AsyncGenerator<ReadonlyMap<string, Observation>, boolean, undefined> {
  for (const item of items) {
    let observation: Observation;
    try {
      observation = await ask(item);
    } catch (error) {
      if (error instanceof ProviderError) return false;
      throw error;
    }
    yield new Map([[idOf(item), observation]]);
  }
  return true;
}

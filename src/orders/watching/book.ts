import type { WatchedRow } from "../../db/queries/watched-orders.ts";
import type { Outcome } from "./policy/wait-times.ts";
import type { WatchedOrder } from "./policy/watched.ts";

/** An order that is new to the book counts as looked at so long ago at most: somebody else may have watched it until then. */
const RESUMED_MS = 10_000;
/** A webhook from before this process began to watch is still acted on if it is no older. */
const FRESH_HINT_MS = 60_000;

/** One watched order in memory: what its row said last, and what this process did about it since. */
export interface Entry extends WatchedOrder {
  readonly upstreamId: string;
  version: number;
  round: number;
  state: string;
  expiresAt: Date | null;
  cancelOpensAt: Date | null;
  waitingSinceMs: number;
  lookedAtMs: number;
  notBeforeMs: number;
  isHinted: boolean;
  isUnlisted: boolean;
  lacksText: boolean;
  isInHand: boolean;
  /** Looks in a row that failed, or that were for a decision and brought none. */
  looks: number;
  /** The digest of the last answer that was applied to the order as it is. */
  seen: string | undefined;
  hintedAtMs: number;
}

/** What changed in the book, for those who learn from it. */
export interface Learned {
  readonly outcome: Outcome;
  /** A webhook had named the order before its code was found. */
  readonly isAnnounced: boolean;
}

export interface Book {
  readonly orders: ReadonlyMap<string, Entry>;
  /** Takes an order's row over. Returns what its end or its first code teaches. */
  put(row: WatchedRow, now: Date): Learned | undefined;
  remove(orderId: string): void;
  /** Takes all watched rows over, and forgets the orders that are not among them. */
  reload(rows: readonly WatchedRow[], now: Date): readonly Learned[];
}

/** All watched orders of one provider, on the replica that watches it. */
export function createBook(): Book {
  const orders = new Map<string, Entry>();

  function put(row: WatchedRow, now: Date): Learned | undefined {
    const before = orders.get(row.id);
    const learned = before && learnedFrom(before, row, now);
    if (row.nextCheckAt === null || row.upstreamId === null) orders.delete(row.id);
    else if (before) update(before, row, now);
    else orders.set(row.id, entryOf(row, row.upstreamId, now));
    return learned;
  }

  return {
    orders,
    put,
    remove: (orderId) => void orders.delete(orderId),
    reload(rows, now) {
      const watched = new Set(rows.map(({ id }) => id));
      for (const id of orders.keys()) if (!watched.has(id)) orders.delete(id);
      return rows.flatMap((row) => put(row, now) ?? []);
    },
  };
}

function entryOf(row: WatchedRow, upstreamId: string, now: Date): Entry {
  const waitingSinceMs = waitBegan(row, now);
  const hintedAtMs = row.hintedAt?.getTime() ?? 0;
  return {
    id: row.id,
    upstreamId,
    serviceId: row.serviceId,
    version: row.version,
    round: row.round,
    state: row.state,
    expiresAt: row.expiresAt,
    cancelOpensAt: row.cancelOpensAt,
    waitingSinceMs,
    lookedAtMs: Math.max(waitingSinceMs, now.getTime() - RESUMED_MS),
    notBeforeMs: 0,
    isHinted: hintedAtMs > now.getTime() - FRESH_HINT_MS,
    isUnlisted: false,
    lacksText: row.lacksText,
    isInHand: false,
    looks: 0,
    seen: undefined,
    hintedAtMs,
  };
}

function update(entry: Entry, row: WatchedRow, now: Date): void {
  const hintedAtMs = row.hintedAt?.getTime() ?? 0;
  if (row.round !== entry.round) {
    entry.waitingSinceMs = waitBegan(row, now);
    entry.lookedAtMs = entry.waitingSinceMs;
  }
  if (row.version !== entry.version) {
    entry.looks = 0;
    entry.notBeforeMs = 0;
    entry.seen = undefined;
    entry.lacksText = row.lacksText;
  }
  if (hintedAtMs !== entry.hintedAtMs) {
    entry.isHinted = true;
    entry.notBeforeMs = 0;
  }
  entry.hintedAtMs = hintedAtMs;
  entry.version = row.version;
  entry.round = row.round;
  entry.state = row.state;
  entry.expiresAt = row.expiresAt;
  entry.cancelOpensAt = row.cancelOpensAt;
}

/** When another code was asked for is told by the news of it only: later, the wait counts from now. */
function waitBegan(row: WatchedRow, now: Date): number {
  if (row.state !== "waiting_again") return (row.rentedAt ?? row.placedAt).getTime();
  return Math.min(row.nextCheckAt?.getTime() ?? Number.POSITIVE_INFINITY, now.getTime());
}

function learnedFrom(before: Entry, row: WatchedRow, now: Date): Learned | undefined {
  const { rentedAt, receivedAt, closedAt } = row;
  const wasWaiting = before.state === "waiting" || before.state === "cancelling";
  const endedAt = receivedAt ?? closedAt;
  if (!wasWaiting || rentedAt === null || endedAt === null) return undefined;
  const waitedMs = endedAt.getTime() - rentedAt.getTime();
  const outcome = { serviceId: row.serviceId, waitedMs, hasCode: receivedAt !== null, at: now };
  return { outcome, isAnnounced: row.hintedAt !== null };
}

import { addMs } from "../../core/clock.ts";
import type { Lease } from "../../db/queries/leases.ts";
import {
  selectPastWaits,
  selectWatchedOrder,
  selectWatchedOrders,
  takeWatchNews,
} from "../../db/queries/watched-orders.ts";
import type { Provider } from "../../providers/port/provider.ts";
import type { OrderDeps } from "../order-deps.ts";
import { type Book, createBook, type Learned } from "./book.ts";
import { createWaitTimes, type WaitTimes, waitsOf } from "./policy/wait-times.ts";
import { createWebhookTrust, type WebhookTrust } from "./webhook-trust.ts";

/** An order in the book is news again after so long, so that an older release that takes over soon sees all orders. */
const HOLD_MS = 5 * 60 * 1000;
/** How often all rows are read again, for orders that ended without news. */
const RELOAD_MS = 60_000;
/** How often news are looked for. */
const NEWS_INTERVAL_MS = 250;
const NEWS_AT_ONCE = 500;
/** How often the orders that wait now teach how long codes take. */
const WAITING_INTERVAL_MS = 5_000;
/** What teaches at the start how long codes take. */
const PAST_MS = 3 * 24 * 60 * 60 * 1000;
const PAST_RENTALS = 2_000;

/** What one replica knows while it watches a provider: it begins with the lease and ends with it. */
export interface Session {
  readonly lease: Lease;
  /** False: another replica may watch by now, so nothing more should be asked. */
  readonly isHeld: () => boolean;
  readonly book: Book;
  readonly waits: WaitTimes;
  readonly trust: WebhookTrust;
  readonly since: Date;
  /** Takes the news of orders over into the book. `isNow`: even if this was done a moment ago. */
  takeNews(isNow: boolean): Promise<void>;
  /** Takes one order's row over again, after something of it was stored. */
  refresh(orderId: string): Promise<void>;
}

/** Reads all watched orders, and how long orders waited lately. */
export async function openSession(
  deps: Pick<OrderDeps, "db" | "clock">,
  provider: Provider,
  { lease, isHeld }: Pick<Session, "lease" | "isHeld">,
): Promise<Session> {
  const { db, clock } = deps;
  const book = createBook();
  const waits = createWaitTimes();
  const trust = createWebhookTrust();
  const since = clock.now();
  let newsAtMs = 0;
  let waitingAtMs = 0;
  let reloadAtMs = since.getTime() + RELOAD_MS;

  for (const wait of await selectPastWaits(db, provider.name, addMs(since, -PAST_MS), PAST_RENTALS)) {
    const endedAt = wait.receivedAt ?? wait.closedAt ?? since;
    const waitedMs = endedAt.getTime() - wait.rentedAt.getTime();
    waits.learn({ serviceId: wait.serviceId, waitedMs, hasCode: wait.receivedAt !== null, at: endedAt });
  }
  book.reload(await selectWatchedOrders(db, provider.name), since);

  function learn(learned: Learned | undefined): void {
    if (!learned) return;
    waits.learn(learned.outcome);
    if (learned.outcome.hasCode) trust.codeFound(learned.isAnnounced, learned.outcome.at.getTime());
  }

  function learnOfWaiting(nowMs: number): void {
    if (nowMs - waitingAtMs < WAITING_INTERVAL_MS) return;
    waitingAtMs = nowMs;
    waits.setWaiting(waitsOf(book.orders.values()));
  }

  return {
    lease,
    isHeld,
    book,
    waits,
    trust,
    since,
    async takeNews(isNow) {
      const now = clock.now();
      if (!isNow && now.getTime() - newsAtMs < NEWS_INTERVAL_MS) return;
      newsAtMs = now.getTime();
      const holdUntil = addMs(now, HOLD_MS);
      const take = { provider: provider.name, lease, now, holdUntil, limit: NEWS_AT_ONCE };
      for (const row of await takeWatchNews(db, take)) learn(book.put(row, clock.now()));
      learnOfWaiting(now.getTime());
      if (now.getTime() < reloadAtMs) return;
      reloadAtMs = now.getTime() + RELOAD_MS;
      const begunAt = clock.now();
      book.reload(await selectWatchedOrders(db, provider.name), begunAt).forEach(learn);
    },
    async refresh(orderId) {
      const row = await selectWatchedOrder(db, orderId);
      if (row) learn(book.put(row, clock.now()));
      else book.remove(orderId);
    },
  };
}

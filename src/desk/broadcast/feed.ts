import type { Clock } from "../../core/clock.ts";
import type { Database, Tx } from "../../db/client.ts";
import { planRecipients } from "../../db/queries/broadcast-audience.ts";
import {
  collectOutcomes,
  countOpen,
  lockNextBroadcast,
  oweBroadcast,
  oweRemovals,
} from "../../db/queries/broadcast-recipients.ts";
import { type BroadcastRow, moveBroadcast, selectBroadcast, setFedAt } from "../../db/queries/broadcasts.ts";
import { enqueueToAll } from "../../db/queries/outbox.ts";
import { inTransaction } from "../../db/transaction.ts";

export interface FeedDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** The languages of the shop. */
  readonly languages: readonly string[];
  readonly onMessages: () => void;
}

/**
 * Of the 30 messages a second that Telegram allows a bot, so many are for broadcasts. At the whole budget a little jitter is
 * refused as a flood, and the refused one may be a code.
 */
export const BROADCAST_PER_SECOND = 22;
/** What has not left yet piles up to here, and no further: more would leave in one go, with the whole budget. */
export const MAX_IN_OUTBOX = 30;
/** How often a step is taken while a broadcast is under way, and while none is. */
export const FEED_EVERY_MS = { underWay: 500, none: 3_000 } as const;
const SECOND_MS = 1_000;
/** People looked at in one step. */
const PLAN_BATCH = 2_000;
/** Broadcasts looked at in one step. One is sent at a time; the others may have messages in the outbox still. */
const MAX_BROADCASTS = 5;

/**
 * Takes one step with the broadcasts under way: writes down the next recipients, owes the message to the next few, or
 * writes down what became of it. Each step is one transaction per broadcast, and the messages are the outbox's: a process
 * that is killed leaves nobody out, and nobody gets it twice but where the answer of Telegram was lost. Several replicas
 * may call it at the same time. "more": there is more to do at once.
 */
export async function feedBroadcasts(deps: FeedDeps): Promise<"more" | "under_way" | "none"> {
  const seen: string[] = [];
  let isBusy = false;
  let isMore = false;
  for (let step = 0; step < MAX_BROADCASTS; step += 1) {
    const done = await inTransaction(deps.db, async (tx) => {
      const broadcast = await lockNextBroadcast(tx, seen);
      if (!broadcast) return undefined;
      await collectOutcomes(tx, broadcast.id);
      // One at a time: the next one begins when this one has ended.
      const isTurn = !isBusy && (broadcast.state === "running" || broadcast.state === "deleting");
      return { broadcast, outcome: isTurn ? await advance(deps, tx, broadcast) : ("waits" as const) };
    });
    if (!done) break;
    seen.push(done.broadcast.id);
    if (done.outcome === "owed" || done.outcome === "planned" || done.outcome === "full") isBusy = true;
    if (done.outcome === "planned") isMore = true;
    if (done.outcome === "owed") deps.onMessages();
  }
  if (isMore) return "more";
  return seen.length > 0 ? "under_way" : "none";
}

/** "ending": only the last messages are still in the outbox; the next broadcast need not wait for them. */
type Progress = "planned" | "owed" | "full" | "ending" | "ended";

async function advance(deps: FeedDeps, tx: Tx, broadcast: BroadcastRow): Promise<Progress> {
  const { id, audience, startedAt, plannedTo, isPlanned, state, fedAt } = broadcast;
  const at = deps.clock.now();
  if (state === "running" && !isPlanned) {
    const meant = { ...audience, at: startedAt ?? at, languages: deps.languages };
    await planRecipients(tx, id, { audience: meant, after: plannedTo, limit: PLAN_BATCH });
    return "planned";
  }
  const { open, isAnybodyWaiting, isAnySent } = await countOpen(tx, id);
  const sinceMs = fedAt === null ? SECOND_MS : Math.min(at.getTime() - fedAt.getTime(), SECOND_MS);
  const turns = Math.floor((BROADCAST_PER_SECOND * sinceMs) / SECOND_MS);
  const batch = { limit: Math.min(MAX_IN_OUTBOX - open, turns), at };
  const isLeft = state === "deleting" ? isAnySent : isAnybodyWaiting;
  if (isLeft && batch.limit > 0) {
    if (state === "deleting") await oweRemovals(tx, id, batch);
    else await oweBroadcast(tx, id, batch);
    await setFedAt(tx, id, at);
    return "owed";
  }
  if (isLeft) return "full";
  if (open > 0) return "ending";
  await end(tx, broadcast, at);
  return "ended";
}

/** Everybody has had their turn. Whoever started it is told. */
async function end(tx: Tx, { id, state, startedBy }: BroadcastRow, at: Date): Promise<void> {
  const to = state === "deleting" ? "deleted" : "done";
  await moveBroadcast(tx, id, { from: [state], to, endedAt: at });
  const row = await selectBroadcast(tx, id);
  if (!row || startedBy === null) return;
  const { sent, blocked, failed, skipped, removed, kept } = row;
  const counts = to === "done" ? { sent, blocked, failed, skipped } : { removed, kept };
  const params = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)]));
  const notice = to === "done" ? "broadcast_done" : "broadcast_deleted";
  const message = { kind: "operator_notice" as const, notice, params };
  await enqueueToAll(tx, [startedBy], { message, subject: `${notice}:${id}`, at });
}

import { backoffMs } from "../../core/backoff.ts";
import { touchOrder } from "../../db/queries/orders.ts";
import type { Observation, Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import type { OrderDeps } from "../order-deps.ts";
import type { Entry } from "./book.ts";
import { applyAnswer, checkOrder, type Look } from "./check.ts";
import type { Reason } from "./policy/plan.ts";
import { isDecisionDue, isOverdue, nextDecisionMs, OVERDUE_RETRY, priorityOf } from "./policy/timing.ts";
import { digestOf } from "./seen.ts";
import type { Session } from "./session.ts";
import { askText } from "./sms-text.ts";

/** The longest wait after failed looks at an order before its end. */
const SLOWEST_RETRY_MS = 15_000;
/** After a fault of ours an order is left alone for so long. */
const FAULT_MS = 10_000;
/** How often a provider that does not answer is told that an order is done. */
const MAX_FINISH_TRIES = 5;

/** "spent": the provider takes no more questions just now. */
export type Outcome = "asked" | "spent";

/** One request about one order, and what follows from its answer. Never rejects. */
export async function lookAt(
  deps: OrderDeps,
  provider: Provider,
  session: Session,
  entry: Entry,
  reason: Reason,
): Promise<Outcome> {
  entry.isInHand = true;
  try {
    if (entry.state === "finished") return await tellFinished(deps, provider, session, entry);
    if (entry.lacksText && provider.capabilities.text && reason === "left over")
      return await askText(deps, provider, session, entry);
    entry.isHinted = false;
    const askedAt = deps.clock.now();
    const { round } = entry;
    const priority = reason === "left over" ? "background" : priorityOf(entry, askedAt);
    const look = await checkOrder(deps, provider, entry, priority);
    if (look.kind === "applied") await session.refresh(entry.id);
    return settle(deps, provider, entry, { look, round, askedAtMs: askedAt.getTime() });
  } catch (error) {
    complain(deps, provider, entry, error);
    return "asked";
  } finally {
    entry.isInHand = false;
  }
}

interface Looked {
  readonly look: Look;
  /** The order's round when the provider was asked. */
  readonly round: number;
  readonly askedAtMs: number;
}

/** Writes down in the book what a look means for the next one. */
function settle(deps: OrderDeps, provider: Provider, entry: Entry, looked: Looked): Outcome {
  const { look, round, askedAtMs } = looked;
  const now = deps.clock.now();
  if (look.kind === "spent") return "spent";
  if (look.kind === "failed") {
    entry.looks += 1;
    const retry = isOverdue(entry, now)
      ? OVERDUE_RETRY
      : { baseMs: provider.capabilities.pollIntervalMs, maxMs: SLOWEST_RETRY_MS };
    entry.notBeforeMs = now.getTime() + (look.retryAfterMs ?? backoffMs(entry.looks, retry));
    return look.isTooOften ? "spent" : "asked";
  }
  entry.lookedAtMs = Math.max(entry.lookedAtMs, askedAtMs);
  if (look.kind === "applied" && entry.round === round) entry.seen = look.seen;
  if (isDecisionDue(entry, now)) {
    entry.looks += 1;
    entry.notBeforeMs = nextDecisionMs(entry, entry.looks, now);
  } else if (look.kind === "unchanged") entry.looks = 0;
  return "asked";
}

/** Stores what a list showed of one order. Never rejects. */
export async function storeListed(
  deps: OrderDeps,
  provider: Provider,
  session: Session,
  { entry, observation, askedAtMs }: { entry: Entry; observation: Observation; askedAtMs: number },
): Promise<void> {
  try {
    const { round } = entry;
    await applyAnswer(deps, entry, observation);
    await session.refresh(entry.id);
    entry.lookedAtMs = Math.max(entry.lookedAtMs, askedAtMs);
    if (entry.round === round) entry.seen = digestOf(observation);
  } catch (error) {
    complain(deps, provider, entry, error);
  }
}

/** Keeps one order's failure (a bug, a full disk) from stopping the looks at the others. */
function complain(deps: OrderDeps, provider: Provider, entry: Entry, error: unknown): void {
  const fields = { orderId: entry.id, provider: provider.name, err: error };
  if (error instanceof ProviderError) deps.logger.debug(fields, "order step failed");
  else deps.logger.error(fields, "order step failed");
  entry.notBeforeMs = deps.clock.now().getTime() + FAULT_MS;
}

/** Tells the provider that the buyer is done with a number, which frees its own limits. No money depends on it. */
async function tellFinished(
  deps: OrderDeps,
  provider: Provider,
  session: Session,
  entry: Entry,
): Promise<Outcome> {
  try {
    await provider.finish(entry.upstreamId, { priority: "background" });
    deps.checkpoint("finish/told");
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    // If the provider was not asked, this was no try.
    if (!error.wasAsked) return "spent";
    entry.looks += 1;
    const isPointless =
      error.kind === "unknown_order" || error.kind === "unsupported" || entry.looks >= MAX_FINISH_TRIES;
    if (!isPointless) {
      entry.notBeforeMs = deps.clock.now().getTime() + 5_000 * entry.looks;
      return "asked";
    }
  }
  const done = { finishDue: false, nextCheckAt: null };
  await touchOrder(deps.db, { orderId: entry.id, from: ["finished"], change: done });
  session.book.remove(entry.id);
  return "asked";
}

import type { Capabilities } from "../../../providers/port/provider.ts";
import { isDecisionDue, shortestIntervalMs } from "./timing.ts";
import type { WaitTimes } from "./wait-times.ts";
import type { WatchedOrder } from "./watched.ts";

/** A look whose chance of a code is smaller takes only budget that nothing better needs. */
const UNLIKELY = 0.01;
/** Every order that waits is looked at after so long, if the budget covers all of them … */
const LONGEST_SILENCE_MS = 15_000;
/** … and otherwise after so many times the time that one look at each would take. */
const ROUNDS_OF_SILENCE = 3;
/** While a provider's webhooks work, looks only confirm that nothing was missed. */
const CONFIRMING_INTERVAL_MS = 30_000;
/** The next list begins so many poll intervals after the last: a list asks about no single order. */
const LIST_INTERVALS = 0.5;
const CONFIRMING_LIST_MS = 10_000;
const MINUTE_MS = 60_000;
/** One order is asked about by itself: a list would cost as much. */
const FEWEST_LISTED = 2;

export interface Situation {
  readonly now: Date;
  readonly capabilities: Capabilities;
  readonly waits: WaitTimes;
  /** How many requests may begin now. */
  readonly budget: number;
  /** Requests per second that the provider lets us make, as far as known. */
  readonly ratePerSecond: number;
  /** When the last list began, and whether it is still being read. "none": lists do not work just now. */
  readonly lists: { readonly begunAtMs: number; readonly isRunning: boolean } | "none";
  /** The provider's webhooks have told us of codes lately. */
  readonly areWebhooksTrusted: boolean;
}

/** Why an order is looked at now. */
export type Reason = "hint" | "decision" | "silence" | "likely" | "left over";

export type Ask<Order> =
  | { readonly kind: "list" }
  | { readonly kind: "look"; readonly order: Order; readonly reason: Reason };

/** The more urgent reasons come first; within one, the order with the higher score. */
const ranks: Readonly<Record<Reason, number>> = {
  hint: 4,
  decision: 3,
  silence: 2,
  likely: 1,
  "left over": 0,
};

interface Candidate<Order> {
  readonly order: Order;
  readonly reason: Reason;
  readonly score: number;
}

/**
 * What to ask a provider next, most useful first, at most `budget` requests. A list goes first where it covers several
 * orders. Then: orders that a webhook named; ends and cancels that are due; orders that nobody has looked at for too long;
 * those whose code is likely to be there, and all the more the longer it may have been; and from what is left over, orders that most
 * probably have none, orders that have their code, and the news that an order is done. Pure: same input, same answer.
 */
export function plan<Order extends WatchedOrder>(
  orders: ReadonlyMap<string, Order>,
  situation: Situation,
): readonly Ask<Order>[] {
  const view = viewOf(orders, situation);
  const asks: Ask<Order>[] = view.isListDue ? [{ kind: "list" }] : [];
  const best = createBest<Order>(Math.max(0, situation.budget - asks.length));
  for (const order of orders.values()) {
    const candidate = order.isInHand ? undefined : judge(order, view);
    if (candidate) best.offer(candidate);
  }
  return [
    ...asks.slice(0, situation.budget),
    ...best.all().map(({ order, reason }) => ({ kind: "look", order, reason }) as const),
  ];
}

interface View extends Situation {
  readonly nowMs: number;
  readonly silenceMs: number;
  readonly isListDue: boolean;
  /** Lists cover most orders just now. */
  readonly isListing: boolean;
  readonly isListRunning: boolean;
}

function viewOf<Order extends WatchedOrder>(orders: ReadonlyMap<string, Order>, situation: Situation): View {
  const { now, capabilities, lists, ratePerSecond } = situation;
  let waiting = 0;
  let listed = 0;
  let listedWaiting = 0;
  for (const order of orders.values()) {
    const isWaiting = isWaitingForCode(order) && !isDecisionDue(order, now);
    if (isWaiting) waiting += 1;
    if (order.isUnlisted || !isListable(order, now)) continue;
    listed += 1;
    if (isWaiting) listedWaiting += 1;
  }
  const nowMs = now.getTime();
  const { poll, checkMany } = capabilities;
  const isListing = poll && checkMany && lists !== "none" && listedWaiting > 0 && listed >= FEWEST_LISTED;
  const isRested =
    lists !== "none" && !lists.isRunning && nowMs - lists.begunAtMs >= listIntervalMs(situation);
  const isListDue = isListing && isRested;
  const requests = isListing ? listed / Math.max(1, capabilities.checkManyLimit) : waiting;
  const silenceMs = longestSilenceMs(requests, ratePerSecond, situation.areWebhooksTrusted);
  return {
    ...situation,
    nowMs,
    silenceMs,
    isListDue,
    isListing,
    isListRunning: lists !== "none" && lists.isRunning,
  };
}

function listIntervalMs({ capabilities, areWebhooksTrusted }: Situation): number {
  const intervalMs = capabilities.pollIntervalMs * LIST_INTERVALS;
  return areWebhooksTrusted ? Math.max(intervalMs, CONFIRMING_LIST_MS) : intervalMs;
}

/**
 * After so long without a look an order goes before all likely ones, so that nobody starves. It grows with the load: by
 * then only every third request serves those whom nobody has looked at for long. `requests`: how many cover everybody.
 */
export function longestSilenceMs(
  requests: number,
  ratePerSecond: number,
  areWebhooksTrusted: boolean,
): number {
  const roundMs = (requests / Math.max(ratePerSecond, 0.01)) * 1000;
  const leastMs = areWebhooksTrusted ? 2 * CONFIRMING_INTERVAL_MS : LONGEST_SILENCE_MS;
  return Math.max(leastMs, ROUNDS_OF_SILENCE * roundMs);
}

/** True for orders that a list can show something new of. What follows from an end needs an answer about that one number. */
export function isListable(order: WatchedOrder, now: Date): boolean {
  return (isWaitingForCode(order) || order.state === "received") && !isDecisionDue(order, now);
}

function isWaitingForCode({ state }: WatchedOrder): boolean {
  return state === "waiting" || state === "waiting_again" || state === "cancelling";
}

/** Undefined: no look at this order now. */
function judge<Order extends WatchedOrder>(order: Order, view: View): Candidate<Order> | undefined {
  const { nowMs, now, capabilities } = view;
  if (order.notBeforeMs > nowMs) return undefined;
  const silentMs = nowMs - order.lookedAtMs;
  if (order.state === "finished") return { order, reason: "left over", score: 2 + silentMs / MINUTE_MS };
  if (isDecisionDue(order, now)) return { order, reason: "decision", score: nowMs - order.notBeforeMs };
  if (!capabilities.poll) return undefined;
  if (order.isHinted) return { order, reason: "hint", score: silentMs };
  if (order.lacksText && capabilities.text)
    return { order, reason: "left over", score: 3 + silentMs / MINUTE_MS };
  const isSilent = isWaitingForCode(order) && silentMs >= view.silenceMs;
  // A long list that is being read comes to it sooner than single looks, which would only make the list slower.
  if (view.isListing && !order.isUnlisted && (!isSilent || view.isListRunning)) return undefined;
  const intervalMs = intervalOf(order, view);
  if (silentMs < intervalMs) return undefined;
  if (isSilent) return { order, reason: "silence", score: silentMs };
  if (order.state === "received" || view.areWebhooksTrusted)
    return { order, reason: "left over", score: silentMs / intervalMs };
  return weigh(order, view);
}

function intervalOf(order: WatchedOrder, { capabilities, nowMs, areWebhooksTrusted }: View): number {
  const intervalMs = shortestIntervalMs(order, capabilities, nowMs);
  return areWebhooksTrusted ? Math.max(intervalMs, CONFIRMING_INTERVAL_MS) : intervalMs;
}

function weigh<Order extends WatchedOrder>(order: Order, { waits, nowMs }: View): Candidate<Order> {
  const hazards = waits.of(order.serviceId);
  const from = order.lookedAtMs - order.waitingSinceMs;
  const to = nowMs - order.waitingSinceMs;
  const silentMs = to - from;
  const chance = hazards.chance(from, to);
  if (chance < UNLIKELY) return { order, reason: "left over", score: silentMs / LONGEST_SILENCE_MS };
  return { order, reason: "likely", score: chance * silentMs };
}

/** Keeps the `size` best of all that are offered. */
function createBest<Order>(size: number) {
  const kept: Candidate<Order>[] = [];
  const isBetter = (one: Candidate<Order>, other: Candidate<Order>): boolean =>
    one.reason === other.reason ? one.score > other.score : ranks[one.reason] > ranks[other.reason];
  return {
    offer(candidate: Candidate<Order>): void {
      const last = kept.at(-1);
      if (kept.length >= size && (last === undefined || !isBetter(candidate, last))) return;
      let place = kept.length;
      for (let above = kept[place - 1]; above && isBetter(candidate, above); above = kept[place - 1])
        place -= 1;
      kept.splice(place, 0, candidate);
      if (kept.length > size) kept.pop();
    },
    all: (): readonly Candidate<Order>[] => kept,
  };
}

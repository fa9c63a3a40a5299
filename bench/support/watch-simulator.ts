import { createRandom, type Random } from "../../sandbox/soak/random.ts";
import { plan } from "../../src/orders/watching/policy/plan.ts";
import { createWaitTimes, type WaitTimes, waitsOf } from "../../src/orders/watching/policy/wait-times.ts";
import type { WatchedOrder } from "../../src/orders/watching/policy/watched.ts";
import type { Capabilities } from "../../src/providers/port/provider.ts";

/** An open system: people go on buying, whatever becomes of the orders before. */
export interface World {
  readonly seed: number;
  readonly purchasesPerSecond: number;
  readonly requestsPerSecond: number;
  /** The share of numbers that never get a code. */
  readonly never: number;
  /** The others wait lognormally. */
  readonly medianS: number;
  readonly sigma: number;
  readonly lifetimeS: number;
  /** Orders of the first part fill the shop; those of the second are measured. */
  readonly warmUpS: number;
  readonly measuredS: number;
}

export interface Arrival {
  readonly rentedAtMs: number;
  /** Undefined: never. */
  readonly codeAtMs: number | undefined;
}

/** An order in the simulated shop. */
interface SimOrder extends WatchedOrder {
  readonly arrival: Arrival;
  readonly isMeasured: boolean;
  state: string;
  lookedAtMs: number;
  readonly expiresAt: Date;
  readonly rentedAtMs: number;
}

/** Chooses at most `budget` orders to send a request about. */
export type Chooser = (
  orders: ReadonlyMap<string, SimOrder>,
  nowMs: number,
  budget: number,
) => readonly SimOrder[];

export interface Outcome {
  readonly latenciesS: readonly number[];
  /** Orders whose code was there before the number's end and was not seen by then. */
  readonly unserved: number;
  readonly checks: number;
  readonly finishes: number;
}

const STEP_MS = 250;
const POLL_INTERVAL_MS = 3_000;
/** As often as the watcher's session. */
const WAITING_INTERVAL_MS = 5_000;
const capabilities: Capabilities = {
  cancel: true,
  ban: false,
  another: true,
  finish: true,
  poll: true,
  webhook: false,
  checkMany: false,
  text: false,
  activeList: true,
  prices: "all",
  priceCeiling: true,
  anyService: false,
  chargedAt: "purchase",
  cancelAfterMs: 120_000,
  lifetimeMs: 1_200_000,
  pollIntervalMs: POLL_INTERVAL_MS,
  checkManyLimit: 0,
};

/** The same purchases and codes for every chooser. */
export function arrivalsOf(world: World): readonly Arrival[] {
  const random = createRandom(world.seed);
  const arrivals: Arrival[] = [];
  const endMs = (world.warmUpS + world.measuredS) * 1000;
  let atMs = 0;
  for (;;) {
    atMs += (-Math.log(1 - random.next()) / world.purchasesPerSecond) * 1000;
    if (atMs >= endMs) return arrivals;
    const waitMs = world.medianS * 1000 * Math.exp(world.sigma * normal(random));
    const codeAtMs = random.isIn(world.never) ? undefined : atMs + waitMs;
    arrivals.push({ rentedAtMs: atMs, codeAtMs });
  }
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Lets time pass until every measured order has its code or has ended. */
export function simulate(
  world: World,
  arrivals: readonly Arrival[],
  choose: Chooser,
  waits?: WaitTimes,
): Outcome {
  const orders = new Map<string, SimOrder>();
  const measuredFromMs = world.warmUpS * 1000;
  const endMs = (world.warmUpS + world.measuredS + world.lifetimeS) * 1000;
  const latenciesS: number[] = [];
  const counts = { unserved: 0, checks: 0, finishes: 0 };
  let next = 0;
  let tokens = 0;
  for (let nowMs = 0; nowMs < endMs; nowMs += STEP_MS) {
    for (; (arrivals[next]?.rentedAtMs ?? Infinity) <= nowMs; next += 1) {
      const arrival = arrivals[next];
      if (arrival) orders.set(String(next), rented(String(next), arrival, world, measuredFromMs));
    }
    tokens = Math.min(world.requestsPerSecond, tokens + (world.requestsPerSecond * STEP_MS) / 1000);
    const chosen = choose(orders, nowMs, Math.floor(tokens)).slice(0, Math.floor(tokens));
    tokens -= chosen.length;
    for (const order of chosen) {
      if (order.state === "finished") counts.finishes += 1;
      else counts.checks += 1;
      look(order, nowMs, { orders, latenciesS, counts, waits });
    }
  }
  return { latenciesS, ...counts };
}

function rented(id: string, arrival: Arrival, world: World, measuredFromMs: number): SimOrder {
  const { rentedAtMs } = arrival;
  return {
    id,
    arrival,
    isMeasured: rentedAtMs >= measuredFromMs,
    serviceId: "wa",
    state: "waiting",
    rentedAtMs,
    waitingSinceMs: rentedAtMs,
    lookedAtMs: rentedAtMs,
    notBeforeMs: 0,
    expiresAt: new Date(rentedAtMs + world.lifetimeS * 1000),
    cancelOpensAt: null,
    isHinted: false,
    isUnlisted: false,
    lacksText: false,
    isInHand: false,
  };
}

interface Books {
  readonly orders: Map<string, SimOrder>;
  readonly latenciesS: number[];
  readonly counts: { unserved: number };
  readonly waits: WaitTimes | undefined;
}

/** One request: an order is told to be done, or its status is asked for. The buyer is done with the first code. */
function look(order: SimOrder, nowMs: number, { orders, latenciesS, counts, waits }: Books): void {
  if (order.state === "finished") return void orders.delete(order.id);
  order.lookedAtMs = nowMs;
  const { codeAtMs } = order.arrival;
  const endMs = order.expiresAt.getTime();
  const waitedMs = nowMs - order.rentedAtMs;
  const outcome = { serviceId: order.serviceId, waitedMs, at: new Date(nowMs) };
  if (codeAtMs !== undefined && codeAtMs <= nowMs && codeAtMs < endMs) {
    order.state = "finished";
    waits?.learn({ ...outcome, hasCode: true });
    if (order.isMeasured) latenciesS.push((nowMs - codeAtMs) / 1000);
    if (order.isMeasured && nowMs > endMs) counts.unserved += 1;
  } else if (nowMs >= endMs) {
    orders.delete(order.id);
    waits?.learn({ ...outcome, hasCode: false });
  }
}

/** The shop's own policy, as the watcher runs it. */
export function shopPolicy(world: World, waits: WaitTimes = createWaitTimes()): Chooser {
  let waitingAtMs = 0;
  return (orders, nowMs, budget) => {
    if (nowMs - waitingAtMs >= WAITING_INTERVAL_MS) {
      waitingAtMs = nowMs;
      waits.setWaiting(waitsOf(orders.values()));
    }
    const asks = plan(orders, {
      now: new Date(nowMs),
      capabilities,
      waits,
      budget,
      ratePerSecond: world.requestsPerSecond,
      lists: "none",
      areWebhooksTrusted: false,
    });
    return asks.flatMap((ask) => (ask.kind === "look" ? [ask.order] : []));
  };
}

/** Everybody in turn, no order more often than at every interval; news that an order is done goes first. */
export const roundRobin: Chooser = (orders, nowMs, budget) =>
  inTurn(
    orders,
    budget,
    (order) => nowMs - order.lookedAtMs >= POLL_INTERVAL_MS,
    (order) => order.lookedAtMs,
  );

/** A loop for each order: every interval for four minutes, then half as often; those due longest go first. */
export const fixedLoops: Chooser = (orders, nowMs, budget) => {
  const dueAtMs = (order: SimOrder): number => {
    const isEager = order.lookedAtMs - order.rentedAtMs <= 240_000;
    return order.lookedAtMs + (isEager ? POLL_INTERVAL_MS : 2 * POLL_INTERVAL_MS);
  };
  return inTurn(orders, budget, (order) => dueAtMs(order) <= nowMs, dueAtMs);
};

function inTurn(
  orders: ReadonlyMap<string, SimOrder>,
  budget: number,
  isDue: (order: SimOrder) => boolean,
  turnOf: (order: SimOrder) => number,
): readonly SimOrder[] {
  const all = [...orders.values()];
  const done = all.filter(({ state }) => state === "finished");
  const due = all.filter((order) => order.state !== "finished" && isDue(order));
  return [...done, ...due.sort((a, b) => turnOf(a) - turnOf(b))].slice(0, budget);
}

import type { WatchedOrder } from "./watched.ts";

/**
 * How long codes take to come, as hazards: the chance of a code per second at each age of an order that has none yet.
 * Ages are in buckets, narrow where most codes come. A hazard is codes seen ÷ time watched in the bucket, so an order that
 * was cancelled early counts for the time it waited and no further. Orders that still wait count as well: without them, the
 * numbers that never get a code would teach nothing before their end, and old numbers would be asked about far too often.
 * What is old counts less and less. Where little is known, a service leans on its provider, and a provider on what is usual
 * everywhere. Pure: no I/O, no clock.
 */

/** The upper edges of the buckets, in seconds. The last bucket goes on for ever. */
const EDGES_S = [
  2, 4, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 420, 600, 900, 1200,
  1800, 3600,
] as const;
const BUCKETS = EDGES_S.length;
const LAST = BUCKETS - 1;

/** What is usual everywhere: 30 % never get a code; the others wait lognormally, half of them at most 18 s. */
const USUAL = { never: 0.3, medianS: 18, sigma: 1 } as const;
/** The next level counts as much as so many orders. */
const ORDERS_OF_PRIOR = 20;
/** After so long an order counts half as much. */
const HALF_LIFE_MS = 12 * 60 * 60 * 1000;
/** No age is hopeless: at least one code in so many seconds of waiting. */
const LEAST_HAZARD = 1 / 20_000;

/** What became of one order: how long it waited for its first code, or how long it waited in vain. */
export interface Outcome {
  readonly serviceId: string;
  readonly waitedMs: number;
  readonly hasCode: boolean;
  readonly at: Date;
}

/** The hazards of one service, ready to be asked. */
export interface Hazards {
  /** The chance that a code came between these ages, if there was none at the first. */
  chance(fromMs: number, toMs: number): number;
}

/** How long an order has been without its first code, as far as its provider has said so. */
export interface Wait {
  readonly serviceId: string;
  readonly waitedMs: number;
}

/** The waits of those of these orders that have no code yet. */
export function* waitsOf(orders: Iterable<WatchedOrder>): Generator<Wait> {
  for (const { state, serviceId, lookedAtMs, waitingSinceMs } of orders) {
    const isWaiting = state === "waiting" || state === "cancelling";
    if (isWaiting) yield { serviceId, waitedMs: lookedAtMs - waitingSinceMs };
  }
}

export interface WaitTimes {
  /** What became of an order counts from now on. */
  learn(outcome: Outcome): void;
  /** All orders that wait now: they count in place of those of the last call. */
  setWaiting(waits: Iterable<Wait>): void;
  of(serviceId: string): Hazards;
}

interface Seen {
  readonly codes: Float64Array;
  /** Watched in orders that have ended … */
  readonly seconds: Float64Array;
  /** … and in those that still wait. */
  readonly waiting: Float64Array;
  atMs: number;
}

interface Known {
  readonly hazards: Hazards;
  readonly asOf: number;
}

export function createWaitTimes(): WaitTimes {
  const all = nothingSeen();
  const services = new Map<string, Seen>();
  const known = new Map<string, Known>();
  const usual = usualHazards();
  let version = 0;

  function ofService(serviceId: string): Seen {
    const own = services.get(serviceId) ?? nothingSeen();
    services.set(serviceId, own);
    return own;
  }

  return {
    learn(outcome) {
      version += 1;
      const waitedS = Math.max(0, outcome.waitedMs) / 1000;
      for (const seen of [ofService(outcome.serviceId), all]) {
        decay(seen, outcome.at.getTime());
        addSeconds(seen.seconds, waitedS);
        if (outcome.hasCode) add(seen.codes, bucketOf(waitedS), 1);
      }
    },
    setWaiting(waits) {
      version += 1;
      for (const seen of [all, ...services.values()]) seen.waiting.fill(0);
      for (const { serviceId, waitedMs } of waits) {
        addSeconds(ofService(serviceId).waiting, waitedMs / 1000);
        addSeconds(all.waiting, waitedMs / 1000);
      }
    },
    of(serviceId) {
      const before = known.get(serviceId);
      if (before?.asOf === version) return before.hazards;
      const own = services.get(serviceId);
      const provider = blend(all, usual);
      const hazards = createHazards(own ? blend(own, provider) : provider);
      known.set(serviceId, { hazards, asOf: version });
      return hazards;
    },
  };
}

function nothingSeen(): Seen {
  const zeros = (): Float64Array => new Float64Array(BUCKETS);
  return { codes: zeros(), seconds: zeros(), waiting: zeros(), atMs: 0 };
}

/** Adds the time of one order's wait to the buckets it went through. */
function addSeconds(to: Float64Array, waitedS: number): void {
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const bounds = boundsOf(bucket);
    if (waitedS <= bounds.from) return;
    add(to, bucket, Math.min(waitedS, bounds.to) - bounds.from);
  }
}

function add(to: Float64Array, bucket: number, amount: number): void {
  to[bucket] = (to[bucket] ?? 0) + amount;
}

function decay(seen: Seen, atMs: number): void {
  const passedMs = seen.atMs === 0 ? 0 : atMs - seen.atMs;
  seen.atMs = Math.max(seen.atMs, atMs);
  if (passedMs <= 0) return;
  const factor = 0.5 ** (passedMs / HALF_LIFE_MS);
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    seen.codes[bucket] = (seen.codes[bucket] ?? 0) * factor;
    seen.seconds[bucket] = (seen.seconds[bucket] ?? 0) * factor;
  }
}

/** Adds to what was seen as much as ORDERS_OF_PRIOR orders with the hazards of the next level would have shown. */
function blend(seen: Seen, prior: Float64Array): Float64Array {
  const blended = new Float64Array(BUCKETS);
  let left = ORDERS_OF_PRIOR;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const { from, to } = boundsOf(bucket);
    const hazard = prior[bucket] ?? 0;
    const seconds = left * (to - from);
    const codes = (seen.codes[bucket] ?? 0) + hazard * seconds;
    const watched = (seen.seconds[bucket] ?? 0) + (seen.waiting[bucket] ?? 0);
    blended[bucket] = Math.max(LEAST_HAZARD, codes / (watched + seconds));
    left *= Math.exp(-hazard * (to - from));
  }
  return blended;
}

function usualHazards(): Float64Array {
  const hazards = new Float64Array(BUCKETS);
  const survival = (s: number): number =>
    s <= 0 ? 1 : 1 - (1 - USUAL.never) * normalBelow(Math.log(s / USUAL.medianS) / USUAL.sigma);
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const { from, to } = boundsOf(bucket);
    hazards[bucket] = Math.max(LEAST_HAZARD, Math.log(survival(from) / survival(to)) / (to - from));
  }
  return hazards;
}

/** The share of a standard normal distribution below `z` (Abramowitz and Stegun 26.2.17; off by less than 1e-7). */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const terms = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const sum = terms.reduceRight((rest, term) => (rest + term) * t, 0);
  const above = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum;
  return z >= 0 ? 1 - above : above;
}

function boundsOf(bucket: number): { from: number; to: number } {
  return { from: bucket === 0 ? 0 : (EDGES_S[bucket - 1] ?? 0), to: EDGES_S[bucket] ?? 0 };
}

function bucketOf(seconds: number): number {
  let low = 0;
  let high = LAST;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seconds < (EDGES_S[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function createHazards(hazards: Float64Array): Hazards {
  /** The hazards added up to each bucket's beginning. */
  const sums = new Float64Array(BUCKETS);
  for (let bucket = 1; bucket < BUCKETS; bucket += 1) {
    const { from, to } = boundsOf(bucket - 1);
    sums[bucket] = (sums[bucket - 1] ?? 0) + (hazards[bucket - 1] ?? 0) * (to - from);
  }
  const upTo = (ms: number): number => {
    const seconds = Math.max(0, ms) / 1000;
    const bucket = bucketOf(seconds);
    const from = bucket === 0 ? 0 : (EDGES_S[bucket - 1] ?? 0);
    return (sums[bucket] ?? 0) + (hazards[bucket] ?? 0) * (seconds - from);
  };
  return {
    chance: (fromMs, toMs) => (toMs <= fromMs ? 0 : -Math.expm1(upTo(fromMs) - upTo(toMs))),
  };
}

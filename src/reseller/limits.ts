import type { Clock } from "../core/clock.ts";

/** What a key may do, once its buyer is proven. Where the shop's limits for buyers are higher, those count. */
export const keyDefaults = { maxOpenOrders: 50, purchasesPerHour: 600 } as const;
/** Until so much was captured of a buyer the limits for buyers count, however many keys they have. */
export const provenBy = { micros: 20_000_000n, orders: 20 } as const;
export const MAX_KEYS = 5;
export const ROTATION_MS = 24 * 60 * 60 * 1000;

/** Requests per second of one key, and how many may come at once. Status polls have their own. */
const buckets = {
  other: { perSecond: 20, burst: 40 },
  status: { perSecond: 100, burst: 200 },
} as const;
export type BucketName = keyof typeof buckets;

/** A request waits so long for its turn at most. */
const MAX_WAIT_MS = 2_000;
const MAX_KEPT = 10_000;

/**
 * The turn of a request: after how many milliseconds it may go on. Undefined: so late that it is refused, with the seconds
 * after which it may come again in `retryAfterSeconds`.
 */
export type Turn =
  | { readonly kind: "go"; readonly afterMs: number }
  | { readonly kind: "refused"; readonly retryAfterSeconds: number };

export interface Buckets {
  /** `chainId`: the keys that replaced each other share a bucket. */
  take(chainId: string, bucket: BucketName): Turn;
}

/** Limits of this process. With several replicas each allows as much: they protect a process, not the money. */
export function createBuckets(clock: Clock): Buckets {
  /** When the bucket would be full again; the last used are kept. */
  const fullAt = new Map<string, number>();
  return {
    take(chainId, bucket) {
      const { perSecond, burst } = buckets[bucket];
      const name = `${bucket}:${chainId}`;
      const now = clock.now().getTime();
      const full = Math.max(fullAt.get(name) ?? now, now) + 1_000 / perSecond;
      const afterMs = Math.max(0, full - now - (burst * 1_000) / perSecond);
      if (afterMs > MAX_WAIT_MS) return { kind: "refused", retryAfterSeconds: Math.ceil(afterMs / 1_000) };
      remember(fullAt, name, full);
      return { kind: "go", afterMs };
    },
  };
}

function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  const [oldest] = map.keys();
  if (map.size > MAX_KEPT && oldest !== undefined) map.delete(oldest);
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** From so many wrong keys in a minute on, an answer to a further one waits a second. */
const SLOW_FROM = 10;
/** From so many in an hour on, wrong keys are refused for ten minutes. */
const REFUSED_FROM = 100;
const REFUSED_MS = 10 * MINUTE_MS;
const SLOW_MS = 1_000;

interface Guesses {
  minuteAt: number;
  inMinute: number;
  hourAt: number;
  inHour: number;
  refusedUntil: number;
}

export interface GuessGuard {
  /** A wrong key came from this address, or for this id: what to do with the answer. */
  wrong(subjects: readonly string[]): Turn;
}

/**
 * Slows whoever tries keys. Only wrong keys are counted and only their answers are slowed: a right key always works, or
 * anybody could lock a reseller out.
 */
export function createGuessGuard(clock: Clock): GuessGuard {
  const known = new Map<string, Guesses>();

  function count(subject: string, now: number): Guesses {
    const guesses = known.get(subject) ?? {
      minuteAt: now,
      inMinute: 0,
      hourAt: now,
      inHour: 0,
      refusedUntil: 0,
    };
    if (now - guesses.minuteAt >= MINUTE_MS) Object.assign(guesses, { minuteAt: now, inMinute: 0 });
    if (now - guesses.hourAt >= HOUR_MS) Object.assign(guesses, { hourAt: now, inHour: 0 });
    guesses.inMinute += 1;
    guesses.inHour += 1;
    if (guesses.inHour > REFUSED_FROM && guesses.refusedUntil <= now)
      Object.assign(guesses, { refusedUntil: now + REFUSED_MS, hourAt: now, inHour: 0 });
    remember(known, subject, guesses);
    return guesses;
  }

  return {
    wrong(subjects) {
      const now = clock.now().getTime();
      const all = subjects.map((subject) => count(subject, now));
      const until = Math.max(0, ...all.map(({ refusedUntil }) => refusedUntil));
      if (until > now) return { kind: "refused", retryAfterSeconds: Math.ceil((until - now) / 1_000) };
      return { kind: "go", afterMs: all.some(({ inMinute }) => inMinute > SLOW_FROM) ? SLOW_MS : 0 };
    },
  };
}

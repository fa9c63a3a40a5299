import { createCached } from "../../core/cached.ts";
import { addMs, type Clock } from "../../core/clock.ts";
import type { Database } from "../../db/client.ts";
import {
  selectDelivery,
  selectProviderWaits,
  selectSales,
  selectWaits,
} from "../../db/queries/statistics.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DELIVERY_WINDOW_MS = 7 * DAY_MS;
const SALES_WINDOW_MS = 30 * DAY_MS;
const TTL_MS = 60_000;
/** Fewer outcomes than this are not meaningful. */
const MIN_SAMPLES = 20;

/** How many numbers were rented, and how many of them received a code. */
export interface Delivery {
  readonly rented: number;
  readonly received: number;
}

/** The assumption for too few samples: every second number receives a code. */
export const PRIOR: Delivery = { rented: 2, received: 1 };

interface PairFacts {
  readonly delivery: Delivery;
  readonly medianSeconds: number | null;
}

/** Success rates and sales of this shop, at most a minute old. */
export interface Statistics {
  /** Over all providers. Undefined: fewer than {@link MIN_SAMPLES}. */
  pair(serviceId: string, countryId: string): PairFacts | undefined;
  /** Of one provider. Undefined: fewer than {@link MIN_SAMPLES}. */
  provider(provider: string, serviceId: string, countryId: string): Delivery | undefined;
  /** The median wait for a code of this service at this provider. Undefined: fewer than {@link MIN_SAMPLES} came. */
  usualWaitMs(provider: string, serviceId: string): number | undefined;
  /** Numbers rented in the last 30 days. */
  sold(serviceId: string): number;
}

/** Reads the statistics and caches them for a minute: they change slowly, and reading them scans a week of orders. */
export function createStatistics(deps: { db: Database; clock: Clock }): () => Promise<Statistics> {
  return createCached(deps.clock, TTL_MS, () => load(deps)).get;
}

async function load({ db, clock }: { db: Database; clock: Clock }): Promise<Statistics> {
  const now = clock.now();
  const since = addMs(now, -DELIVERY_WINDOW_MS);
  const [deliveries, waits, providerWaits, sales] = await Promise.all([
    selectDelivery(db, since),
    selectWaits(db, since),
    selectProviderWaits(db, since, MIN_SAMPLES),
    selectSales(db, addMs(now, -SALES_WINDOW_MS)),
  ]);
  const byProvider = new Map<string, Delivery>();
  const byPair = new Map<string, Delivery>();
  for (const row of deliveries) {
    byProvider.set(keyOf(row.provider, row.serviceId, row.countryId), row);
    const pair = keyOf(row.serviceId, row.countryId);
    const { rented, received } = byPair.get(pair) ?? { rented: 0, received: 0 };
    byPair.set(pair, { rented: rented + row.rented, received: received + row.received });
  }
  const medians = new Map(waits.map((row) => [keyOf(row.serviceId, row.countryId), row.medianSeconds]));
  const usualWaits = new Map(
    providerWaits.map((row) => [keyOf(row.provider, row.serviceId), row.medianSeconds * 1000]),
  );
  return {
    usualWaitMs: (provider, serviceId) => usualWaits.get(keyOf(provider, serviceId)),
    pair: (serviceId, countryId) => {
      const key = keyOf(serviceId, countryId);
      const delivery = enough(byPair.get(key));
      return delivery && { delivery, medianSeconds: medians.get(key) ?? null };
    },
    provider: (provider, serviceId, countryId) =>
      enough(byProvider.get(keyOf(provider, serviceId, countryId))),
    sold: (serviceId) => sales.get(serviceId) ?? 0,
  };
}

function enough(delivery: Delivery | undefined): Delivery | undefined {
  return delivery && delivery.rented >= MIN_SAMPLES ? delivery : undefined;
}

function keyOf(...parts: string[]): string {
  return parts.join("\n");
}

/** 0–100, rounded down so that 99.6 % is not shown as 100. */
export function successPercent(delivery: Delivery): number {
  return Math.floor((delivery.received * 100) / delivery.rented);
}

/**
 * The expected cost of one code: cost ÷ success rate. A provider without any success counts as if its next number would
 * succeed, so that the result stays finite.
 */
export function expectedCostMicros(costMicros: bigint, delivery: Delivery): bigint {
  return (costMicros * BigInt(delivery.rented)) / BigInt(Math.max(delivery.received, 1));
}

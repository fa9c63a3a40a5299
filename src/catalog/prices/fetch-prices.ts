import { addMs, type Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Database } from "../../db/client.ts";
import { markFailed, markObserved, selectScopes } from "../../db/queries/offer-scopes.ts";
import { ANY_SERVICE, type ObservedScope, type OfferRow, replaceOffers } from "../../db/queries/offers.ts";
import type { Priority, Provider, ProviderPrice } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import type { ProviderLists } from "../lists/snapshot.ts";
import { pairScope, type Scope } from "./scopes.ts";

export interface FetchDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly popularCountries: readonly string[];
}

export interface FetchJob {
  readonly provider: Provider;
  readonly lists: ProviderLists;
  readonly scope: Scope;
  readonly priority: Priority;
}

/** Pairs requested in one refresh. The others follow in later ones. */
const SAMPLE_SIZE = 12;
const SAMPLE_MAX_AGE_MS = 60_000;
/** The most codes of a provider that are requested for one service or country of ours. */
const MAX_CODES = 6;
/** No provider's price list is longer; a longer one is a fault and is cut. */
const MAX_PRICES = 100_000;
const MAX_STOCK = 2 ** 31 - 1;

/** Requests prices and stores them. Rejects with the provider's error, and the stored offers stay as they were. */
export async function fetchPrices(deps: FetchDeps, job: FetchJob): Promise<void> {
  const { scope } = job;
  switch (scope.kind) {
    case "all":
      await observe(deps, job, { serviceCode: null, countryCode: null });
      break;
    case "service":
      for (const serviceCode of codesOf(job.lists.serviceCodes, scope.serviceId)) {
        await observe(deps, job, { serviceCode, countryCode: null });
      }
      break;
    case "pair":
      await observePair(deps, job, scope.serviceId, scope.countryId);
      break;
    case "sample":
      await observeSample(deps, job, scope.serviceId);
      break;
  }
}

function codesOf(codes: ReadonlyMap<string, readonly string[]>, id: string): readonly string[] {
  return (codes.get(id) ?? []).slice(0, MAX_CODES);
}

async function observePair(
  deps: FetchDeps,
  job: FetchJob,
  serviceId: string,
  countryId: string,
): Promise<void> {
  for (const serviceCode of codesOf(job.lists.serviceCodes, serviceId)) {
    for (const countryCode of codesOf(job.lists.countryCodes, countryId)) {
      await observe(deps, job, { serviceCode, countryCode });
    }
  }
}

/** Requests the popular countries whose last request is oldest. A pair that fails does not stop the others. */
async function observeSample(deps: FetchDeps, job: FetchJob, serviceId: string): Promise<void> {
  const { db, clock } = deps;
  const { provider, lists } = job;
  const countryIds = deps.popularCountries.filter((id) => lists.countryCodes.has(id));
  // A small provider may sell in no popular country.
  const candidates =
    countryIds.length > 0 ? countryIds : [...lists.countryCodes.keys()].slice(0, SAMPLE_SIZE);
  const scopes = candidates.map((countryId) => pairScope(serviceId, countryId));
  const rows = await selectScopes(
    db,
    [provider.name],
    scopes.map(({ name }) => name),
  );
  const seen = new Map(rows.map((row) => [row.scope, row.observedAt?.getTime() ?? 0]));
  const fresh = addMs(clock.now(), -SAMPLE_MAX_AGE_MS).getTime();
  const due = scopes
    .filter(({ name }) => (seen.get(name) ?? 0) < fresh)
    .sort((a, b) => (seen.get(a.name) ?? 0) - (seen.get(b.name) ?? 0))
    .slice(0, SAMPLE_SIZE);
  for (const scope of due) {
    const at = clock.now();
    try {
      await observePair(deps, job, serviceId, scope.countryId);
    } catch (error) {
      await markFailed(db, provider.name, scope.name, at);
      throw error;
    }
    await markObserved(db, provider.name, scope.name, at);
  }
}

/** Sends one price request and stores its offers. */
async function observe(
  deps: FetchDeps,
  job: FetchJob,
  codes: { serviceCode: string | null; countryCode: string | null },
): Promise<void> {
  const { provider, lists, priority } = job;
  const { serviceCode, countryCode } = codes;
  // The time of the request, not of the answer: a refusal that arrives in between is newer than these prices.
  const observedAt = deps.clock.now();
  const query = {
    ...(serviceCode !== null && { serviceCode }),
    ...(countryCode !== null && { countryCode }),
  };
  const prices = await pricesOrNone(provider, query, priority);
  const scope: ObservedScope = { provider: provider.name, serviceCode, countryCode };
  const rows = offerRows(provider, lists, scope, prices.slice(0, MAX_PRICES), observedAt);
  await replaceOffers(deps.db, scope, rows, observedAt);
  if (rows.length === 0 && prices.length > 0) {
    deps.logger.warn({ provider: provider.name, prices: prices.length }, "no price could be mapped");
  }
}

/** "No stock" and "no such service" mean that there is no offer, so they are not errors here. */
async function pricesOrNone(
  provider: Provider,
  query: { serviceCode?: string; countryCode?: string },
  priority: Priority,
): Promise<readonly ProviderPrice[]> {
  try {
    return await provider.prices(query, { priority });
  } catch (error) {
    const isAnswer =
      error instanceof ProviderError && (error.kind === "no_stock" || error.kind === "bad_mapping");
    if (isAnswer) return [];
    throw error;
  }
}

function offerRows(
  provider: Provider,
  lists: ProviderLists,
  scope: ObservedScope,
  prices: readonly ProviderPrice[],
  observedAt: Date,
): OfferRow[] {
  const rows = new Map<string, OfferRow>();
  for (const price of prices) {
    const serviceCode = provider.capabilities.anyService ? null : price.serviceCode;
    const serviceId = serviceCode === null ? anyServiceId(provider) : lists.serviceIds.get(serviceCode);
    const countryId = lists.countryIds.get(price.countryCode);
    if (serviceId === undefined || countryId === undefined || price.costMicros <= 0n) continue;
    // Rows outside the requested scope are skipped: this request must not overwrite what another one stored.
    if (scope.serviceCode !== null && serviceCode !== scope.serviceCode) continue;
    if (scope.countryCode !== null && price.countryCode !== scope.countryCode) continue;
    const row: OfferRow = {
      provider: provider.name,
      serviceId,
      countryId,
      serviceCode: serviceCode ?? "",
      countryCode: price.countryCode,
      operator: price.operator ?? "",
      costMicros: price.costMicros,
      stock: price.stock === null ? null : Math.min(Math.max(Math.trunc(price.stock), 0), MAX_STOCK),
      observedAt,
    };
    const key = [row.serviceCode, row.countryCode, row.operator].join("\n");
    const known = rows.get(key);
    if (!known || row.costMicros < known.costMicros) rows.set(key, row);
  }
  return [...rows.values()];
}

function anyServiceId(provider: Provider): string | undefined {
  return provider.capabilities.anyService ? ANY_SERVICE : undefined;
}

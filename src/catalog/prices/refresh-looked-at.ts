import { messageOf } from "../../core/errors.ts";
import type { CatalogDeps } from "../catalog-deps.ts";
import type { Lists } from "../lists/sync-lists.ts";
import type { Freshness } from "./freshness.ts";
import type { LookedAt } from "./looked-at.ts";
import { within } from "./waiting.ts";

export interface RefreshParts {
  readonly deps: CatalogDeps;
  readonly lists: Lists;
  readonly lookedAt: LookedAt;
  readonly freshness: Freshness;
  readonly maxAgeMs: number;
}

/** The most services refreshed in one tick. */
const MAX_SERVICES = 20;
/** The same for providers that need a dozen requests to refresh one service. */
const MAX_SAMPLED_SERVICES = 2;
/** A tick waits no longer than this for a slow provider, whose requests continue. */
const TICK_MS = 10_000;

/**
 * Refreshes the services that people are looking at, and provider lists that are due. Providers are refreshed in parallel,
 * each one service at a time. A provider that is still busy with an earlier tick is skipped.
 */
export function createRefreshLookedAt(parts: RefreshParts): () => Promise<void> {
  const { deps } = parts;
  const busy = new Set<string>();

  async function lane(provider: string, serviceIds: readonly string[]): Promise<void> {
    if (busy.has(provider)) return;
    busy.add(provider);
    try {
      for (const serviceId of serviceIds) {
        const subject = { serviceId, countryId: null, provider };
        await Promise.all(await parts.freshness.refresh(subject, parts.maxAgeMs, "background"));
      }
    } catch (error) {
      // Only a database error arrives here: a failed request is recorded where it is made.
      deps.logger.warn({ provider, reason: messageOf(error) }, "prices not refreshed");
    } finally {
      busy.delete(provider);
    }
  }

  return async () => {
    const serviceIds = parts.lookedAt.current();
    const lanes = [...deps.providers.values()].map(({ name, capabilities }) => {
      const limit = capabilities.prices === "per-pair" ? MAX_SAMPLED_SERVICES : MAX_SERVICES;
      return lane(name, serviceIds.slice(0, limit));
    });
    const lists = parts.lists.syncDue().catch((error: unknown) => {
      deps.logger.warn({ reason: messageOf(error) }, "provider lists could not be checked");
    });
    await within(deps.clock, TICK_MS, Promise.all([...lanes, lists]));
  };
}

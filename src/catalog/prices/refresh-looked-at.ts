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

/** Services refreshed in one tick; the rest have their turn at the next. */
const MAX_SERVICES = 20;
/** Where a refresh is a dozen requests, only what is on most screens. */
const MAX_SAMPLED_SERVICES = 2;
/** The tick does not wait longer for a slow provider; its lane goes on by itself. */
const TICK_MS = 10_000;

/**
 * Refreshes what people are looking at, and provider lists that are due. One request at a time to each provider,
 * providers side by side; a provider whose last tick is not over is not asked again.
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
      // The database, not the provider: a failed request is recorded where it is made.
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
      deps.logger.warn({ reason: messageOf(error) }, "provider lists not looked at");
    });
    await within(deps.clock, TICK_MS, Promise.all([...lanes, lists]));
  };
}

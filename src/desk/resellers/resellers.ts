import { addMs, type Clock } from "../../core/clock.ts";
import type { Database } from "../../db/client.ts";
import { type ApiKeyRow, selectLiveKeys } from "../../db/queries/api-keys.ts";
import {
  type ResellerFacts,
  type ResellerLine,
  selectResellerFacts,
  selectResellers,
} from "../../db/queries/desk-resellers.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

export interface ResellerCard extends ResellerFacts {
  /** Null: the guard does not stop the keys now. */
  readonly bannedUntil: Date | null;
  /** Those that work. */
  readonly keys: readonly Omit<ApiKeyRow, "secretHash">[];
}

/** Buyers who sell on by keys. Changes are draft kinds. */
export interface Resellers {
  /** One more than `limit` says that there are more. */
  list(page: { limit: number; offset: number }): Promise<readonly ResellerLine[]>;
  /** Undefined: no buyer with keys. */
  card(buyerId: string): Promise<ResellerCard | undefined>;
}

export function createResellers({ db, clock }: { db: Database; clock: Clock }): Resellers {
  return {
    list: (page) => selectResellers(db, { ...page, now: clock.now() }),
    async card(buyerId) {
      const now = clock.now();
      const today = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS);
      const facts = await selectResellerFacts(db, buyerId, { today, monthAgo: addMs(now, -30 * DAY_MS) });
      if (!facts) return undefined;
      const keys = await selectLiveKeys(db, buyerId, now);
      const isStopped = facts.bannedUntil !== null && facts.bannedUntil > now;
      const bannedUntil = isStopped ? facts.bannedUntil : null;
      return { ...facts, bannedUntil, keys: keys.map(({ secretHash: _, ...key }) => key) };
    },
  };
}

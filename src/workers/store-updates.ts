import type { Checkpoint } from "../core/checkpoint.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import { type StoredUpdate, storeUpdates } from "../db/queries/inbox.ts";
import { oweSlowDown } from "../db/queries/outbox.ts";
import { inTransaction } from "../db/transaction.ts";
import { chatOfLane, toStoredUpdate } from "./lanes.ts";

/** More open updates of one person are not taken. Nobody who reads the answers has so many. */
const MAX_OPEN_PER_PERSON = 50;

export interface StoreDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** New updates lie in the inbox. */
  readonly onStored: () => void;
  readonly checkpoint?: Checkpoint;
}

/** Stores raw updates. What is no update, or one too many of a person, is logged and left out. Returns how many wait now. */
export async function storeRaw(deps: StoreDeps, raw: readonly unknown[]): Promise<number> {
  const updates: StoredUpdate[] = [];
  for (const item of raw) {
    const update = toStoredUpdate(item);
    if (update) updates.push(update);
    else deps.logger.warn({}, "something that is no update was left out");
  }
  const added = await storeBounded(deps, updates);
  deps.checkpoint?.("inbox/stored");
  if (added > 0) deps.onStored();
  return added;
}

/** Stores updates, and in the same transaction owes an answer to people of whom too many wait already. */
async function storeBounded(
  { db, clock, logger }: StoreDeps,
  updates: readonly StoredUpdate[],
): Promise<number> {
  const at = clock.now();
  return inTransaction(db, async (tx) => {
    const { added, fullLanes } = await storeUpdates(tx, updates, { at, maxPerLane: MAX_OPEN_PER_PERSON });
    if (fullLanes.length > 0)
      logger.warn({ people: fullLanes.length }, "updates left out: too many of a person wait");
    for (const lane of fullLanes) {
      const chatId = chatOfLane(lane);
      if (chatId !== undefined) await oweSlowDown(tx, chatId, at);
    }
    return added;
  });
}

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
  /** What was just stored, and perhaps known before: a tap's spinner can be ended before its turn comes. */
  readonly onUpdates?: (raw: readonly unknown[]) => void;
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
  if (added > 0) {
    deps.onUpdates?.(raw);
    deps.onStored();
  }
  return added;
}

/** Stores updates in one statement. People of whom too many wait already are owed an answer, which may be lost. */
async function storeBounded(
  { db, clock, logger }: StoreDeps,
  updates: readonly StoredUpdate[],
): Promise<number> {
  const at = clock.now();
  const { added, fullLanes } = await storeUpdates(db, updates, { at, maxPerLane: MAX_OPEN_PER_PERSON });
  if (fullLanes.length === 0) return added;
  logger.warn({ people: fullLanes.length }, "updates left out: too many of a person wait");
  await inTransaction(db, async (tx) => {
    for (const lane of fullLanes) {
      const chatId = chatOfLane(lane);
      if (chatId !== undefined) await oweSlowDown(tx, chatId, at);
    }
  });
  return added;
}

/** At most so many updates are stored in one statement. */
const MAX_BATCH = 100;
/** Telegram opens 100 connections at most, so more can never wait. */
const MAX_WAITING = 1_000;

/**
 * Stores single updates, as a webhook brings them: those that come while a statement runs share the next one. Resolves
 * when the update is committed; rejects when it is not, and Telegram sends it again.
 */
export function createUpdateStore(deps: StoreDeps): (update: unknown) => Promise<void> {
  let waiting: { readonly update: unknown; settle(error?: unknown): void }[] = [];
  let running = false;

  async function storeAll(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      try {
        await storeRaw(
          deps,
          batch.map(({ update }) => update),
        );
        for (const { settle } of batch) settle();
      } catch (error) {
        for (const { settle } of batch) settle(error ?? new Error("not stored"));
      }
    }
    running = false;
  }

  return (update) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= MAX_WAITING) return reject(new Error("too many updates wait to be stored"));
      waiting.push({ update, settle: (error) => (error === undefined ? resolve() : reject(error)) });
      if (!running) void storeAll();
    });
}

import type { Clock } from "../core/clock.ts";
import type { Database } from "../db/client.ts";
import { selectApiDays } from "../db/queries/api-digests.ts";
import { enqueue } from "../db/queries/outbox.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** What happened just before midnight may be written down a moment later. */
const FROM_MS = 5 * MINUTE_MS;
/** Later than this nobody wants it any more. */
const LATEST_MS = 12 * 60 * MINUTE_MS;
const BATCH = 200;

export interface DigestDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly onMessages: () => void;
}

/**
 * Owes each owner of keys one message about yesterday (UTC), instead of a card for every order: a tool may buy hundreds a
 * day. Every replica calls it; the message is sent once, because its key is stored with it. True: there may be more.
 */
export async function sendDigests({ db, clock, onMessages }: DigestDeps): Promise<boolean> {
  const at = clock.now();
  const midnightMs = Math.floor(at.getTime() / DAY_MS) * DAY_MS;
  const lateMs = at.getTime() - midnightMs;
  if (lateMs < FROM_MS || lateMs > LATEST_MS) return false;
  const since = new Date(midnightMs - DAY_MS);
  const day = since.toISOString().slice(0, 10);
  const keyPrefix = `api_digest:${day}:`;
  const days = await selectApiDays(db, { since, until: new Date(midnightMs), keyPrefix, limit: BATCH });
  for (const { buyerId, telegramId, sold, codes, spentMicros } of days) {
    const message = { kind: "api_digest" as const, day, sold, codes, spentMicros: spentMicros.toString() };
    await enqueue(db, { chatId: telegramId, buyerId, message, dedupeKey: `${keyPrefix}${buyerId}`, at });
  }
  if (days.length > 0) onMessages();
  return days.length === BATCH;
}

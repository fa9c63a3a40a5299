import { createHmac } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../../src/db/client.ts";

/** What the shop knows of a person just now: as a buyer, or under a hash after a deletion. */
export interface PersonFact {
  readonly telegramId: number;
  readonly isKnown: boolean;
  readonly isBanned: boolean;
  /** Debt under the hash. */
  readonly carriedDebtMicros: bigint;
  /** Of the last day, placed as somebody whose data is deleted. */
  readonly forgottenPurchases: number;
  readonly forgottenCancels: number;
  /** What still counts of that. */
  readonly carriedPurchases: number;
  readonly carriedCancels: number;
  /** Places where the Telegram id still stands although the person is forgotten. */
  readonly traces: readonly string[];
}

interface BuyerRecord {
  telegram_id: bigint;
  is_known: boolean;
  is_banned: boolean;
  buyer_id: string | null;
  purchases: bigint;
  cancels: bigint;
}

interface CarriedRecord {
  person_hash: string | null;
  buyer_id: string | null;
  kind: string;
  count: bigint;
}

export async function selectPersonFacts(db: Database, now: Date): Promise<PersonFact[]> {
  const since = new Date(now.getTime() - 24 * 60 * 60 * 1000);
  const key = await selectHashKey(db);
  const hashOf = (telegramId: bigint): string =>
    createHmac("sha256", key).update(`telegram:${telegramId}`).digest("hex");
  const people = await selectPeople(db, since);
  const kept = await selectKept(db);
  const carried = await selectCarried(db, since);
  const traces = await selectTraces(db);
  return people.map((row) => {
    const hash = hashOf(row.telegram_id);
    const under = kept.get(hash);
    const carriedOf = (kind: string): number =>
      carried
        .filter((one) => one.kind === kind && (one.person_hash === hash || one.buyer_id === row.buyer_id))
        .filter((one) => one.person_hash !== null || one.buyer_id !== null)
        .reduce((sum, one) => sum + Number(one.count), 0);
    return {
      telegramId: Number(row.telegram_id),
      isKnown: row.is_known,
      isBanned: row.is_known ? row.is_banned : (under?.isBanned ?? false),
      carriedDebtMicros: under?.debtMicros ?? 0n,
      forgottenPurchases: Number(row.purchases),
      forgottenCancels: Number(row.cancels),
      carriedPurchases: carriedOf("purchase"),
      carriedCancels: carriedOf("cancel"),
      traces: traces.get(String(row.telegram_id)) ?? [],
    };
  });
}

async function selectHashKey(db: Database): Promise<Buffer> {
  const { rows } = await sql<{
    value: string;
  }>`SELECT value FROM settings WHERE key = 'person_hash_key'`.execute(db);
  return Buffer.from(rows[0]?.value ?? "", "hex");
}

async function selectPeople(db: Database, since: Date): Promise<BuyerRecord[]> {
  const { rows } = await sql<BuyerRecord>`
    SELECT p.telegram_id, bool_or(b.telegram_id IS NOT NULL) AS is_known,
      bool_or(b.telegram_id IS NOT NULL AND b.banned_at IS NOT NULL) AS is_banned,
      max(b.id::text) FILTER (WHERE b.telegram_id IS NOT NULL) AS buyer_id,
      coalesce(sum((SELECT count(*) FROM orders o WHERE o.buyer_id = b.id AND o.placed_at > ${since}::timestamptz))
        FILTER (WHERE b.telegram_id IS NULL), 0)::bigint AS purchases,
      coalesce(sum((SELECT count(*) FROM order_history h JOIN orders o ON o.id = h.order_id
        WHERE o.buyer_id = b.id AND h.to_state = 'cancelling' AND h.at > ${since}::timestamptz))
        FILTER (WHERE b.telegram_id IS NULL), 0)::bigint AS cancels
    FROM soak.people p JOIN buyers b ON b.id = p.buyer_id GROUP BY 1`.execute(db);
  return rows;
}

async function selectKept(db: Database): Promise<Map<string, { isBanned: boolean; debtMicros: bigint }>> {
  const { rows } = await sql<{ person_hash: string; is_banned: boolean; debt: string }>`
    SELECT person_hash, banned_at IS NOT NULL AS is_banned, debt_micros::text AS debt FROM forgotten_people`.execute(
    db,
  );
  return new Map(
    rows.map((row) => [row.person_hash, { isBanned: row.is_banned, debtMicros: BigInt(row.debt) }]),
  );
}

async function selectCarried(db: Database, since: Date): Promise<CarriedRecord[]> {
  const { rows } = await sql<CarriedRecord>`
    SELECT person_hash, buyer_id, kind, count(*) FROM carried_actions
    WHERE at > ${since}::timestamptz GROUP BY 1, 2, 3`.execute(db);
  return rows;
}

/** By Telegram id, for people who are forgotten just now. The inbox still holds what they asked for until its purge. */
async function selectTraces(db: Database): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ telegram_id: bigint; place: string }>`
    WITH gone AS (
      SELECT DISTINCT p.telegram_id FROM soak.people p
      WHERE NOT EXISTS (SELECT FROM buyers b WHERE b.telegram_id = p.telegram_id))
    SELECT telegram_id, 'orders' AS place FROM gone WHERE EXISTS (SELECT FROM orders o WHERE o.chat_id = gone.telegram_id)
    UNION ALL
    SELECT telegram_id, 'topups' FROM gone WHERE EXISTS (SELECT FROM topups t WHERE t.chat_id = gone.telegram_id)
    UNION ALL
    SELECT telegram_id, 'outbox' FROM gone WHERE EXISTS (
      SELECT FROM outbox o WHERE o.chat_id = gone.telegram_id OR o.payload::text LIKE '%' || gone.telegram_id || '%')
    UNION ALL
    SELECT telegram_id, 'conversation_states' FROM gone
      WHERE EXISTS (SELECT FROM conversation_states c WHERE c.key = gone.telegram_id::text)`.execute(db);
  const places = new Map<string, string[]>();
  for (const { telegram_id, place } of rows) {
    const key = String(telegram_id);
    places.set(key, [...(places.get(key) ?? []), place]);
  }
  return places;
}

/** Buyers whose data is deleted and of whom something personal is still there, with what it is. */
export async function selectRemains(db: Database): Promise<{ buyerId: string; what: string }[]> {
  const { rows } = await sql<{ id: string; what: string }>`
    WITH gone AS (SELECT id FROM buyers WHERE deleted_at IS NOT NULL)
    SELECT id, 'telegram_id' AS what FROM buyers WHERE deleted_at IS NOT NULL AND telegram_id IS NOT NULL
    UNION ALL SELECT id, 'favourites' FROM gone WHERE EXISTS (SELECT FROM favourites f WHERE f.buyer_id = gone.id)
    UNION ALL SELECT id, 'owed messages' FROM gone WHERE EXISTS (SELECT FROM outbox o WHERE o.buyer_id = gone.id)
    UNION ALL SELECT id, 'a chat' FROM gone WHERE EXISTS (SELECT FROM orders o WHERE o.buyer_id = gone.id AND o.chat_id <> 0)
    UNION ALL SELECT id, 'an SMS' FROM gone WHERE EXISTS (SELECT FROM orders o JOIN order_sms s ON s.order_id = o.id
      WHERE o.buyer_id = gone.id AND (s.code IS NOT NULL OR s.text IS NOT NULL))
    UNION ALL SELECT id, 'a note' FROM gone WHERE EXISTS (SELECT FROM topups t JOIN manual_claims c ON c.topup_id = t.id
      WHERE t.buyer_id = gone.id AND (c.note IS NOT NULL OR c.file_id IS NOT NULL))
    UNION ALL SELECT id, 'a complaint' FROM gone
      WHERE EXISTS (SELECT FROM disputes d WHERE d.buyer_id = gone.id AND d.text <> '')`.execute(db);
  return rows.map(({ id, what }) => ({ buyerId: id, what }));
}

/** Orders that were placed while their buyer was banned or forgotten. */
export async function selectForbiddenOrders(db: Database): Promise<string[]> {
  const { rows } = await sql<{ order_id: string }>`SELECT order_id FROM soak.orders_of_banned`.execute(db);
  return rows.map(({ order_id }) => order_id);
}

/** People named in commands that the shop gave up: on a machine that is too slow, whether they took effect is open. */
export async function selectUnsure(db: Database): Promise<Set<number>> {
  const { rows } = await sql<{ person: string }>`
    SELECT split_part(payload #>> '{message,text}', ' ', 2) AS person FROM inbox
    WHERE failed AND payload #>> '{message,text}' ~ '^/(un)?ban '`.execute(db);
  return new Set(rows.map(({ person }) => Number(person)));
}

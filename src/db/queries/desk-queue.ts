import { sql } from "kysely";
import type { Executor } from "../client.ts";

export type QueueKind = "receipt" | "question" | "doubt" | "finding";

export interface QueueItem {
  readonly kind: QueueKind;
  readonly id: string;
  readonly since: Date;
  /** An amount of a receipt or a doubt; null: none. */
  readonly amountMicros: bigint | null;
  /** What a finding is about, or of whom a question is; never its text. */
  readonly about: string;
  /** Who is on it just now; null: nobody. */
  readonly takenBy: number | null;
}

const everything = sql`
  SELECT 'receipt' AS kind, c.id, c.submitted_at AS since, t.amount_micros, '' AS about
    FROM manual_claims c JOIN topups t ON t.id = c.topup_id JOIN buyers b ON b.id = t.buyer_id
    WHERE c.decision IS NULL AND b.telegram_id IS NOT NULL
  UNION ALL
  SELECT 'question', d.id, d.created_at, NULL, coalesce('@' || b.username, b.telegram_id::text)
    FROM disputes d JOIN buyers b ON b.id = d.buyer_id WHERE d.closed_at IS NULL AND b.telegram_id IS NOT NULL
  UNION ALL
  SELECT 'doubt', id, placed_at, price_micros, coalesce(provider, '') FROM orders WHERE state = 'in_doubt'
  UNION ALL
  SELECT 'finding', id, first_seen_at, NULL, kind || ' ' || subject FROM findings WHERE closed_at IS NULL`;

/** What waits for an operator, oldest first. */
export async function selectQueue(
  db: Executor,
  kinds: readonly QueueKind[],
  { limit, offset, at }: { limit: number; offset: number; at: Date },
): Promise<QueueItem[]> {
  const { rows } = await sql<{
    kind: QueueKind;
    id: string;
    since: Date;
    amount_micros: bigint | null;
    about: string;
    staff_id: bigint | null;
  }>`
    SELECT item.*, l.staff_id FROM (${everything}) AS item
    LEFT JOIN queue_leases l ON l.subject = item.kind || ':' || item.id AND l.until > ${at}
    WHERE item.kind = ANY(${[...kinds]}) ORDER BY item.since, item.id LIMIT ${limit}::bigint OFFSET ${offset}::bigint`.execute(
    db,
  );
  return rows.map((row) => ({
    kind: row.kind,
    id: row.id,
    since: row.since,
    amountMicros: row.amount_micros,
    about: row.about,
    takenBy: row.staff_id === null ? null : Number(row.staff_id),
  }));
}

export async function countQueue(db: Executor, kinds: readonly QueueKind[]): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`
    SELECT count(*) AS count FROM (${everything}) AS item WHERE item.kind = ANY(${[...kinds]})`.execute(db);
  return Number(rows[0]?.count ?? 0n);
}

/** Takes it for `until`, unless somebody else is on it. Who is on it now. */
export async function takeLease(
  db: Executor,
  lease: { subject: string; staffId: number; at: Date; until: Date },
): Promise<number> {
  const { rows } = await sql<{ staff_id: bigint }>`
    INSERT INTO queue_leases AS l (subject, staff_id, until)
    VALUES (${lease.subject}, ${lease.staffId}::bigint, ${lease.until})
    ON CONFLICT (subject) DO UPDATE SET
      staff_id = CASE WHEN l.until > ${lease.at} THEN l.staff_id ELSE excluded.staff_id END,
      until = CASE WHEN l.until > ${lease.at} AND l.staff_id <> excluded.staff_id THEN l.until ELSE excluded.until END
    RETURNING staff_id`.execute(db);
  return Number(rows[0]?.staff_id ?? 0n);
}

export async function selectLease(db: Executor, subject: string, at: Date): Promise<number | null> {
  const row = await db
    .selectFrom("queue_leases")
    .select("staff_id")
    .where("subject", "=", subject)
    .where("until", ">", at)
    .executeTakeFirst();
  return row === undefined ? null : Number(row.staff_id);
}

export async function purgeLeases(db: Executor, before: Date): Promise<number> {
  const result = await db.deleteFrom("queue_leases").where("until", "<", before).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** False: closed before. */
export async function closeDispute(db: Executor, id: string, by: string, at: Date): Promise<boolean> {
  const result = await db
    .updateTable("disputes")
    .set({ closed_at: at, closed_by: by })
    .where("id", "=", id)
    .where("closed_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Marks what has waited since `before` and was not reminded of; each once. */
export async function takeUnreminded(
  tx: Executor,
  { before, at }: { before: Date; at: Date },
): Promise<readonly { readonly kind: "receipt" | "question"; readonly id: string }[]> {
  const claims = await sql<{ id: string }>`
    UPDATE manual_claims SET reminded_at = ${at}
    WHERE decision IS NULL AND reminded_at IS NULL AND submitted_at <= ${before} RETURNING id`.execute(tx);
  const disputes = await sql<{ id: string }>`
    UPDATE disputes SET reminded_at = ${at}
    WHERE closed_at IS NULL AND reminded_at IS NULL AND created_at <= ${before} RETURNING id`.execute(tx);
  return [
    ...claims.rows.map(({ id }) => ({ kind: "receipt" as const, id })),
    ...disputes.rows.map(({ id }) => ({ kind: "question" as const, id })),
  ];
}

export interface FindingFacts {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly detail: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

export async function selectFinding(db: Executor, id: string): Promise<FindingFacts | undefined> {
  return await db
    .selectFrom("findings")
    .select(["id", "kind", "subject", "detail", "first_seen_at as firstSeenAt", "last_seen_at as lastSeenAt"])
    .where("id", "=", id)
    .executeTakeFirst();
}

import { sql } from "kysely";
import type { Executor } from "../client.ts";

export type AttemptOutcome = "rented" | "refused" | "in_doubt" | "surplus";

export interface AttemptRow {
  readonly id: string;
  readonly orderId: string;
  readonly provider: string;
  readonly serviceCode: string;
  readonly countryCode: string;
  readonly operator: string;
  readonly costMicros: bigint;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly outcome: string | null;
  readonly errorKind: string | null;
}

export interface NewAttempt {
  readonly id: string;
  readonly orderId: string;
  readonly provider: string;
  readonly serviceCode: string | null;
  readonly countryCode: string;
  readonly operator: string | null;
  readonly costMicros: bigint;
  readonly startedAt: Date;
}

/**
 * Notes on the order what is tried, and stores the attempt, in one statement. False, and nothing is stored: the order is
 * not in `placing` any more, another attempt is open, or this offer was tried before. Two at the same moment wait for each
 * other at the order's row; a unique index allows one open attempt an order.
 */
export async function insertAttempt(db: Executor, attempt: NewAttempt): Promise<boolean> {
  const { serviceCode, operator } = attempt;
  const result = await sql<{ id: string }>`
    WITH ours AS (
      SELECT id FROM orders WHERE id = ${attempt.orderId}::uuid AND state = 'placing' FOR UPDATE
    ), attempt AS (
      INSERT INTO order_attempts (id, order_id, provider, service_code, country_code, operator, cost_micros, started_at)
      SELECT ${attempt.id}::uuid, id, ${attempt.provider}, ${serviceCode ?? ""}, ${attempt.countryCode},
             ${operator ?? ""}, ${attempt.costMicros}::bigint, ${attempt.startedAt}::timestamptz
      FROM ours
      ON CONFLICT DO NOTHING
      RETURNING order_id
    )
    UPDATE orders SET provider = ${attempt.provider}, service_code = ${serviceCode},
      country_code = ${attempt.countryCode}, operator = ${operator}, cost_micros = ${attempt.costMicros}::bigint
    FROM attempt WHERE orders.id = attempt.order_id
    RETURNING orders.id`.execute(db);
  return result.rows.length > 0;
}

interface AttemptEnd {
  readonly outcome: AttemptOutcome;
  readonly errorKind: string | null;
  readonly at: Date;
}

export async function endAttempt(db: Executor, attemptId: string, end: AttemptEnd): Promise<void> {
  await db
    .updateTable("order_attempts")
    .set({ outcome: end.outcome, error_kind: end.errorKind, ended_at: end.at })
    .where("id", "=", attemptId)
    .execute();
}

/** As {@link endAttempt}, for an attempt without an outcome. False: it has one, which stays. */
export async function endOpenAttempt(db: Executor, attemptId: string, end: AttemptEnd): Promise<boolean> {
  const result = await db
    .updateTable("order_attempts")
    .set({ outcome: end.outcome, error_kind: end.errorKind, ended_at: end.at })
    .where("id", "=", attemptId)
    .where("outcome", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** The purchase calls to this provider that have no answer yet: one for each product, the first that began. */
export async function selectCallsUnderWay(
  db: Executor,
  provider: string,
): Promise<{ serviceCode: string; countryCode: string; startedAt: Date }[]> {
  return await db
    .selectFrom("order_attempts")
    .select((eb) => [
      "service_code as serviceCode",
      "country_code as countryCode",
      eb.fn.min("started_at").as("startedAt"),
    ])
    .where("provider", "=", provider)
    .where("outcome", "is", null)
    .groupBy(["service_code", "country_code"])
    .execute();
}

/** The attempts of an order, oldest first. */
export async function selectAttempts(db: Executor, orderId: string): Promise<AttemptRow[]> {
  const rows = await db
    .selectFrom("order_attempts")
    .selectAll()
    .where("order_id", "=", orderId)
    .orderBy("started_at")
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    orderId: row.order_id,
    provider: row.provider,
    serviceCode: row.service_code,
    countryCode: row.country_code,
    operator: row.operator,
    costMicros: row.cost_micros,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    outcome: row.outcome,
    errorKind: row.error_kind,
  }));
}

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

/** False: this offer was tried for this order before. */
export async function insertAttempt(
  db: Executor,
  attempt: Omit<AttemptRow, "endedAt" | "outcome" | "errorKind">,
): Promise<boolean> {
  const result = await db
    .insertInto("order_attempts")
    .values({
      id: attempt.id,
      order_id: attempt.orderId,
      provider: attempt.provider,
      service_code: attempt.serviceCode,
      country_code: attempt.countryCode,
      operator: attempt.operator,
      cost_micros: attempt.costMicros,
      started_at: attempt.startedAt,
    })
    .onConflict((conflict) =>
      conflict.columns(["order_id", "provider", "service_code", "country_code", "operator"]).doNothing(),
    )
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
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

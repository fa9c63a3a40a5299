import { sql } from "kysely";
import { newId } from "../../core/ids.ts";
import type { Executor, Tx } from "../client.ts";

/** Where a chain of keys wants to be called, and how that goes. */
export interface WebhookRow {
  readonly chainId: string;
  readonly url: string;
  readonly salt: string;
  /** Null: it is called. */
  readonly offAt: Date | null;
  readonly lastAt: Date | null;
  readonly lastResult: string | null;
}

const columns = sql`chain_id AS "chainId", url, salt, off_at AS "offAt", last_at AS "lastAt", last_result AS "lastResult"`;

export async function selectWebhook(db: Executor, chainId: string): Promise<WebhookRow | undefined> {
  const result =
    await sql<WebhookRow>`SELECT ${columns} FROM api_webhooks WHERE chain_id = ${chainId}`.execute(db);
  return result.rows[0];
}

/** A new address begins anew: what was owed to the old one is dropped with it. */
export async function putWebhook(
  tx: Tx,
  { chainId, url, salt, at }: { chainId: string; url: string; salt: string; at: Date },
): Promise<void> {
  await deleteWebhook(tx, chainId);
  await tx.insertInto("api_webhooks").values({ chain_id: chainId, url, salt, set_at: at }).execute();
}

export async function deleteWebhook(db: Executor, chainId: string): Promise<boolean> {
  const result = await db.deleteFrom("api_webhooks").where("chain_id", "=", chainId).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Owes a sample call. False: there is no address, it is off, or one is owed already. */
export async function oweTest(db: Executor, chainId: string, at: Date): Promise<boolean> {
  const result = await sql`
    INSERT INTO webhook_deliveries (id, chain_id, kind, created_at, next_at)
    SELECT ${newId()}::uuid, chain_id, 'test', ${at}, ${at} FROM api_webhooks
    WHERE chain_id = ${chainId} AND off_at IS NULL
    ON CONFLICT DO NOTHING`.execute(db);
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** Owes the buyer's own server news of an order that was bought by a key, if it wants to be called. Null: the order ended. */
export async function oweCall(tx: Tx, orderId: string, smsId: string | null, at: Date): Promise<void> {
  await sql`
    INSERT INTO webhook_deliveries (id, chain_id, kind, order_id, sms_id, created_at, next_at)
    SELECT ${newId()}::uuid, w.chain_id, ${smsId === null ? "closed" : "sms"}, o.id, ${smsId}::uuid, ${at}, ${at}
    FROM orders o JOIN api_keys k ON k.id = o.api_key_id JOIN api_webhooks w ON w.chain_id = k.chain_id
    WHERE o.id = ${orderId}::uuid AND o.told_at IS NOT NULL AND w.off_at IS NULL`.execute(tx);
}

/** A call to be made now, with what it says. */
export interface DueCall {
  readonly id: string;
  readonly chainId: string;
  readonly url: string;
  readonly salt: string;
  readonly kind: string;
  /** How often it was tried, with this time. */
  readonly tries: number;
  readonly number: number | null;
  readonly serviceId: string | null;
  readonly countryId: string | null;
  readonly state: string | null;
  readonly closedAt: Date | null;
  /** Null once purged, and then not worth a call. */
  readonly code: string | null;
  readonly text: string | null;
  readonly receivedAt: Date | null;
}

export interface Claim {
  readonly now: Date;
  readonly leasedUntil: Date;
  readonly limit: number;
  /** At once to one receiver; one that fails gets one call at a time. */
  readonly perReceiver: number;
}

/**
 * Takes calls that are due until `leasedUntil`: of each receiver a few, and every receiver's first before anybody's second,
 * so that a slow one holds up nobody else. Any replica may call it at any time.
 */
export async function claimCalls(
  db: Executor,
  { now, leasedUntil, limit, perReceiver }: Claim,
): Promise<DueCall[]> {
  const result = await sql<DueCall>`
    WITH busy AS (
      SELECT chain_id, count(*) AS count FROM webhook_deliveries WHERE leased_until > ${now} GROUP BY chain_id
    ), due AS (
      SELECT d.id, coalesce(b.count, 0) + row_number() OVER (PARTITION BY d.chain_id ORDER BY d.next_at, d.id) AS place,
        CASE WHEN w.failures > 0 THEN 1 ELSE ${perReceiver}::int END AS places
      FROM webhook_deliveries d JOIN api_webhooks w ON w.chain_id = d.chain_id LEFT JOIN busy b ON b.chain_id = d.chain_id
      WHERE d.next_at <= ${now} AND (d.leased_until IS NULL OR d.leased_until <= ${now}) AND w.off_at IS NULL
    ), taken AS (
      SELECT d.id FROM webhook_deliveries d JOIN due ON due.id = d.id AND due.place <= due.places
      WHERE d.next_at <= ${now} AND (d.leased_until IS NULL OR d.leased_until <= ${now})
      ORDER BY due.place, d.next_at LIMIT ${limit} FOR UPDATE OF d SKIP LOCKED
    ), claimed AS (
      UPDATE webhook_deliveries d SET leased_until = ${leasedUntil}, tries = d.tries + 1 FROM taken
      WHERE d.id = taken.id RETURNING d.*
    )
    SELECT c.id, c.chain_id AS "chainId", w.url, w.salt, c.kind, c.tries, o.api_number AS number,
      o.service_id AS "serviceId", o.country_id AS "countryId", o.state, o.closed_at AS "closedAt",
      s.code, s.text, s.received_at AS "receivedAt"
    FROM claimed c JOIN api_webhooks w ON w.chain_id = c.chain_id
    LEFT JOIN orders o ON o.id = c.order_id LEFT JOIN order_sms s ON s.id = c.sms_id`.execute(db);
  return result.rows;
}

/** How a call went; `nextAt` null: it is not tried again. */
export interface CallResult {
  readonly call: Pick<DueCall, "id" | "chainId" | "salt">;
  readonly isTaken: boolean;
  /** A status or a word of ours. */
  readonly result: string;
  readonly nextAt: Date | null;
  readonly at: Date;
}

/** Writes down how a call went. Returns since when this receiver fails, and how often; undefined: it does not. */
export async function settleCall(
  tx: Tx,
  { call, isTaken, result, nextAt, at }: CallResult,
): Promise<{ readonly since: Date; readonly failures: number } | undefined> {
  if (isTaken || nextAt === null)
    await tx.deleteFrom("webhook_deliveries").where("id", "=", call.id).execute();
  else
    await tx
      .updateTable("webhook_deliveries")
      .set({ next_at: nextAt, leased_until: null })
      .where("id", "=", call.id)
      .execute();
  // The salt: an address that was set meanwhile has nothing to do with this call.
  const written = await sql<{ since: Date | null; failures: number }>`
    UPDATE api_webhooks SET last_at = ${at}, last_result = ${result},
      failing_since = CASE WHEN ${isTaken} THEN NULL ELSE coalesce(failing_since, ${at}::timestamptz) END,
      failures = CASE WHEN ${isTaken} THEN 0 ELSE failures + 1 END
    WHERE chain_id = ${call.chainId} AND salt = ${call.salt}
    RETURNING failing_since AS since, failures`.execute(tx);
  const [row] = written.rows;
  return row?.since ? { since: row.since, failures: row.failures } : undefined;
}

/** Calls this address no more, and drops what is owed to it. Undefined: it was off already; else the key's owner and name. */
export async function switchWebhookOff(
  tx: Tx,
  { chainId, salt, at }: { chainId: string; salt: string; at: Date },
): Promise<
  { readonly buyerId: string; readonly telegramId: number | null; readonly name: string } | undefined
> {
  const result = await sql<{ buyer_id: string; telegram_id: bigint | null; name: string }>`
    WITH off AS (
      UPDATE api_webhooks SET off_at = ${at} WHERE chain_id = ${chainId} AND salt = ${salt} AND off_at IS NULL
      RETURNING chain_id
    ), dropped AS (DELETE FROM webhook_deliveries d USING off WHERE d.chain_id = off.chain_id)
    SELECT k.buyer_id, b.telegram_id, k.name FROM off JOIN api_keys k ON k.chain_id = off.chain_id
    JOIN buyers b ON b.id = k.buyer_id ORDER BY k.created_at DESC LIMIT 1`.execute(tx);
  const [row] = result.rows;
  if (!row) return undefined;
  const telegramId = row.telegram_id === null ? null : Number(row.telegram_id);
  return { buyerId: row.buyer_id, telegramId, name: row.name };
}

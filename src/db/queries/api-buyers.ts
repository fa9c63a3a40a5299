import { sql } from "kysely";
import type { Executor, Tx } from "../client.ts";
import { isOfChain } from "./api-orders.ts";

/** What is known of a buyer as a reseller. */
export interface ApiBuyerRow {
  /** The version of the API's terms that they accepted; null: none. */
  readonly termsVersion: number | null;
  /** Since when a key's own limits count instead of the limits for new buyers. */
  readonly provenAt: Date | null;
  readonly bannedUntil: Date | null;
  readonly bans: number;
}

const nothing: ApiBuyerRow = { termsVersion: null, provenAt: null, bannedUntil: null, bans: 0 };

export async function selectApiBuyer(db: Executor, buyerId: string): Promise<ApiBuyerRow> {
  const row = await db
    .selectFrom("api_buyers")
    .selectAll()
    .where("buyer_id", "=", buyerId)
    .executeTakeFirst();
  return row
    ? {
        termsVersion: row.terms_version,
        provenAt: row.proven_at,
        bannedUntil: row.banned_until,
        bans: row.bans,
      }
    : nothing;
}

/** An older version than the accepted one changes nothing. */
export async function acceptApiTerms(
  db: Executor,
  buyerId: string,
  version: number,
  at: Date,
): Promise<void> {
  await sql`
    INSERT INTO api_buyers (buyer_id, terms_version, terms_accepted_at) VALUES (${buyerId}::uuid, ${version}, ${at})
    ON CONFLICT (buyer_id) DO UPDATE SET terms_version = EXCLUDED.terms_version, terms_accepted_at = EXCLUDED.terms_accepted_at
    WHERE coalesce(api_buyers.terms_version, 0) < EXCLUDED.terms_version`.execute(db);
}

export async function setProven(tx: Tx, buyerId: string, at: Date): Promise<void> {
  await sql`
    INSERT INTO api_buyers (buyer_id, proven_at) VALUES (${buyerId}::uuid, ${at})
    ON CONFLICT (buyer_id) DO UPDATE SET proven_at = coalesce(api_buyers.proven_at, EXCLUDED.proven_at)`.execute(
    tx,
  );
}

export async function banFromApi(tx: Tx, buyerId: string, until: Date): Promise<void> {
  await sql`
    UPDATE api_buyers SET banned_until = ${until}, bans = bans + 1 WHERE buyer_id = ${buyerId}::uuid`.execute(
    tx,
  );
}

/** What the guard holds against somebody who is a new buyer: until when they may not buy by key, and how often that was. */
export async function returnApiBans(
  tx: Tx,
  buyerId: string,
  { bannedUntil, bans }: Pick<ApiBuyerRow, "bannedUntil" | "bans">,
): Promise<void> {
  if (bans === 0) return;
  await sql`
    INSERT INTO api_buyers (buyer_id, banned_until, bans) VALUES (${buyerId}::uuid, ${bannedUntil}::timestamptz, ${bans})
    ON CONFLICT (buyer_id) DO UPDATE SET banned_until = EXCLUDED.banned_until, bans = EXCLUDED.bans`.execute(
    tx,
  );
}

/** How many of a buyer's orders got a code, however they were bought, and what was taken for them. */
export async function selectCaptured(
  db: Executor,
  buyerId: string,
): Promise<{ readonly count: number; readonly micros: bigint }> {
  const result = await sql<{ count: bigint; micros: string | null }>`
    SELECT count(*) AS count, sum(price_micros)::text AS micros FROM orders
    WHERE buyer_id = ${buyerId}::uuid AND received_at IS NOT NULL`.execute(db);
  const [row] = result.rows;
  return { count: Number(row?.count ?? 0n), micros: BigInt(row?.micros ?? "0") };
}

/** Of the newest `limit` orders by keys that ended after `since` and had a number, told or not: how many got a code. */
export async function selectSuccess(
  db: Executor,
  buyerId: string,
  { since, limit }: { readonly since: Date; readonly limit: number },
): Promise<{ readonly closed: number; readonly received: number }> {
  const result = await sql<{ closed: bigint; received: bigint }>`
    SELECT count(*) AS closed, count(received_at) AS received FROM (
      SELECT received_at FROM orders
      WHERE buyer_id = ${buyerId}::uuid AND channel = 'api' AND rented_at IS NOT NULL AND closed_at > ${since}
      ORDER BY placed_at DESC LIMIT ${limit}) AS newest`.execute(db);
  const [row] = result.rows;
  return { closed: Number(row?.closed ?? 0n), received: Number(row?.received ?? 0n) };
}

/** What the keys of a chain have open, have bought in an hour, and have spent since `daySince` (held or taken, what came back left out). */
export async function selectKeyCounts(
  db: Executor,
  chainId: string,
  { hourAgo, daySince }: { readonly hourAgo: Date; readonly daySince: Date },
): Promise<{ readonly open: number; readonly lastHour: number; readonly spentMicros: bigint }> {
  const result = await sql<{ open: bigint; last_hour: bigint; spent: string }>`
    SELECT
      (SELECT count(*) FROM orders WHERE ${isOfChain(chainId)} AND closed_at IS NULL) AS open,
      (SELECT count(*) FROM orders WHERE ${isOfChain(chainId)} AND placed_at > ${hourAgo}) AS last_hour,
      (SELECT coalesce(sum(h.amount_micros - CASE r.kind WHEN 'release' THEN r.amount_micros ELSE 0 END), 0)::text
       FROM orders o JOIN transfers h ON h.order_id = o.id AND h.kind = 'hold'
       LEFT JOIN transfers r ON r.order_id = o.id AND r.kind IN ('capture', 'release')
       WHERE o.${isOfChain(chainId)} AND o.placed_at >= ${daySince}) AS spent`.execute(db);
  const [row] = result.rows;
  return {
    open: Number(row?.open ?? 0n),
    lastHour: Number(row?.last_hour ?? 0n),
    spentMicros: BigInt(row?.spent ?? "0"),
  };
}

/** A purchase that the client has given a name. */
export interface NamedPurchase {
  readonly orderId: string;
  readonly requestHash: string;
}

/**
 * The purchase that has this name. One whose number nobody was told, and nobody can have any more, has it no longer: whoever
 * repeats the name buys a new number.
 */
export async function selectNamedPurchase(
  db: Executor,
  chainId: string,
  value: string,
  { since, now }: { readonly since: Date; readonly now: Date },
): Promise<NamedPurchase | undefined> {
  const result = await sql<NamedPurchase>`
    SELECT i.order_id AS "orderId", i.request_hash AS "requestHash"
    FROM api_idempotency i JOIN orders o ON o.id = i.order_id
    WHERE i.chain_id = ${chainId} AND i.value = ${value} AND i.created_at > ${since}
      AND (o.told_at IS NOT NULL OR (o.state NOT IN ('cancelling', 'cancelled', 'expired', 'failed')
        AND (o.expires_at IS NULL OR o.expires_at > ${now}::timestamptz)))`.execute(db);
  return result.rows[0];
}

/** A name that was used long ago, or for a number that went back, is taken over. */
export async function insertNamedPurchase(
  db: Executor,
  named: NamedPurchase & { readonly chainId: string; readonly value: string; readonly at: Date },
): Promise<void> {
  await sql`
    INSERT INTO api_idempotency (chain_id, value, request_hash, order_id, created_at)
    VALUES (${named.chainId}, ${named.value}, ${named.requestHash}, ${named.orderId}::uuid, ${named.at})
    ON CONFLICT (chain_id, value) DO UPDATE SET
      request_hash = EXCLUDED.request_hash, order_id = EXCLUDED.order_id, created_at = EXCLUDED.created_at`.execute(
    db,
  );
}

export async function purgeNamedPurchases(db: Executor, before: Date): Promise<number> {
  const result = await sql`DELETE FROM api_idempotency WHERE created_at < ${before}`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

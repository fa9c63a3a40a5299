import { sql } from "kysely";
import type { Executor, Tx } from "../client.ts";
import { wasInserted } from "../was-inserted.ts";

export type KeyScope = "read" | "buy";
/** What getStatus says after another SMS was asked for. */
export type StatusStyle = "wait" | "retry" | "resend";

/** A reseller's key. The secret itself is nowhere. */
export interface ApiKeyRow {
  /** Six characters, also part of the key itself. */
  readonly id: string;
  /** The first key of the chain of replacements that this key belongs to: limits count over the whole chain. */
  readonly chainId: string;
  readonly buyerId: string;
  readonly name: string;
  readonly secretHash: Buffer;
  readonly scope: KeyScope;
  /** Addresses and networks that may use it; empty: all. */
  readonly cidrs: readonly string[];
  readonly maxPriceMicros: bigint | null;
  readonly dailyCapMicros: bigint | null;
  readonly maxOpen: number | null;
  readonly style: StatusStyle;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly replacedBy: string | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly lastIp: string | null;
  readonly lastClient: string | null;
}

interface Raw {
  id: string;
  chain_id: string;
  buyer_id: string;
  name: string;
  secret_hash: Buffer;
  scope: string;
  cidrs: string[];
  max_price_micros: bigint | null;
  daily_cap_micros: bigint | null;
  max_open: number | null;
  style: string;
  created_at: Date;
  expires_at: Date | null;
  replaced_by: string | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
  last_ip: string | null;
  last_client: string | null;
}

const styles: readonly StatusStyle[] = ["wait", "retry", "resend"];

function toKey(raw: Raw): ApiKeyRow {
  return {
    id: raw.id,
    chainId: raw.chain_id,
    buyerId: raw.buyer_id,
    name: raw.name,
    secretHash: raw.secret_hash,
    scope: raw.scope === "buy" ? "buy" : "read",
    cidrs: raw.cidrs,
    maxPriceMicros: raw.max_price_micros,
    dailyCapMicros: raw.daily_cap_micros,
    maxOpen: raw.max_open,
    style: styles.find((style) => style === raw.style) ?? "wait",
    createdAt: raw.created_at,
    expiresAt: raw.expires_at,
    replacedBy: raw.replaced_by,
    revokedAt: raw.revoked_at,
    lastUsedAt: raw.last_used_at,
    lastIp: raw.last_ip,
    lastClient: raw.last_client,
  };
}

export async function selectKey(db: Executor, id: string): Promise<ApiKeyRow | undefined> {
  const row = await db.selectFrom("api_keys").selectAll().where("id", "=", id).executeTakeFirst();
  return row && toKey(row);
}

/** The key as it is now, which stays so until the transaction ends: whoever revokes it waits for the purchase. */
export async function lockKey(db: Executor, id: string): Promise<ApiKeyRow | undefined> {
  const row = await db.selectFrom("api_keys").selectAll().where("id", "=", id).forShare().executeTakeFirst();
  return row && toKey(row);
}

/** The keys of a buyer that are not revoked and have not run out, the oldest first. */
export async function selectLiveKeys(db: Executor, buyerId: string, now: Date): Promise<ApiKeyRow[]> {
  const rows = await db
    .selectFrom("api_keys")
    .selectAll()
    .where("buyer_id", "=", buyerId)
    .where("revoked_at", "is", null)
    .where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", now)]))
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  return rows.map(toKey);
}

export type NewKey = Pick<
  ApiKeyRow,
  | "id"
  | "chainId"
  | "buyerId"
  | "name"
  | "secretHash"
  | "scope"
  | "cidrs"
  | "maxPriceMicros"
  | "dailyCapMicros"
  | "maxOpen"
  | "style"
  | "createdAt"
>;

/** False: the id is taken. */
export async function insertKey(db: Executor, key: NewKey): Promise<boolean> {
  const result = await db
    .insertInto("api_keys")
    .values({
      id: key.id,
      chain_id: key.chainId,
      buyer_id: key.buyerId,
      name: key.name,
      secret_hash: key.secretHash,
      scope: key.scope,
      cidrs: [...key.cidrs],
      max_price_micros: key.maxPriceMicros,
      daily_cap_micros: key.dailyCapMicros,
      max_open: key.maxOpen,
      style: key.style,
      created_at: key.createdAt,
    })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .executeTakeFirst();
  return wasInserted(result);
}

/** What a buyer may change of a key. */
export type KeyChange = Partial<
  Pick<ApiKeyRow, "name" | "scope" | "cidrs" | "maxPriceMicros" | "dailyCapMicros" | "maxOpen" | "style">
>;

/** Undefined: no such key of this buyer, or it is revoked. */
export async function updateKey(
  db: Executor,
  { id, buyerId, change }: { readonly id: string; readonly buyerId: string; readonly change: KeyChange },
): Promise<ApiKeyRow | undefined> {
  const row = await db
    .updateTable("api_keys")
    .set({
      // Named once, so that an empty change is a valid statement.
      id,
      ...(change.name !== undefined && { name: change.name }),
      ...(change.scope !== undefined && { scope: change.scope }),
      ...(change.cidrs !== undefined && { cidrs: [...change.cidrs] }),
      ...(change.maxPriceMicros !== undefined && { max_price_micros: change.maxPriceMicros }),
      ...(change.dailyCapMicros !== undefined && { daily_cap_micros: change.dailyCapMicros }),
      ...(change.maxOpen !== undefined && { max_open: change.maxOpen }),
      ...(change.style !== undefined && { style: change.style }),
    })
    .where("id", "=", id)
    .where("buyer_id", "=", buyerId)
    .where("revoked_at", "is", null)
    .returningAll()
    .executeTakeFirst();
  return row && toKey(row);
}

/** False: no such key of this buyer, or it is revoked already. */
export async function revokeKey(db: Executor, id: string, buyerId: string, at: Date): Promise<boolean> {
  const result = await db
    .updateTable("api_keys")
    .set({ revoked_at: at })
    .where("id", "=", id)
    .where("buyer_id", "=", buyerId)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/**
 * The key ends then, and another one takes its place. What the key itself had replaced ends now, so that two keys of a chain
 * work at most. Returns the keys that have changed.
 */
export async function replaceKey(
  tx: Tx,
  key: Pick<ApiKeyRow, "id" | "chainId">,
  next: { readonly replacedBy: string; readonly expiresAt: Date; readonly at: Date },
): Promise<string[]> {
  const { replacedBy, expiresAt, at } = next;
  await tx
    .updateTable("api_keys")
    .set({ replaced_by: replacedBy, expires_at: sql<Date>`least(expires_at, ${expiresAt}::timestamptz)` })
    .where("id", "=", key.id)
    .execute();
  const older = await tx
    .updateTable("api_keys")
    .set({ expires_at: at })
    .where("chain_id", "=", key.chainId)
    .where("id", "not in", [key.id, replacedBy])
    .where("expires_at", ">", at)
    .returning("id")
    .execute();
  return [key.id, ...older.map(({ id }) => id)];
}

/** What keys were used since the last time this was told. */
export interface KeyUse {
  readonly id: string;
  readonly requests: number;
  readonly at: Date;
  readonly ip: string | null;
  readonly client: string | null;
}

/** Writes down the last use of keys, and counts their requests by day. */
export async function recordUse(db: Executor, uses: readonly KeyUse[]): Promise<void> {
  if (uses.length === 0) return;
  await sql`
    WITH used AS (
      SELECT * FROM unnest(${uses.map(({ id }) => id)}::text[], ${uses.map(({ requests }) => requests)}::bigint[],
        ${uses.map(({ at }) => at)}::timestamptz[], ${uses.map(({ ip }) => ip)}::text[],
        ${uses.map(({ client }) => client)}::text[]) AS u (id, requests, at, ip, client)
    ), touched AS (
      UPDATE api_keys SET last_used_at = used.at, last_ip = used.ip, last_client = used.client
      FROM used WHERE api_keys.id = used.id RETURNING api_keys.id
    )
    INSERT INTO api_usage (key_id, day, requests)
    SELECT used.id, (used.at AT TIME ZONE 'UTC')::date, used.requests FROM used JOIN touched ON touched.id = used.id
    ON CONFLICT (key_id, day) DO UPDATE SET requests = api_usage.requests + EXCLUDED.requests`.execute(db);
}

/** Keys by what they are: live, about to end because they were replaced, revoked or run out. */
export async function countKeys(db: Executor, now: Date): Promise<ReadonlyMap<string, number>> {
  const result = await sql<{ state: string; count: bigint }>`
    SELECT CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= ${now} THEN 'ended'
                WHEN expires_at IS NOT NULL THEN 'ending' ELSE 'live' END AS state, count(*) AS count
    FROM api_keys GROUP BY 1`.execute(db);
  return new Map(result.rows.map(({ state, count }) => [state, Number(count)]));
}

import { sql } from "kysely";
import type { Tx } from "../client.ts";

/** A key that is used from so many networks is used from anywhere: a further one is no news. */
const MAX_NETWORKS = 200;

/** A key was used from this network. */
export interface KeyNetwork {
  readonly keyId: string;
  readonly network: string;
  readonly at: Date;
}

/** Remembers the network. Returns the owner and name of a key that was used from others before and from this one for the first time. */
export async function rememberNetwork(
  tx: Tx,
  { keyId, network, at }: KeyNetwork,
): Promise<{ readonly buyerId: string; readonly telegramId: number; readonly name: string } | undefined> {
  const result = await sql<{ buyer_id: string; telegram_id: bigint; name: string }>`
    WITH known AS (SELECT count(*) AS count FROM api_key_networks WHERE key_id = ${keyId}), kept AS (
      INSERT INTO api_key_networks (key_id, network, first_at, last_at)
      SELECT ${keyId}, ${network}, ${at}::timestamptz, ${at}::timestamptz FROM known WHERE known.count < ${MAX_NETWORKS}
      ON CONFLICT (key_id, network) DO UPDATE SET last_at = EXCLUDED.last_at RETURNING (xmax = 0) AS is_new
    )
    SELECT k.buyer_id, b.telegram_id, k.name FROM kept, known, api_keys k JOIN buyers b ON b.id = k.buyer_id
    WHERE kept.is_new AND known.count > 0 AND k.id = ${keyId} AND b.telegram_id IS NOT NULL`.execute(tx);
  const [row] = result.rows;
  return row && { buyerId: row.buyer_id, telegramId: Number(row.telegram_id), name: row.name };
}

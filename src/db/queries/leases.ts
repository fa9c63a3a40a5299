import { sql } from "kysely";
import type { Executor } from "../client.ts";

export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** Grows with every change of holder: work stamped with an older epoch comes from a holder that lost the lease. */
  readonly epoch: bigint;
}

/**
 * Takes the lease for `ttlMs` by the database's clock, or extends it for its current holder. Undefined: another
 * process holds it. It is a row, not a session lock, so that it works behind a connection pooler.
 */
export async function acquireLease(
  db: Executor,
  name: string,
  holder: string,
  ttlMs: number,
): Promise<Lease | undefined> {
  const result = await sql<{ epoch: bigint }>`
    INSERT INTO leases (name, holder, epoch, expires_at)
    VALUES (${name}, ${holder}, 1, now() + make_interval(secs => ${ttlMs / 1000}))
    ON CONFLICT (name) DO UPDATE SET
      holder = excluded.holder,
      epoch = leases.epoch + (CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END),
      expires_at = excluded.expires_at
    WHERE leases.holder = excluded.holder OR leases.expires_at <= now()
    RETURNING epoch`.execute(db);
  const epoch = result.rows[0]?.epoch;
  return epoch === undefined ? undefined : { name, holder, epoch };
}

/** Extends a lease that is still ours. False: it was lost, so stop the work it covers. */
export async function renewLease(db: Executor, lease: Lease, ttlMs: number): Promise<boolean> {
  const result = await sql<{ name: string }>`
    UPDATE leases SET expires_at = now() + make_interval(secs => ${ttlMs / 1000})
    WHERE name = ${lease.name} AND holder = ${lease.holder} AND epoch = ${lease.epoch}::bigint AND expires_at > now()
    RETURNING name`.execute(db);
  return result.rows.length > 0;
}

/** The names of the leases that this process holds now. */
export async function selectHeldLeases(db: Executor, holder: string): Promise<ReadonlySet<string>> {
  const result = await sql<{ name: string }>`
    SELECT name FROM leases WHERE holder = ${holder} AND expires_at > now()`.execute(db);
  return new Set(result.rows.map(({ name }) => name));
}

/** Gives the lease up, so that the next holder need not wait for it to expire. */
export async function releaseLease(db: Executor, lease: Lease): Promise<void> {
  await sql`
    UPDATE leases SET expires_at = now()
    WHERE name = ${lease.name} AND holder = ${lease.holder} AND epoch = ${lease.epoch}::bigint`.execute(db);
}

/** True while the lease is ours; inside a transaction the row is share-locked, so it stays ours until the commit. */
export async function holdsLease(tx: Executor, lease: Lease): Promise<boolean> {
  const result = await sql<{ name: string }>`
    SELECT name FROM leases
    WHERE name = ${lease.name} AND holder = ${lease.holder} AND epoch = ${lease.epoch}::bigint AND expires_at > now()
    FOR SHARE`.execute(tx);
  return result.rows.length > 0;
}

/**
 * Frees everything that an earlier process had leased. Only for a database that no other process uses: there the earlier
 * process is dead, and waiting for its leases to expire would leave buyers without an answer for a minute.
 */
export async function releaseEverything(db: Executor): Promise<void> {
  await sql`UPDATE leases SET expires_at = now() WHERE expires_at > now()`.execute(db);
  await sql`
    UPDATE inbox SET lease_token = NULL, lease_until = NULL
    WHERE done_at IS NULL AND lease_token IS NOT NULL`.execute(db);
  await sql`
    UPDATE outbox SET lease_token = NULL, lease_until = NULL
    WHERE sent_at IS NULL AND dropped_at IS NULL AND lease_token IS NOT NULL`.execute(db);
  await sql`
    UPDATE outbox_queues SET in_hand = NULL, lease_token = NULL, lease_until = NULL
    WHERE lease_token IS NOT NULL`.execute(db);
}

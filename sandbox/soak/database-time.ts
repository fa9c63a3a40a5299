import pg from "pg";
import type { TimeScale } from "./scaled-clock.ts";

/**
 * Lets a whole database live in simulated time: leases and locks follow the database's clock, so that clock has to run
 * as fast as the shop's. `now()` and `clock_timestamp()` of the schema `public` stand before PostgreSQL's own for every
 * later connection.
 */
export async function scaleDatabaseTime(connectionString: string, scale: TimeScale): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const anchor = `to_timestamp(${scale.anchorMs / 1000})`;
    const scaled = (source: string): string =>
      `${anchor} + (pg_catalog.${source}() - ${anchor}) * ${scale.speed}`;
    await client.query(`
      CREATE OR REPLACE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT ${scaled("now")} $$;
      CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
        AS $$ SELECT ${scaled("clock_timestamp")} $$`);
    const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
    await client.query(
      `ALTER DATABASE ${pg.escapeIdentifier(rows[0]?.name ?? "")} SET search_path = public, pg_catalog`,
    );
  } finally {
    await client.end();
  }
}

import pg from "pg";

const CONNECT_TIMEOUT_MS = 2_000;

/** Whether a PostgreSQL takes queries at this URL now; not while it starts, recovers or shuts down. */
export async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  // The connection may also break between two steps; the failing step tells already.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

import pg from "pg";

const CONNECT_TIMEOUT_MS = 2_000;

/** Whether a PostgreSQL answers queries at this URL now. It does not while it starts, recovers or shuts down. */
export async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  // Without a listener, a connection that breaks between two steps would end the process; the next step fails anyway.
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

import pg from "pg";
import { SHOP_ROLE } from "./directory.ts";

const TIMEOUT_MS = 60_000;

/**
 * Gives the database to a role that is no superuser, which is what the shop connects as: a superuser may read and write
 * files and run programs as the account of PostgreSQL. Also takes over what older versions made as superuser. Runs at
 * every start, as one transaction; `superuserUrl` is used for nothing else.
 */
export async function prepareShopRole(superuserUrl: string, options: { mayCreate: boolean }): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl, query_timeout: TIMEOUT_MS });
  // Without a listener, a connection that breaks between two steps would end the process; the next step fails anyway.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query(statement(options.mayCreate));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Tables before sequences: a sequence of a column follows its table. */
function statement(mayCreate: boolean): string {
  const rights = `LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS ${mayCreate ? "CREATEDB" : "NOCREATEDB"}`;
  return `DO $$
    DECLARE item record;
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${SHOP_ROLE}') THEN CREATE ROLE ${SHOP_ROLE}; END IF;
      ALTER ROLE ${SHOP_ROLE} ${rights};
      EXECUTE format('ALTER DATABASE %I OWNER TO ${SHOP_ROLE}', current_database());
      FOR item IN
        SELECT c.oid::regclass AS name, c.relkind AS kind FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
          AND c.relowner <> '${SHOP_ROLE}'::regrole
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i')
                            AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass)
      LOOP EXECUTE format('ALTER TABLE %s OWNER TO ${SHOP_ROLE}', item.name); END LOOP;
      FOR item IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.proowner <> '${SHOP_ROLE}'::regrole
      LOOP EXECUTE format('ALTER ROUTINE %s OWNER TO ${SHOP_ROLE}', item.name); END LOOP;
    END $$`;
}

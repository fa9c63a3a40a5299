import { sql } from "kysely";
import pg from "pg";
import { z } from "zod";
import type { Database, Executor, Tx } from "../client.ts";

/** Tables of migrate.ts about the database itself; a restored database has its own. */
const BOOKKEEPING = ["schema_migrations", "schema_lock"];
/**
 * Tables that triggers fill, also while a backup is restored. The changes of the catalogue are numbered by transactions,
 * whose numbers mean nothing in another database: a larger one would look like a change that never ends.
 */
const DERIVED = ["outbox_queues", "catalog_changes"];
/** Tables with rows only in a shop that was used. Other tables may have rows that a shop writes when it starts. */
const SIGNS_OF_USE = ["buyers", "transfers", "inbox", "price_rules", "audit_log"];

const ROWS_A_FETCH = 500;
/** Long enough for a slow disk between two statements of the transaction. */
const IDLE_TIMEOUT = "10min";

const columnSchema = z.object({
  name: z.string(),
  /** As SQL writes it in a cast. */
  type: z.string(),
  /** The sequence that numbers it. */
  sequence: z.string().nullable(),
});
const tableSchema = z.object({
  name: z.string(),
  columns: z.array(columnSchema).min(1),
  /** Primary key. */
  key: z.array(z.string()),
  /** Tables that its rows point to; may be itself. */
  refersTo: z.array(z.string()),
});

export type BackupTable = z.infer<typeof tableSchema>;

/** A row as texts of its columns, in the order of {@link BackupTable.columns}: exact for every type. */
export type BackupRow = readonly (string | null)[];

export interface MigrationRecord {
  readonly name: string;
  readonly checksum: string;
}

/** One moment of the whole database, read only, however long `work` takes. */
export async function inSnapshot<Result>(db: Database, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return await db
    .transaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute(async (tx) => {
      await useNeutralSession(tx);
      return await work(tx);
    });
}

/** Makes the text form of times and bytes independent of the settings of server and account. */
export async function useNeutralSession(tx: Tx): Promise<void> {
  await sql`SET LOCAL timezone = 'UTC'`.execute(tx);
  await sql`SET LOCAL datestyle = 'ISO'`.execute(tx);
  await sql`SET LOCAL bytea_output = 'hex'`.execute(tx);
  await sql`SET LOCAL idle_in_transaction_session_timeout = ${sql.lit(IDLE_TIMEOUT)}`.execute(tx);
}

/** The migrations on record; undefined where none ever ran. */
export async function selectMigrationRecords(db: Executor): Promise<MigrationRecord[] | undefined> {
  const found = await sql<{ present: boolean }>`
    SELECT to_regclass('schema_migrations') IS NOT NULL AS present`.execute(db);
  if (!found.rows[0]?.present) return undefined;
  const result = await sql<MigrationRecord>`
    SELECT name, checksum FROM schema_migrations ORDER BY name`.execute(db);
  return result.rows;
}

/** Every table of the shop with facts of its own, each after the tables it refers to. Read from the database, so that none is forgotten. */
export async function selectBackupTables(db: Executor): Promise<BackupTable[]> {
  const result = await sql`
    SELECT c.relname AS name,
      (SELECT jsonb_agg(jsonb_build_object(
                'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                'sequence', pg_get_serial_sequence(quote_ident(c.relname), a.attname)) ORDER BY a.attnum)
         FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
      (SELECT coalesce(jsonb_agg(a.attname ORDER BY part.position), '[]')
         FROM pg_constraint p
        CROSS JOIN unnest(p.conkey) WITH ORDINALITY AS part (attnum, position)
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = part.attnum
        WHERE p.conrelid = c.oid AND p.contype = 'p') AS key,
      (SELECT coalesce(jsonb_agg(DISTINCT target.relname), '[]')
         FROM pg_constraint f JOIN pg_class target ON target.oid = f.confrelid
        WHERE f.conrelid = c.oid AND f.contype = 'f') AS "refersTo"
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname <> ALL (${[...BOOKKEEPING, ...DERIVED]}::text[])
    ORDER BY c.relname`.execute(db);
  return inOrderOfReference(z.array(tableSchema).parse(result.rows));
}

/** Throws where two tables point at each other: there is no order then, and the schema has none such. */
function inOrderOfReference(tables: readonly BackupTable[]): BackupTable[] {
  const ordered: BackupTable[] = [];
  const placed = new Set<string>();
  let left = tables;
  while (left.length > 0) {
    const ready = left.filter((table) =>
      table.refersTo.every((name) => name === table.name || placed.has(name)),
    );
    if (ready.length === 0) {
      throw new Error(`tables refer to each other in a circle: ${left.map(({ name }) => name).join(", ")}`);
    }
    ordered.push(...ready);
    for (const { name } of ready) placed.add(name);
    left = left.filter(({ name }) => !placed.has(name));
  }
  return ordered;
}

/** All rows of a table in batches, in the order of its key; each is the JSON text of a {@link BackupRow}. */
export async function* fetchRows(tx: Tx, table: BackupTable): AsyncGenerator<readonly string[]> {
  const texts = sql.join(table.columns.map(({ name }) => sql`${sql.ref(name)}::text`));
  const order =
    table.key.length > 0 ? sql`ORDER BY ${sql.join(table.key.map((name) => sql.ref(name)))}` : sql``;
  await sql`
    DECLARE backup_rows NO SCROLL CURSOR FOR
    SELECT to_jsonb(ARRAY[${texts}])::text AS row FROM ${sql.table(table.name)} ${order}`.execute(tx);
  for (;;) {
    const batch = await sql<{ row: string }>`FETCH ${sql.lit(ROWS_A_FETCH)} FROM backup_rows`.execute(tx);
    if (batch.rows.length === 0) break;
    yield batch.rows.map(({ row }) => row);
  }
  await sql`CLOSE backup_rows`.execute(tx);
}

/** Inserts rows with their original numbers. */
export async function insertRows(tx: Tx, table: BackupTable, rows: readonly BackupRow[]): Promise<void> {
  const names = sql.join(table.columns.map(({ name }) => sql.ref(name)));
  // Type names come from this database, never from the file.
  const values = sql.join(
    table.columns.map(({ type }, index) => sql`(entry ->> ${sql.lit(index)})::${sql.raw(type)}`),
  );
  await sql`
    INSERT INTO ${sql.table(table.name)} (${names}) OVERRIDING SYSTEM VALUE
    SELECT ${values} FROM jsonb_array_elements(${JSON.stringify(rows)}::jsonb) AS entry`.execute(tx);
}

/** The number that each sequence of a table gave last, by column; a sequence that gave none is left out. */
export async function selectLastNumbers(tx: Tx, table: BackupTable): Promise<Record<string, string>> {
  const last: Record<string, string> = {};
  for (const { name, sequence } of table.columns) {
    if (sequence === null) continue;
    const result = await sql<{ number: string | null }>`
      SELECT pg_sequence_last_value(${sequence}::regclass)::text AS number`.execute(tx);
    const number = result.rows[0]?.number;
    if (number) last[name] = number;
  }
  return last;
}

/** Sets the sequences to continue where they were. A rollback does not undo this, so it comes last. */
export async function setLastNumbers(
  tx: Tx,
  table: BackupTable,
  last: Readonly<Record<string, string>>,
): Promise<void> {
  for (const { name, sequence } of table.columns) {
    const number = last[name];
    if (sequence === null || number === undefined) continue;
    await sql`SELECT setval(${sequence}::regclass, ${number}::bigint)`.execute(tx);
  }
}

/** Why this database cannot be restored into; undefined: it can. Blocks migrations and other restores meanwhile. */
export async function selectRestoreObstacle(tx: Tx): Promise<"running" | "in_use" | undefined> {
  await sql`SELECT id FROM schema_lock WHERE id = 1 FOR UPDATE`.execute(tx);
  const live = await sql<{ held: boolean }>`
    SELECT EXISTS (SELECT FROM leases WHERE expires_at > now()) AS held`.execute(tx);
  if (live.rows[0]?.held) return "running";
  for (const name of SIGNS_OF_USE) {
    const result = await sql<{ used: boolean }>`
      SELECT EXISTS (SELECT FROM ${sql.table(name)}) AS used`.execute(tx);
    if (result.rows[0]?.used) return "in_use";
  }
  return undefined;
}

/** Removes the rows that a shop writes when it starts; the backup's rows take their place. */
export async function clearTables(tx: Tx, tables: readonly BackupTable[]): Promise<void> {
  for (const { name } of [...tables].reverse()) await sql`DELETE FROM ${sql.table(name)}`.execute(tx);
}

/**
 * Runs `work` while rows may refer to later rows of the same table, and checks those references afterwards.
 * References to other tables are always satisfied, because tables come in order.
 */
export async function withLateSelfReferences(tx: Tx, work: () => Promise<void>): Promise<void> {
  const { rows } = await sql<{ table: string; constraint: string }>`
    SELECT c.relname AS table, f.conname AS constraint
    FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND f.contype = 'f' AND f.conrelid = f.confrelid AND NOT f.condeferrable`.execute(
    tx,
  );
  const alter = async (how: string): Promise<void> => {
    for (const { table, constraint } of rows) {
      await sql`ALTER TABLE ${sql.table(table)} ALTER CONSTRAINT ${sql.ref(constraint)} ${sql.raw(how)}`.execute(
        tx,
      );
    }
  };
  await alter("DEFERRABLE INITIALLY DEFERRED");
  await work();
  await sql`SET CONSTRAINTS ALL IMMEDIATE`.execute(tx);
  await alter("NOT DEFERRABLE");
}

/** Whether the database refused a value (invalid, or against a constraint). Its message may quote the value. */
export function isRefusedData(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? "");
}

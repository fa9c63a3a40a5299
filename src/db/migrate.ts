import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { z } from "zod";
import { backoffMs } from "../core/backoff.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database, Executor } from "./client.ts";
import { inTransaction, isCreatedMeanwhile } from "./transaction.ts";

/** The project's migrations, independent of the working directory. */
export const MIGRATIONS_DIRECTORY = fileURLToPath(new URL("../../migrations", import.meta.url));

/** Several replicas may create the bookkeeping at the same moment; one round of theirs takes milliseconds. */
const MAX_CREATIONS = 8;
const CREATION_BACKOFF = { baseMs: 20, maxMs: 500 };

const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;

/** The database and the migration files do not match; a person has to decide what to do. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

export interface MigrateOptions {
  readonly directory?: string;
  readonly logger: Logger;
  readonly clock?: Clock;
}

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

type Applied = ReadonlyMap<string, string>;

/**
 * Brings the schema up to date: each `0001_name.sql` in `directory` that is not recorded yet runs in its own
 * transaction together with its record. Processes that start at the same time wait for each other on a row
 * lock, which also works behind a connection pooler. Returns the names that were applied.
 * Throws MigrationError if an applied file was changed or removed, or if a new file has a lower number than an applied
 * one. A file is sent as one simple query, so it may hold several statements and `$$` bodies; the statement timeout
 * of `db` applies to it.
 */
export async function migrate(db: Database, options: MigrateOptions): Promise<readonly string[]> {
  const migrations = await readMigrations(options.directory ?? MIGRATIONS_DIRECTORY);
  await createBookkeeping(db, options.clock ?? systemClock);
  const done: string[] = [];
  const pending = pendingOf(migrations, await readApplied(db));
  for (const migration of pending) {
    const isOurs = await applyOnce(db, migrations, migration);
    if (!isOurs) continue;
    done.push(migration.name);
    options.logger.info({ migration: migration.name }, "migration applied");
  }
  return done;
}

/** The names that {@link migrate} would apply; for `doctor`. In an empty database that is all of them. */
export async function pendingMigrations(
  db: Database,
  directory = MIGRATIONS_DIRECTORY,
): Promise<readonly string[]> {
  const migrations = await readMigrations(directory);
  const found = await sql`SELECT to_regclass('schema_migrations') IS NOT NULL AS present`.execute(db);
  const { present } = z.object({ present: z.boolean() }).parse(found.rows[0]);
  const applied = present ? await readApplied(db) : new Map<string, string>();
  return pendingOf(migrations, applied).map((migration) => migration.name);
}

async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  const numbers = new Set<string>();
  for (const name of names) {
    if (!FILE_NAME.test(name)) throw new MigrationError(`Migration ${name} is not named like 0001_name.sql`);
    const number = name.slice(0, 4);
    if (numbers.has(number)) throw new MigrationError(`Two migrations have the number ${number}`);
    numbers.add(number);
  }
  return await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(directory, name), "utf8");
      // Line endings do not count: some checkouts rewrite them.
      const checksum = createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
      return { name, text, checksum };
    }),
  );
}

async function createBookkeeping(db: Database, clock: Clock): Promise<void> {
  const create = sql`
    CREATE TABLE IF NOT EXISTS schema_migrations (
      name text PRIMARY KEY,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE IF NOT EXISTS schema_lock (id integer PRIMARY KEY);
    INSERT INTO schema_lock (id) VALUES (1) ON CONFLICT DO NOTHING`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await create.execute(db);
      return;
    } catch (error) {
      // IF NOT EXISTS does not cover two creations at the same moment: the loser collides in the system catalogue.
      if (!isCreatedMeanwhile(error) || attempt >= MAX_CREATIONS) throw error;
      await clock.sleep(backoffMs(attempt, CREATION_BACKOFF));
    }
  }
}

async function readApplied(db: Executor): Promise<Applied> {
  const result = await sql`SELECT name, checksum FROM schema_migrations`.execute(db);
  const rows = z.array(z.object({ name: z.string(), checksum: z.string() })).parse(result.rows);
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

function pendingOf(migrations: readonly Migration[], applied: Applied): readonly Migration[] {
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = [...applied.keys()].filter((name) => !known.has(name)).sort();
  if (unknown.length > 0) {
    throw new MigrationError(
      `The database has migrations that this version does not know (${unknown.join(", ")}): it was used by a newer version`,
    );
  }
  const changed = migrations.filter(
    ({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum,
  );
  if (changed.length > 0) {
    throw new MigrationError(
      `Applied migrations were changed afterwards: ${changed.map((m) => m.name).join(", ")}`,
    );
  }
  const pending = migrations.filter((migration) => !applied.has(migration.name));
  const newest = [...applied.keys()].sort().at(-1) ?? "";
  const late = pending.find((migration) => migration.name < newest);
  if (late)
    throw new MigrationError(`Migration ${late.name} comes before ${newest}, which is applied already`);
  return pending;
}

/** False when another process applied it while we waited for the lock. */
async function applyOnce(db: Database, all: readonly Migration[], migration: Migration): Promise<boolean> {
  return await inTransaction(db, async (tx) => {
    await sql`SELECT id FROM schema_lock WHERE id = 1 FOR UPDATE`.execute(tx);
    const isPending = pendingOf(all, await readApplied(tx)).some(({ name }) => name === migration.name);
    if (!isPending) return false;
    await sql.raw(migration.text).execute(tx);
    await sql`INSERT INTO schema_migrations (name, checksum) VALUES (${migration.name}, ${migration.checksum})`.execute(
      tx,
    );
    return true;
  });
}

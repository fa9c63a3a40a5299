import type { Executor } from "../client.ts";

/** A stored value that survives restarts; undefined: never set. */
export async function readSetting(db: Executor, key: string): Promise<string | undefined> {
  const row = await db.selectFrom("settings").select("value").where("key", "=", key).executeTakeFirst();
  return row?.value;
}

export async function writeSetting(db: Executor, key: string, value: string, at: Date): Promise<void> {
  await db
    .insertInto("settings")
    .values({ key, value, updated_at: at })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value, updated_at: at }))
    .execute();
}

/** When a backup of this database was last finished. */
const BACKUP_MADE_AT = "backup_made_at";

export async function readBackupMadeAt(db: Executor): Promise<Date | null> {
  const row = await db
    .selectFrom("settings")
    .select("updated_at")
    .where("key", "=", BACKUP_MADE_AT)
    .executeTakeFirst();
  return row?.updated_at ?? null;
}

/** For the desk's first checklist. */
export async function noteBackup(db: Executor, at: Date): Promise<void> {
  await writeSetting(db, BACKUP_MADE_AT, at.toISOString(), at);
}

/** The stored value, or else the value of `create()`, which is stored. Replicas that start together get the same one. */
export async function readOrCreateSetting(
  db: Executor,
  key: string,
  create: () => string,
  at: Date,
): Promise<string> {
  const known = await readSetting(db, key);
  if (known !== undefined) return known;
  await db
    .insertInto("settings")
    .values({ key, value: create(), updated_at: at })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
  const stored = await readSetting(db, key);
  if (stored === undefined) throw new Error(`setting ${key} vanished while it was made`);
  return stored;
}

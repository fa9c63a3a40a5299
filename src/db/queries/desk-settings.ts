import type { Executor, Tx } from "../client.ts";

/** What an owner set at the desk, as they typed it. */
export interface DeskSettingRow {
  readonly name: string;
  readonly value: string;
  readonly changedBy: number;
  readonly changedAt: Date;
}

export async function selectDeskSettings(db: Executor): Promise<readonly DeskSettingRow[]> {
  const rows = await db.selectFrom("desk_settings").selectAll().orderBy("name").execute();
  return rows.map((row) => ({
    name: row.name,
    value: row.value,
    changedBy: Number(row.changed_by),
    changedAt: row.changed_at,
  }));
}

/** Moves with every change of a setting. */
export async function selectDeskSettingsVersion(db: Executor): Promise<bigint> {
  const row = await db.selectFrom("desk_settings_version").select("version").executeTakeFirst();
  return BigInt(row?.version ?? 0);
}

/**
 * Moves the version. Call it first: changes of settings then wait for each other, so that each sees what the one before it
 * has left.
 */
export async function moveDeskSettingsVersion(tx: Tx): Promise<void> {
  await tx
    .insertInto("desk_settings_version")
    .values({ version: 1n })
    .onConflict((conflict) =>
      conflict
        .column("is_only")
        .doUpdateSet((eb) => ({ version: eb("desk_settings_version.version", "+", 1n) })),
    )
    .execute();
}

export async function writeDeskSetting(tx: Tx, row: DeskSettingRow): Promise<void> {
  const values = { value: row.value, changed_by: BigInt(row.changedBy), changed_at: row.changedAt };
  await tx
    .insertInto("desk_settings")
    .values({ name: row.name, ...values })
    .onConflict((conflict) => conflict.column("name").doUpdateSet(values))
    .execute();
}

export async function deleteDeskSetting(tx: Tx, name: string): Promise<void> {
  await tx.deleteFrom("desk_settings").where("name", "=", name).execute();
}

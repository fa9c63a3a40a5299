import { sql } from "kysely";
import { type AppointableRole, appointableRoles } from "../../core/staff.ts";
import type { Executor, Tx } from "../client.ts";

export interface StaffRow {
  readonly telegramId: number;
  readonly role: AppointableRole;
  readonly addedBy: number;
  readonly addedAt: Date;
  readonly seenAt: Date | null;
}

function roleOf(text: string): AppointableRole {
  const role = appointableRoles.find((known) => known === text);
  if (role === undefined) throw new Error("a role that this version does not know");
  return role;
}

/** The role that this person has now; undefined: none. */
export async function selectRole(db: Executor, telegramId: number): Promise<AppointableRole | undefined> {
  const row = await db
    .selectFrom("staff")
    .select("role")
    .where("telegram_id", "=", BigInt(telegramId))
    .where("removed_at", "is", null)
    .executeTakeFirst();
  return row && roleOf(row.role);
}

/**
 * As {@link selectRole}; nobody changes the role before the transaction ends, and what one person changes is done one after
 * the other, so that their limits are counted right.
 */
export async function holdRole(tx: Tx, telegramId: number): Promise<AppointableRole | undefined> {
  const row = await tx
    .selectFrom("staff")
    .select("role")
    .where("telegram_id", "=", BigInt(telegramId))
    .where("removed_at", "is", null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row && roleOf(row.role);
}

/** Everybody with a role, oldest first. */
export async function selectStaff(db: Executor): Promise<StaffRow[]> {
  const rows = await db
    .selectFrom("staff")
    .selectAll()
    .where("removed_at", "is", null)
    .orderBy("added_at")
    .execute();
  return rows.map((row) => ({
    telegramId: Number(row.telegram_id),
    role: roleOf(row.role),
    addedBy: Number(row.added_by),
    addedAt: row.added_at,
    seenAt: row.seen_at,
  }));
}

/** The chats of everybody with one of these roles, for what they are told. */
export async function selectStaffIds(db: Executor, roles: readonly AppointableRole[]): Promise<number[]> {
  if (roles.length === 0) return [];
  const rows = await db
    .selectFrom("staff")
    .select("telegram_id")
    .where("role", "in", roles)
    .where("removed_at", "is", null)
    .orderBy("added_at")
    .execute();
  return rows.map((row) => Number(row.telegram_id));
}

/** Gives this person the role, whatever they had before. */
export async function upsertStaff(
  tx: Tx,
  staff: { telegramId: number; role: AppointableRole; addedBy: number; at: Date },
): Promise<void> {
  const values = {
    role: staff.role,
    added_by: BigInt(staff.addedBy),
    added_at: staff.at,
    removed_at: null,
  };
  await tx
    .insertInto("staff")
    .values({ telegram_id: BigInt(staff.telegramId), ...values })
    .onConflict((conflict) => conflict.column("telegram_id").doUpdateSet(values))
    .execute();
}

/** The role that was taken away; undefined: they had none. */
export async function removeStaff(
  tx: Tx,
  telegramId: number,
  at: Date,
): Promise<AppointableRole | undefined> {
  const row = await tx
    .updateTable("staff")
    .set({ removed_at: at })
    .where("telegram_id", "=", BigInt(telegramId))
    .where("removed_at", "is", null)
    .returning("role")
    .executeTakeFirst();
  return row && roleOf(row.role);
}

/** Notes that they were at the desk, at most once a minute. */
export async function markSeen(db: Executor, telegramId: number, at: Date): Promise<void> {
  await sql`
    UPDATE staff SET seen_at = ${at} WHERE telegram_id = ${telegramId}::bigint
      AND (seen_at IS NULL OR seen_at < ${at}::timestamptz - interval '1 minute')`.execute(db);
}

export async function insertStaffLink(
  db: Executor,
  link: { tokenHash: string; role: AppointableRole; madeBy: number; at: Date; expiresAt: Date },
): Promise<void> {
  await db
    .insertInto("staff_links")
    .values({
      token_hash: link.tokenHash,
      role: link.role,
      made_by: BigInt(link.madeBy),
      made_at: link.at,
      expires_at: link.expiresAt,
    })
    .execute();
}

/** Uses a link up. Undefined: there is none, or it is used or too old. */
export async function useStaffLink(
  tx: Tx,
  use: { tokenHash: string; usedBy: number; at: Date },
): Promise<{ role: AppointableRole; madeBy: number } | undefined> {
  const row = await tx
    .updateTable("staff_links")
    .set({ used_at: use.at, used_by: BigInt(use.usedBy) })
    .where("token_hash", "=", use.tokenHash)
    .where("used_at", "is", null)
    .where("expires_at", ">", use.at)
    .returning(["role", "made_by"])
    .executeTakeFirst();
  return row && { role: roleOf(row.role), madeBy: Number(row.made_by) };
}

/** Deletes links made before `before`; returns how many. */
export async function purgeStaffLinks(db: Executor, before: Date): Promise<number> {
  const result = await db.deleteFrom("staff_links").where("made_at", "<", before).executeTakeFirst();
  return Number(result.numDeletedRows);
}

import type { Scope } from "../../core/scope.ts";
import type { Executor } from "../client.ts";
import { wasInserted } from "../was-inserted.ts";

export interface PriceRuleRow extends Scope {
  readonly id: string;
  readonly markupBasisPoints: bigint;
  readonly minProfitMicros: bigint;
  readonly actor: string;
  readonly createdAt: Date;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
}

/** A rule to be stored. */
export type NewPriceRule = Pick<
  PriceRuleRow,
  | "id"
  | "serviceId"
  | "countryId"
  | "provider"
  | "markupBasisPoints"
  | "minProfitMicros"
  | "startsAt"
  | "endsAt"
>;

/** A bound; the desk allows far fewer. */
const MAX_RULES = 5000;

function rules(db: Executor) {
  return db
    .selectFrom("price_rules")
    .select([
      "id",
      "service_id as serviceId",
      "country_id as countryId",
      "provider",
      "markup_basis_points as markupBasisPoints",
      "min_profit_micros as minProfitMicros",
      "actor",
      "created_at as createdAt",
      "starts_at as startsAt",
      "ends_at as endsAt",
    ])
    .orderBy("created_at", "desc")
    .orderBy("id")
    .limit(MAX_RULES);
}

function toRow(row: Omit<PriceRuleRow, "markupBasisPoints"> & { markupBasisPoints: number }): PriceRuleRow {
  return { ...row, markupBasisPoints: BigInt(row.markupBasisPoints) };
}

/** The rules that were not removed and have not ended by `at`, newest first. */
export async function selectPriceRules(db: Executor, at: Date): Promise<PriceRuleRow[]> {
  return (await live(db, at).execute()).map(toRow);
}

/** As {@link selectPriceRules}, locked until the transaction ends, so that nobody removes one meanwhile. */
export async function lockPriceRules(tx: Executor, at: Date): Promise<PriceRuleRow[]> {
  return (await live(tx, at).forUpdate().execute()).map(toRow);
}

function live(db: Executor, at: Date) {
  return rules(db)
    .where("removed_at", "is", null)
    .where((eb) => eb.or([eb("ends_at", "is", null), eb("ends_at", ">", at)]));
}

const priceChangeKinds = ["set", "remove", "shift", "undo"] as const;
export type PriceChangeKind = (typeof priceChangeKinds)[number];

export interface PriceChange {
  readonly id: string;
  readonly kind: PriceChangeKind;
  readonly undoes: string | null;
  readonly actor: string;
  readonly at: Date;
}

/** False, and nothing is stored: this change was made before, or the one that it undoes was undone. */
export async function insertPriceChange(tx: Executor, change: PriceChange): Promise<boolean> {
  const result = await tx
    .insertInto("price_changes")
    .values(change)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return wasInserted(result);
}

/** Adds a rule as part of a change. */
export async function insertPriceRule(tx: Executor, rule: NewPriceRule, change: PriceChange): Promise<void> {
  await tx
    .insertInto("price_rules")
    .values({
      id: rule.id,
      service_id: rule.serviceId,
      country_id: rule.countryId,
      provider: rule.provider,
      markup_basis_points: Number(rule.markupBasisPoints),
      min_profit_micros: rule.minProfitMicros,
      starts_at: rule.startsAt,
      ends_at: rule.endsAt,
      actor: change.actor,
      created_at: change.at,
      added_in: change.id,
    })
    .execute();
}

/** Removes rules as part of a change. Returns how many were live. */
export async function removePriceRules(
  tx: Executor,
  ids: readonly string[],
  change: PriceChange,
): Promise<number> {
  if (ids.length === 0) return 0;
  const result = await tx
    .updateTable("price_rules")
    .set({ removed_at: change.at, removed_by: change.actor, removed_in: change.id })
    .where("id", "in", ids)
    .where("removed_at", "is", null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** The newest change that was not taken back, and is no taking back itself; undefined: there is none. */
export async function selectLastPriceChange(db: Executor): Promise<PriceChange | undefined> {
  const row = await db
    .selectFrom("price_changes")
    .select(["id", "kind", "undoes", "actor", "at"])
    .where("kind", "!=", "undo")
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("price_changes as undo")
            .select("undo.id")
            .whereRef("undo.undoes", "=", "price_changes.id"),
        ),
      ),
    )
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && { ...row, kind: priceChangeKinds.find((kind) => kind === row.kind) ?? "set" };
}

/** The rules that a change added, each with whether it is still there, and those that it removed. */
export async function selectRulesOfChange(
  db: Executor,
  changeId: string,
): Promise<{
  readonly added: readonly (PriceRuleRow & { readonly isLive: boolean })[];
  readonly removed: readonly PriceRuleRow[];
}> {
  const rows = await rules(db)
    .select(["added_in as addedIn", "removed_at as removedAt"])
    .where((eb) => eb.or([eb("added_in", "=", changeId), eb("removed_in", "=", changeId)]))
    .execute();
  const added = rows.filter(({ addedIn }) => addedIn === changeId);
  const removed = rows.filter(({ addedIn }) => addedIn !== changeId);
  return {
    added: added.map((row) => ({ ...toRow(row), isLive: row.removedAt === null })),
    removed: removed.map(toRow),
  };
}

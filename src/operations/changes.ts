import { setBan } from "../buyers/people.ts";
import { addMs } from "../core/clock.ts";
import { DeskRefusal } from "../core/desk-refusal.ts";
import { formatUsd } from "../core/money.ts";
import { type AppointableRole, actorOf, type Staff } from "../core/staff.ts";
import type { Executor, Tx } from "../db/client.ts";
import { writeAudit } from "../db/queries/audit.ts";
import type { BuyerRow } from "../db/queries/buyers.ts";
import { sumMovedBy } from "../db/queries/desk-cards.ts";
import { selectBalance } from "../db/queries/ledger.ts";
import { enqueue, enqueueToAll } from "../db/queries/outbox.ts";
import { sumCodesMadeBy } from "../db/queries/promotions.ts";
import { selectRole } from "../db/queries/staff.ts";
import { adjust } from "../wallet/wallet.ts";

const DAY_MS = 24 * 3_600_000;

export interface ChangeDeps {
  /** ADMIN_IDS. */
  readonly ownerIds: readonly number[];
  /** What one person of a role may move by hand in a day, in micro-dollars, as it is set now. Owners have no limit. */
  readonly caps: Readonly<Record<AppointableRole, bigint>>;
}

/** Throws DeskRefusal "over_cap" when this person may not move so much any more today. Counted from the ledger, and from the codes that they made. */
export async function checkCap(
  db: Executor,
  { caps }: Pick<ChangeDeps, "caps">,
  { staff, amountMicros, at }: { staff: Staff; amountMicros: bigint; at: Date },
): Promise<void> {
  if (staff.role === "owner") return;
  const capMicros = caps[staff.role];
  const since = addMs(at, -DAY_MS);
  const movedMicros = await sumMovedBy(db, actorOf(staff.telegramId), since);
  const usedMicros = movedMicros + (await sumCodesMadeBy(db, staff.telegramId, since));
  const absoluteMicros = amountMicros < 0n ? -amountMicros : amountMicros;
  if (usedMicros + absoluteMicros <= capMicros) return;
  throw new DeskRefusal("over_cap", { cap: formatUsd(capMicros), used: formatUsd(usedMicros) });
}

/** Throws DeskRefusal "own_balance": nobody moves money to themselves, unless there is nobody else to do it. */
export function checkOwn(deps: ChangeDeps, staff: Staff, buyer: Pick<BuyerRow, "telegramId">): void {
  const isSoleOwner = staff.role === "owner" && deps.ownerIds.length === 1;
  if (buyer.telegramId === staff.telegramId && !isSoleOwner) throw new DeskRefusal("own_balance");
}

export interface Adjustment {
  /** The idempotency key. */
  readonly key: string;
  readonly staff: Staff;
  /** Locked by the caller. */
  readonly buyer: BuyerRow;
  readonly amountMicros: bigint;
  readonly reason: string;
  /** The order that it gives back; left out: about no order. */
  readonly orderId?: string;
  readonly updateId: number;
  readonly at: Date;
}

/**
 * Changes a balance by hand: ledger, audit, a message to the buyer and one to each owner. False: this key was used
 * before, and nothing was done. Throws DeskRefusal, or ShopError "insufficient_funds".
 */
export async function adjustBuyer(tx: Tx, deps: ChangeDeps, change: Adjustment): Promise<boolean> {
  const { key, staff, buyer, amountMicros, reason, orderId, updateId, at } = change;
  checkOwn(deps, staff, buyer);
  const actor = actorOf(staff.telegramId);
  const before = await selectBalance(tx, buyer.id, { lock: true });
  const money = { key, buyerId: buyer.id, amountMicros, actor, reason, at };
  const { created } = await adjust(tx, orderId === undefined ? money : { ...money, orderId });
  if (!created) return false;
  // After the posting, which this key may have had already; a refusal rolls it back.
  await checkCap(tx, deps, { staff, amountMicros: 0n, at });
  const { availableMicros } = await selectBalance(tx, buyer.id);
  const amounts = { amountMicros: amountMicros.toString(), availableMicros: availableMicros.toString() };
  await writeAudit(tx, {
    actor,
    action: orderId === undefined ? "balance adjusted" : "order refunded",
    ...(orderId === undefined
      ? { subjectKind: "buyer", subject: buyer.id }
      : { subjectKind: "order", subject: orderId }),
    buyerId: buyer.id,
    before: { availableMicros: before.availableMicros.toString() },
    after: { ...amounts, isOwn: buyer.telegramId === staff.telegramId },
    reason,
    updateId,
    at,
  });
  if (buyer.telegramId !== null) {
    const message = { kind: "balance_adjusted" as const, ...amounts, reason };
    const told = { chatId: buyer.telegramId, buyerId: buyer.id, dedupeKey: `adjusted:${key}`, at };
    await enqueue(tx, { ...told, message });
    await tellOwners(tx, deps, change, buyer.telegramId);
  }
  return true;
}

async function tellOwners(tx: Tx, deps: ChangeDeps, change: Adjustment, telegramId: number): Promise<void> {
  const { key, staff, amountMicros, reason, at } = change;
  const sign = amountMicros < 0n ? "-" : "+";
  const params = {
    by: String(staff.telegramId),
    sign,
    amountMicros: (amountMicros < 0n ? -amountMicros : amountMicros).toString(),
    telegramId: String(telegramId),
    reason,
  };
  const message = { kind: "operator_notice" as const, notice: "adjusted", params };
  await enqueueToAll(tx, deps.ownerIds, { message, subject: `adjusted:${key}`, at });
}

/** Bans with a reason, or lifts the ban with null. Whoever works at the desk cannot be banned: "is_staff". */
export async function changeBan(
  tx: Tx,
  deps: ChangeDeps,
  change: { staff: Staff; telegramId: number; reason: string | null; updateId: number; at: Date },
): Promise<void> {
  const { staff, telegramId, reason, updateId, at } = change;
  if (reason !== null) {
    const isStaff = deps.ownerIds.includes(telegramId) || (await selectRole(tx, telegramId)) !== undefined;
    if (isStaff) throw new DeskRefusal("is_staff");
  }
  const { isChanged, subject, buyerId } = await setBan(tx, { telegramId, reason, at });
  if (!isChanged) return;
  await writeAudit(tx, {
    actor: actorOf(staff.telegramId),
    action: reason === null ? "ban lifted" : "banned",
    subjectKind: buyerId === null ? "person" : "buyer",
    subject,
    buyerId,
    before: { isBanned: reason === null },
    after: { isBanned: reason !== null },
    reason,
    updateId,
    at,
  });
}

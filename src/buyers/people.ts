import { addMs } from "../core/clock.ts";
import type { Tx } from "../db/client.ts";
import { returnApiBans, selectApiBuyer } from "../db/queries/api-buyers.ts";
import {
  type BuyerRow,
  banBuyer,
  findBuyer,
  findByTelegramId,
  flagBuyer,
  followLanguage,
  lockBuyer,
  type Person,
  unbanBuyer,
  upsertBuyer,
} from "../db/queries/buyers.ts";
import { forgetBuyer } from "../db/queries/forget-buyer.ts";
import {
  carryActions,
  deleteForgottenPerson,
  dropIfEmpty,
  lockForgottenPerson,
  returnActions,
  updateForgottenPerson,
} from "../db/queries/forgotten-people.ts";
import { carryDebtAway, carryDebtBack } from "../wallet/debts.ts";
import { personHash } from "./person-hash.ts";

/** Twice as long as the longest limit looks back; housekeeping deletes older ones. */
const CARRIED_ACTIONS_MS = 48 * 60 * 60 * 1000;

/**
 * The buyer of this Telegram user, made at the first message. Somebody who had their data deleted, or was banned
 * before they ever came, gets back what was kept about them: ban, flag, debt, the API guard's ban, and what counts towards the limits.
 */
export async function arrive(tx: Tx, person: Person): Promise<BuyerRow> {
  const known = await findByTelegramId(tx, person.telegramId);
  if (known) return await followLanguage(tx, known, person);
  const { at } = person;
  const hash = await personHash(tx, person.telegramId, at);
  const kept = await lockForgottenPerson(tx, hash);
  // Two first messages at once: the other one was served while this one waited for the lock.
  const isNew = (await findByTelegramId(tx, person.telegramId)) === undefined;
  const { id } = await upsertBuyer(tx, person);
  if (isNew) {
    if (kept.bannedAt) await banBuyer(tx, id, kept.banReason ?? "", kept.bannedAt);
    if (kept.flaggedAt) await flagBuyer(tx, id, kept.flagReason ?? "", kept.flaggedAt);
    await returnApiBans(tx, id, { bannedUntil: kept.apiBannedUntil, bans: kept.apiBans });
    await carryDebtBack(tx, { buyerId: id, amountMicros: kept.debtMicros, at });
    await returnActions(tx, hash, id);
  }
  await deleteForgottenPerson(tx, hash);
  const buyer = await findBuyer(tx, id);
  if (!buyer) throw new Error("a buyer vanished while it was made");
  return buyer;
}

/** Deletes a buyer's data; what must still count is kept under a hash. The caller has locked the buyer. */
export async function forget(tx: Tx, buyer: BuyerRow, at: Date): Promise<void> {
  if (buyer.telegramId === null) return;
  const hash = await personHash(tx, buyer.telegramId, at);
  await lockForgottenPerson(tx, hash);
  const api = await selectApiBuyer(tx, buyer.id);
  // An operator's own words could name the person.
  await updateForgottenPerson(tx, hash, {
    bannedAt: buyer.bannedAt,
    banReason: buyer.bannedAt && "was banned before the data was deleted",
    flaggedAt: buyer.flaggedAt,
    flagReason: buyer.flaggedAt && "was flagged before the data was deleted",
    debtMicros: await carryDebtAway(tx, buyer.id, at),
    apiBannedUntil: api.bannedUntil,
    apiBans: api.bans,
  });
  await carryActions(tx, buyer.id, hash, addMs(at, -CARRIED_ACTIONS_MS));
  await forgetBuyer(tx, buyer.id, at);
  await dropIfEmpty(tx, hash);
}

/** A buyer, or the hash of somebody who is none (any more). */
export type KnownPerson =
  | { readonly kind: "buyer"; readonly buyer: BuyerRow }
  | { readonly kind: "forgotten"; readonly hash: string };

/** Who this is just now, locked until the transaction ends: nobody is forgotten or arrives meanwhile. */
export async function lockPerson(tx: Tx, telegramId: number, at: Date): Promise<KnownPerson> {
  const buyer = await lockByTelegramId(tx, telegramId);
  if (buyer) return { kind: "buyer", buyer };
  const hash = await personHash(tx, telegramId, at);
  await lockForgottenPerson(tx, hash);
  const arrived = await lockByTelegramId(tx, telegramId);
  if (!arrived) return { kind: "forgotten", hash };
  await dropIfEmpty(tx, hash);
  return { kind: "buyer", buyer: arrived };
}

/** The buyer with this Telegram id, locked until the transaction ends: their data is not deleted meanwhile. */
export async function lockByTelegramId(tx: Tx, telegramId: number): Promise<BuyerRow | undefined> {
  const found = await findByTelegramId(tx, telegramId);
  const buyer = found && (await lockBuyer(tx, found.id));
  // The data may have been deleted while this waited for the lock.
  return buyer?.telegramId === telegramId ? buyer : undefined;
}

/**
 * Bans a Telegram user, or lifts the ban with `reason` null; also of one who never came, or whose data is deleted.
 * `subject` names the person for the audit log; `buyerId` is null for one who is no buyer. `isChanged` is false when it was so already.
 */
export async function setBan(
  tx: Tx,
  { telegramId, reason, at }: { telegramId: number; reason: string | null; at: Date },
): Promise<{ readonly isChanged: boolean; readonly subject: string; readonly buyerId: string | null }> {
  const person = await lockPerson(tx, telegramId, at);
  if (person.kind === "buyer") {
    const { id } = person.buyer;
    const isChanged = reason === null ? await unbanBuyer(tx, id) : await banBuyer(tx, id, reason, at);
    return { isChanged, subject: id, buyerId: id };
  }
  const { hash } = person;
  const { bannedAt } = await lockForgottenPerson(tx, hash);
  const isChanged = (bannedAt !== null) !== (reason !== null);
  if (isChanged) {
    await updateForgottenPerson(tx, hash, { bannedAt: reason === null ? null : at, banReason: reason });
  }
  await dropIfEmpty(tx, hash);
  return { isChanged, subject: `person ${hash.slice(0, 16)}`, buyerId: null };
}

import { createHash } from "node:crypto";
import { addMs } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { type Right, rolesWith } from "../core/staff.ts";
import type { Tx } from "../db/client.ts";
import { writeAudit } from "../db/queries/audit.ts";
import { type BuyerRow, isBanned, lockBuyer } from "../db/queries/buyers.ts";
import { countUndecidedClaims, decideClaim, insertClaim, selectClaim } from "../db/queries/manual-claims.ts";
import { countDisputes, insertDispute, selectSameDispute } from "../db/queries/operations.ts";
import { enqueue, enqueueToAll } from "../db/queries/outbox.ts";
import { selectStaffIds } from "../db/queries/staff.ts";
import { isPaused } from "../db/queries/switches.ts";
import { moveTopup, selectTopup, type TopupRow } from "../db/queries/topups.ts";
import { inTransaction } from "../db/transaction.ts";
import { credit } from "./credit.ts";
import { openUsdTopup, type UsdTopup } from "./open-usd.ts";
import type { TopupDeps } from "./topup-deps.ts";
import type { BeginResult } from "./topups.ts";

const GATEWAY = "manual";
/** The bounds of a manual top-up. */
export const manualTerms = {
  gateway: GATEWAY,
  minMicros: 1_000_000n,
  maxMicros: 1_000_000_000n,
  lifetimeMs: 24 * 60 * 60 * 1000,
} as const;
const MAX_NOTE = 1_000;
const MAX_DISPUTE = 2_000;
const DOUBLE_TAP_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_UNDECIDED = 5;
/** More complaints of one buyer in a day are stored, but the operators get no message. */
const MAX_TOLD_A_DAY = 5;

export async function beginManual(
  deps: TopupDeps,
  input: UsdTopup,
): Promise<BeginResult<{ topupId: string }>> {
  if (!deps.gateways.includes(GATEWAY)) return { kind: "refused", code: "gateway_off" };
  if (await isBanned(deps.db, input.buyerId)) return { kind: "refused", code: "buyer_banned" };
  if (await isPaused(deps.db, "topups", deps.clock.now())) return { kind: "refused", code: "topups_paused" };
  if (await hasTooMany(deps, input.buyerId)) return { kind: "refused", code: "gateway_unavailable" };
  const opened = await openUsdTopup(deps, manualTerms, input);
  if (!opened) return { kind: "refused", code: "topup_amount_invalid" };
  return { kind: "begun", invoice: { topupId: opened.id } };
}

/** Operators decide by hand. One person's claims must not hide those of the others. */
async function hasTooMany(deps: TopupDeps, buyerId: string): Promise<boolean> {
  const undecided = await countUndecidedClaims(deps.db, buyerId, addMs(deps.clock.now(), -DAY_MS));
  return undecided >= MAX_UNDECIDED;
}

/** Stores the buyer's proof and asks the operators. A proof that was sent before is not refused, but the operators see that it was. */
export async function claimManual(
  deps: TopupDeps,
  input: {
    topupId: string;
    buyerId: string;
    note: string | null;
    fileId: string | null;
    fileUniqueId: string | null;
  },
): Promise<BeginResult<{ claimId: string }>> {
  const topup = await selectTopup(deps.db, input.topupId);
  if (topup?.buyerId !== input.buyerId || topup.gateway !== GATEWAY)
    return { kind: "refused", code: "topup_not_found" };
  const at = deps.clock.now();
  if (topup.state !== "pending" || topup.expiresAt <= at) return { kind: "refused", code: "topup_expired" };
  // Once more: many top-ups may have been begun before the first claim.
  if (await hasTooMany(deps, input.buyerId)) return { kind: "refused", code: "gateway_unavailable" };
  const id = newId();
  const note = input.note?.slice(0, MAX_NOTE) ?? null;
  const isNew = await inTransaction(deps.db, async (tx) => {
    const claim = { id, topupId: topup.id, note, noteDigest: digest(note), at };
    if (!(await insertClaim(tx, { ...claim, fileId: input.fileId, fileUniqueId: input.fileUniqueId })))
      return false;
    const message = { kind: "manual_claim" as const, claimId: id };
    await enqueueToAll(tx, await staffFor(tx, deps, "receipts"), {
      message,
      subject: `manual_claim:${id}`,
      at,
    });
    return true;
  });
  deps.checkpoint("manual/claimed");
  deps.onMessages();
  return isNew ? { kind: "begun", invoice: { claimId: id } } : { kind: "refused", code: "topup_expired" };
}

/** A digest of letters and digits only, so that other blanks or capitals make no new reference. */
function digest(note: string | null): string | null {
  const normal = note?.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "") ?? "";
  return normal.length < 4 ? null : createHash("sha256").update(normal).digest("hex");
}

export interface Decision {
  readonly claimId: string;
  readonly operatorTelegramId: number;
  readonly approve: boolean;
  /** What came in, where that is not what the buyer announced. */
  readonly amountMicros?: bigint;
  /** Why it is rejected, told to the buyer; null: no words. */
  readonly reason: string | null;
  readonly updateId: number | null;
}

export type Decided = "approved" | "rejected" | "already" | "own" | "not_found";

/**
 * An operator's decision, in the caller's transaction: once, audited, with the credit or the refusal in the same transaction. The caller has
 * checked the operator. Nobody approves a claim of their own, unless there is no other operator to do it. The claim of
 * somebody whose data is deleted is "not_found": its money would reach nobody. Their row is locked, so a deletion comes
 * before the decision or after it.
 */
export async function decideIn(deps: TopupDeps, tx: Tx, input: Decision): Promise<Decided> {
  const decision = input.approve ? "approved" : "rejected";
  const actor = `operator:${input.operatorTelegramId}`;
  const { reason, updateId } = input;
  const at = deps.clock.now();
  const { claimId, operatorTelegramId } = input;
  const found = await findClaimed(tx, claimId);
  if (!found) return "not_found" as const;
  const { topup, buyer } = found;
  const isOwn = buyer.telegramId === operatorTelegramId;
  const about = { subjectKind: "topup" as const, subject: topup.id, buyerId: buyer.id };
  const amountMicros = input.amountMicros ?? topup.amountMicros;
  const before = { announcedMicros: topup.amountMicros.toString() };
  const after = { amountMicros: amountMicros.toString(), isOwn };
  if (isOwn && input.approve && deps.operatorChatIds.some((id) => id !== operatorTelegramId)) {
    await writeAudit(tx, { actor, action: "manual top-up refused", ...about, after, updateId, at });
    return "own" as const;
  }
  if (!(await decideClaim(tx, { claimId, operatorTelegramId, decision, at }))) return "already" as const;
  await writeAudit(tx, {
    actor,
    action: `manual top-up ${decision}`,
    ...about,
    before,
    after,
    reason,
    updateId,
    at,
  });
  if (!input.approve) {
    await moveTopup(tx, topup.id, ["pending"], "rejected", at);
    const why = reason === null ? {} : { reason };
    const message = { kind: "topup_rejected" as const, topupId: topup.id, ...why };
    const dedupeKey = `topup_rejected:${topup.id}`;
    await enqueue(tx, { chatId: topup.chatId, buyerId: topup.buyerId, message, dedupeKey, at });
    deps.onTopup?.({ gateway: GATEWAY, outcome: "rejected", amountMicros: null });
    return decision;
  }
  await credit(tx, {
    gateway: GATEWAY,
    chargeId: topup.id,
    topup,
    buyerId: topup.buyerId,
    chatId: topup.chatId,
    amountMicros,
    stars: null,
    feeMicros: 0n,
    paidAt: at,
    actor,
    at,
  });
  deps.onTopup?.({ gateway: GATEWAY, outcome: "credited", amountMicros });
  return decision;
}

/** As {@link decideIn}, in a transaction of its own. `authorise` checks the operator in it, and throws. */
export async function decideManual(
  deps: TopupDeps,
  { authorise, ...input }: Decision & { readonly authorise: (tx: Tx) => Promise<unknown> },
): Promise<{ readonly kind: Decided }> {
  const kind = await inTransaction(deps.db, async (tx) => {
    await authorise(tx);
    return await decideIn(deps, tx, input);
  });
  deps.checkpoint("manual/decided");
  deps.onMessages();
  return { kind };
}

/** The claimed top-up and its buyer, locked; undefined when there is none, or the buyer's data is deleted. */
async function findClaimed(
  tx: Tx,
  claimId: string,
): Promise<{ topup: TopupRow; buyer: BuyerRow } | undefined> {
  const claim = await selectClaim(tx, claimId);
  const known = claim && (await selectTopup(tx, claim.topupId));
  const buyer = known && (await lockBuyer(tx, known.buyerId));
  if (!buyer || buyer.telegramId === null) return undefined;
  // Read under the lock: a deletion that it waited for has emptied the chat.
  const topup = await selectTopup(tx, known.id);
  return topup && { topup, buyer };
}

/**
 * /paysupport: stored, and sent to every operator, unless this buyer wrote too often today. The same words twice within a
 * minute are a double tap, and one complaint.
 */
export async function openDispute(
  deps: TopupDeps,
  input: { buyerId: string; text: string },
): Promise<{ disputeId: string }> {
  const { buyerId } = input;
  const text = input.text.slice(0, MAX_DISPUTE);
  const disputeId = await inTransaction(deps.db, async (tx) => {
    const at = deps.clock.now();
    await lockBuyer(tx, buyerId);
    const same = await selectSameDispute(tx, { buyerId, text, since: addMs(at, -DOUBLE_TAP_MS) });
    if (same !== undefined) return same;
    const id = newId();
    const earlier = await countDisputes(tx, buyerId, addMs(at, -DAY_MS));
    await insertDispute(tx, { id, buyerId, text, at });
    if (earlier >= MAX_TOLD_A_DAY) return id;
    const message = { kind: "dispute" as const, disputeId: id };
    await enqueueToAll(tx, await staffFor(tx, deps, "orders"), { message, subject: `dispute:${id}`, at });
    return id;
  });
  deps.onMessages();
  return { disputeId };
}

/** The owners, and whoever else may decide about it. */
async function staffFor(tx: Tx, deps: TopupDeps, right: Right): Promise<readonly number[]> {
  return [...deps.operatorChatIds, ...(await selectStaffIds(tx, rolesWith(right)))];
}

import { personHash } from "../buyers/person-hash.ts";
import { addMs, type Clock } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { type CodeRefusal, normalizeCode } from "../core/promo-code.ts";
import type { Database, Tx } from "../db/client.ts";
import { type BuyerRow, lockBuyer } from "../db/queries/buyers.ts";
import { countCarried, noteWrongCode } from "../db/queries/forgotten-people.ts";
import { selectBalance } from "../db/queries/ledger.ts";
import { enqueue } from "../db/queries/outbox.ts";
import {
  hasRedeemed,
  insertRedemption,
  isNewBuyer,
  lockPromotionOf,
  takeUse,
} from "../db/queries/promotion-redemptions.ts";
import type { Promotion } from "../db/queries/promotions.ts";
import { inTransaction } from "../db/transaction.ts";
import { payBonus } from "../wallet/bonus.ts";
import { codeHasher } from "./code-hash.ts";

export type Redeemed =
  /** The money is on the balance; a message of its own tells so. */
  | { readonly kind: "voucher" }
  /** It comes with the next top-up of at least so much. */
  | {
      readonly kind: "bonus";
      readonly amountMicros: bigint;
      readonly minTopupMicros: bigint;
      readonly expiresAt: Date | null;
    }
  | {
      readonly kind: "discount";
      readonly percent: number;
      readonly purchases: number;
      readonly serviceId: string | null;
      readonly countryId: string | null;
      readonly expiresAt: Date | null;
    }
  | { readonly kind: "refused"; readonly code: CodeRefusal | "buyer_banned" };

/** Vouchers and promo codes, for the chat. */
export interface Promotions {
  /** `typed`: as the buyer wrote it, of any length. The same code again changes nothing. */
  redeem(input: { readonly buyerId: string; readonly typed: string }): Promise<Redeemed>;
}

export interface PromotionsDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** ADMIN_IDS. */
  readonly ownerIds: readonly number[];
  readonly onMessages: () => void;
}

/** Wrong codes of one person. */
const MAX_WRONG = 5;
const WRONG_WITHIN_MS = 60 * 60 * 1000;

export function createPromotions(deps: PromotionsDeps): Promotions {
  return {
    async redeem(input) {
      const redeemed = await inTransaction(deps.db, (tx) => redeem(deps, tx, input));
      if (redeemed.kind === "voucher") deps.onMessages();
      return redeemed;
    },
  };
}

async function redeem(
  deps: PromotionsDeps,
  tx: Tx,
  { buyerId, typed }: { buyerId: string; typed: string },
): Promise<Redeemed> {
  const at = deps.clock.now();
  const buyer = await lockBuyer(tx, buyerId);
  // A deleted buyer cannot ask any more; their update was on its way.
  if (!buyer || buyer.telegramId === null || buyer.bannedAt !== null) return refused("buyer_banned");
  const wrong = await countCarried(tx, buyerId, "wrong_code", addMs(at, -WRONG_WITHIN_MS));
  if (wrong >= MAX_WRONG) return refused("too_many_tries");
  const code = normalizeCode(typed);
  const hash = code === undefined ? undefined : (await codeHasher(tx, at))(code);
  const promotion = hash === undefined ? undefined : await lockPromotionOf(tx, hash);
  if (hash === undefined || promotion === undefined) {
    await noteWrongCode(tx, buyerId, at);
    return refused("unknown");
  }
  const person = await personHash(tx, buyer.telegramId, at);
  const refusal = await refusalOf(deps, tx, promotion, { buyer, hash, person, at });
  if (refusal !== undefined) return refused(refusal);
  if (!(await takeUse(tx, hash))) return refused("used_up");
  return await grant(tx, promotion, { buyer, hash, person, at });
}

interface Redeeming {
  readonly buyer: BuyerRow;
  readonly hash: string;
  readonly person: string;
  readonly at: Date;
}

async function refusalOf(
  { ownerIds }: PromotionsDeps,
  tx: Tx,
  promotion: Promotion,
  { buyer, hash, person, at }: Redeeming,
): Promise<CodeRefusal | undefined> {
  if (await hasRedeemed(tx, hash, person)) return "already_yours";
  const { stoppedAt, expiresAt, isNewOnly, createdBy } = promotion;
  if (stoppedAt !== null || (expiresAt !== null && expiresAt <= at)) return "expired";
  // Nobody gives themselves money, unless there is nobody else to do it: as with adjustments.
  const isSoleOwner = ownerIds.length === 1 && ownerIds[0] === createdBy;
  if (buyer.telegramId === createdBy && !isSoleOwner) return "not_for_you";
  if (isNewOnly && !(await isNewBuyer(tx, buyer.id, person))) return "not_for_you";
  return undefined;
}

async function grant(
  tx: Tx,
  promotion: Promotion,
  { buyer, hash, person, at }: Redeeming,
): Promise<Redeemed> {
  const { id: promotionId, kind, amountMicros, percent, purchases, expiresAt } = promotion;
  const redemption = { id: newId(), promotionId, codeHash: hash, personHash: person, buyerId: buyer.id, at };
  if (kind === "voucher" && amountMicros !== null) {
    await insertRedemption(tx, { ...redemption, grantedMicros: amountMicros });
    const money = { redemptionId: redemption.id, buyerId: buyer.id, amountMicros, at };
    await payBonus(tx, { ...money, reason: "voucher" });
    await tellBonus(tx, { ...money, chatId: buyer.telegramId, cause: "voucher", key: redemption.id });
    return { kind };
  }
  await insertRedemption(tx, { ...redemption, grantedMicros: null });
  if (kind === "bonus" && amountMicros !== null) {
    return { kind, amountMicros, minTopupMicros: promotion.minTopupMicros, expiresAt };
  }
  const { serviceId, countryId } = promotion;
  return {
    kind: "discount",
    percent: percent ?? 0,
    purchases: purchases ?? 0,
    serviceId,
    countryId,
    expiresAt,
  };
}

/** Tells a buyer that bonus money came, or went. Nobody is told whose data is deleted. */
export async function tellBonus(
  tx: Tx,
  told: {
    readonly chatId: number | null;
    readonly buyerId: string;
    readonly amountMicros: bigint;
    readonly cause: "voucher" | "topup" | "refund";
    readonly key: string;
    readonly at: Date;
  },
): Promise<void> {
  const { chatId, buyerId, amountMicros, cause, key, at } = told;
  if (chatId === null) return;
  const { availableMicros } = await selectBalance(tx, buyerId);
  const amounts = { amountMicros: amountMicros.toString(), availableMicros: availableMicros.toString() };
  const message = { kind: "bonus_changed" as const, cause, ...amounts };
  await enqueue(tx, { chatId, buyerId, message, dedupeKey: `bonus:${cause}:${key}`, at });
}

function refused(code: CodeRefusal | "buyer_banned"): Redeemed {
  return { kind: "refused", code };
}

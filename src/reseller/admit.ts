import { addMs } from "../core/clock.ts";
import type { Executor, Tx } from "../db/client.ts";
import {
  type ApiBuyerRow,
  banFromApi,
  selectApiBuyer,
  selectCaptured,
  selectKeyCounts,
  selectNamedPurchase,
  selectSuccess,
  setProven,
} from "../db/queries/api-buyers.ts";
import { type ApiKeyRow, lockKey, selectKey } from "../db/queries/api-keys.ts";
import { findBuyer } from "../db/queries/buyers.ts";
import { selectPurchaseCounts } from "../db/queries/order-limits.ts";
import { isPaused } from "../db/queries/switches.ts";
import type { KeyRefusal } from "../orders/by-key/key-orders.ts";
import { type OrderLimits, refusalByCounts } from "../orders/limits.ts";
import { isLive } from "./authenticate.ts";
import { API_TERMS_VERSION } from "./keys.ts";
import { keyDefaults, provenBy } from "./limits.ts";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** How far back a name is the same purchase. */
export const NAME_MS = DAY_MS;

/** Providers close accounts whose numbers get no codes, so one bad reseller could close ours. */
const guard = {
  newest: 100,
  fewest: 30,
  percent: 10,
  banMs: HOUR_MS,
  longBanMs: DAY_MS,
  longFrom: 3,
} as const;

export interface Admission {
  readonly keyId: string;
  readonly chainId: string;
  readonly buyerId: string;
  readonly priceMicros: bigint;
  readonly at: Date;
}

/**
 * Whether a key may buy at this price. Runs in the purchase's transaction under the lock of the buyer's row, so that
 * purchases at the same moment count each other; the key's row is read there, so that a revoked key buys nothing.
 */
export async function admit(
  tx: Tx,
  limits: OrderLimits,
  admission: Admission & {
    /** The name that the client gave this purchase. */
    readonly clientOrderId: string | null;
  },
): Promise<KeyRefusal | undefined> {
  const { keyId, chainId, buyerId, clientOrderId, at } = admission;
  const key = await lockKey(tx, keyId);
  if (!key || !mayBuy(key, admission)) return { code: "key_off" };
  if (clientOrderId !== null && (await hasName(tx, chainId, clientOrderId, at))) return { code: "repeated" };
  const buyer = await selectApiBuyer(tx, buyerId);
  const isProven = await hasProof(tx, buyerId, buyer);
  if (isProven && buyer.provenAt === null) await setProven(tx, buyerId, at);
  return (
    refusalOf(buyer, at) ??
    (await judgeSuccess(tx, buyer, admission)) ??
    (await overMoney(tx, key, admission)) ??
    (await overCounts(tx, limits, { key, isProven, admission }))
  );
}

/** What {@link admit} would say as far as it can be told without a lock; changes nothing. */
export async function foresee(
  db: Executor,
  limits: OrderLimits,
  admission: Admission,
): Promise<KeyRefusal | undefined> {
  const [key, buyer] = await Promise.all([
    selectKey(db, admission.keyId),
    selectApiBuyer(db, admission.buyerId),
  ]);
  if (!key || !mayBuy(key, admission)) return { code: "key_off" };
  const isProven = await hasProof(db, admission.buyerId, buyer);
  return (
    refusalOf(buyer, admission.at) ??
    (await overMoney(db, key, admission)) ??
    (await overCounts(db, limits, { key, isProven, admission }))
  );
}

function mayBuy(key: ApiKeyRow, { buyerId, at }: Admission): boolean {
  return key.buyerId === buyerId && key.scope === "buy" && isLive(key, at);
}

function refusalOf(buyer: ApiBuyerRow, at: Date): KeyRefusal | undefined {
  if ((buyer.termsVersion ?? 0) < API_TERMS_VERSION) return { code: "terms_not_accepted" };
  const { bannedUntil } = buyer;
  return bannedUntil !== null && bannedUntil > at ? { code: "success_guard", until: bannedUntil } : undefined;
}

async function hasName(tx: Tx, chainId: string, name: string, at: Date): Promise<boolean> {
  const period = { since: addMs(at, -NAME_MS), now: at };
  return (await selectNamedPurchase(tx, chainId, name, period)) !== undefined;
}

/** Captures ÷ closed of the newest orders since the last ban; below the limit, the buyer buys nothing for a while. */
async function judgeSuccess(
  tx: Tx,
  buyer: ApiBuyerRow,
  { buyerId, at }: Admission,
): Promise<KeyRefusal | undefined> {
  const since = buyer.bannedUntil ?? new Date(0);
  const { closed, received } = await selectSuccess(tx, buyerId, { since, limit: guard.newest });
  if (closed < guard.fewest || received * 100 >= closed * guard.percent) return undefined;
  const until = addMs(at, buyer.bans + 1 >= guard.longFrom ? guard.longBanMs : guard.banMs);
  await banFromApi(tx, buyerId, until);
  return { code: "success_guard", until };
}

/** The key's own highest price, and its cap of a day (UTC), as the ledger tells what was spent. */
async function overMoney(
  db: Executor,
  key: ApiKeyRow,
  { priceMicros, at }: Admission,
): Promise<KeyRefusal | undefined> {
  if (key.maxPriceMicros !== null && priceMicros > key.maxPriceMicros) return { code: "key_price" };
  if (key.dailyCapMicros === null) return undefined;
  const { spentMicros } = await selectKeyCounts(db, key.chainId, {
    hourAgo: at,
    daySince: new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS),
  });
  return spentMicros + priceMicros > key.dailyCapMicros ? { code: "key_daily_cap" } : undefined;
}

interface Counting {
  readonly key: ApiKeyRow;
  readonly isProven: boolean;
  readonly admission: Admission;
}

async function overCounts(
  db: Executor,
  limits: OrderLimits,
  { key, isProven, admission }: Counting,
): Promise<KeyRefusal | undefined> {
  const { buyerId, at } = admission;
  if (await isPaused(db, "sales", at)) return { code: "sales_paused" };
  const hourAgo = addMs(at, -HOUR_MS);
  const own = await selectKeyCounts(db, key.chainId, { hourAgo, daySince: at });
  if (key.maxOpen !== null && own.open >= key.maxOpen) return { code: "too_many_open_orders" };
  if (isProven) {
    const code = refusalByCounts(limitsOf(limits), { ...own, lastDay: 0 }, false);
    return code && { code };
  }
  const counts = await selectPurchaseCounts(db, buyerId, {
    channel: null,
    hourAgo,
    dayAgo: addMs(at, -DAY_MS),
    at,
  });
  const createdAt = (await findBuyer(db, buyerId))?.createdAt ?? at;
  const code = refusalByCounts(limits, counts, at.getTime() - createdAt.getTime() < DAY_MS);
  return code && { code };
}

/** The limits of a proven buyer's key: its defaults, or those of the shop where they are higher. */
export function limitsOf(limits: OrderLimits): OrderLimits {
  return {
    ...limits,
    maxOpenOrders: Math.max(limits.maxOpenOrders, keyDefaults.maxOpenOrders),
    purchasesPerHour: Math.max(limits.purchasesPerHour, keyDefaults.purchasesPerHour),
    cancelsPerHour: Math.max(limits.cancelsPerHour, keyDefaults.purchasesPerHour),
  };
}

async function hasProof(db: Executor, buyerId: string, { provenAt }: ApiBuyerRow): Promise<boolean> {
  if (provenAt !== null) return true;
  const { count, micros } = await selectCaptured(db, buyerId);
  return count >= provenBy.orders || micros >= provenBy.micros;
}

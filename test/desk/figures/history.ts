import { newId } from "../../../src/core/ids.ts";
import type { Database } from "../../../src/db/client.ts";
import { upsertBuyer } from "../../../src/db/queries/buyers.ts";
import { ensureSystemAccounts } from "../../../src/db/queries/ledger.ts";
import { insertPayment } from "../../../src/db/queries/topup-payments.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { systemAccounts } from "../../../src/wallet/accounts.ts";
import * as wallet from "../../../src/wallet/wallet.ts";

export interface PlacedOrder {
  readonly buyerId: string;
  readonly provider: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly rentedAt: Date;
  /** When it received its SMS; null: it ended without one after `openForMs`. */
  readonly waitMs: number | null;
  readonly openForMs: number;
  readonly priceMicros: bigint;
  readonly costMicros: bigint;
  /** What beta answered before this order got its number. */
  readonly refusedBy?: readonly string[];
  /** By the buyer, so long after the rental. */
  readonly cancelAfterMs?: number;
}

let telegramIds = 77_000;

/** Makes the past of a shop: rows of orders, and money that is moved by the wallet itself. */
export async function createHistory(db: Database) {
  await ensureSystemAccounts(db, systemAccounts(["stars", "crypto-pay", "manual"], ["alpha", "beta"]));
  const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);
  return {
    async buyer(at: Date): Promise<string> {
      telegramIds += 1;
      const telegramId = telegramIds;
      return (await inTransaction(db, (tx) => upsertBuyer(tx, { telegramId, languageCode: "en", at }))).id;
    },
    async topUp(buyerId: string, gateway: string, amountMicros: bigint, feeMicros: bigint, at: Date) {
      const chargeId = newId();
      const payment = { gateway, chargeId, topupId: null, buyerId, amountMicros, at };
      await insertPayment(db, { ...payment, stars: null, feeMicros, paidAt: at });
      await wallet.creditTopup(db, { ...payment, actor: gateway, reason: "payment" });
      return { ...payment, round: 0, actor: "operator:1", reason: "refund" };
    },
    async order(given: PlacedOrder): Promise<string> {
      const { buyerId, provider, rentedAt, waitMs } = given;
      const id = newId();
      const endedAt = later(rentedAt, given.openForMs);
      const receivedAt = waitMs === null ? null : later(rentedAt, waitMs);
      const isCancelled = given.cancelAfterMs !== undefined;
      await db
        .insertInto("orders")
        .values({
          id,
          buyer_id: buyerId,
          quote_id: newId(),
          service_id: given.serviceId,
          country_id: given.countryId,
          state: receivedAt ? "finished" : isCancelled ? "cancelled" : "expired",
          price_micros: given.priceMicros,
          cost_ceiling_micros: given.priceMicros,
          provider,
          upstream_id: id,
          phone: "+447700900123",
          cost_micros: given.costMicros,
          placed_at: rentedAt,
          rented_at: rentedAt,
          received_at: receivedAt,
          closed_at: endedAt,
          cancel_requested_at: isCancelled ? later(rentedAt, given.cancelAfterMs ?? 0) : null,
          chat_id: 1n,
        })
        .execute();
      const attempt = { order_id: id, service_code: "s", country_code: "c", cost_micros: given.costMicros };
      const times = { started_at: rentedAt, ended_at: rentedAt };
      const refused = given.refusedBy ?? [];
      await db
        .insertInto("order_attempts")
        .values([
          ...refused.map((error_kind, at) => {
            const outcome = { operator: String(at), outcome: "refused", error_kind };
            return { id: newId(), ...attempt, ...times, provider: "beta", ...outcome };
          }),
          { id: newId(), ...attempt, ...times, provider, operator: "", outcome: "rented" },
        ])
        .execute();
      const money = { orderId: id, buyerId, amountMicros: given.priceMicros, actor: "test", reason: "test" };
      await wallet.hold(db, { ...money, at: rentedAt });
      if (receivedAt) {
        await wallet.capture(db, { ...money, at: receivedAt });
        const cost = { orderId: id, provider, amountMicros: given.costMicros, reason: "test" };
        await wallet.bookProviderCost(db, { ...cost, at: receivedAt });
      } else {
        await wallet.release(db, { ...money, at: endedAt });
      }
      return id;
    },
  };
}

import type { Database } from "../db/client.ts";
import {
  type BalanceRow,
  countMovements,
  type MovementRow,
  selectBalance,
  selectMovements,
} from "../db/queries/ledger.ts";
import { debtOf } from "./debts.ts";

/** Money that can be spent, and money that is held for open orders. */
export type Balance = BalanceRow;

/** One line of a buyer's history. */
export type Movement = Pick<MovementRow, "kind" | "amountMicros" | "at">;

/** What a buyer may see of the ledger. */
export interface WalletReader {
  balance(buyerId: string): Promise<Balance>;
  /** What the buyer owes the shop, in micro-dollars; it is paid from whatever comes in. */
  debt(buyerId: string): Promise<bigint>;
  /** Newest first. */
  movements(
    buyerId: string,
    page: { limit: number; offset: number },
  ): Promise<{ readonly items: readonly Movement[]; readonly total: number }>;
}

export function createWalletReader(db: Database): WalletReader {
  return {
    balance: (buyerId) => selectBalance(db, buyerId),
    debt: (buyerId) => debtOf(db, buyerId),
    async movements(buyerId, page) {
      const [items, total] = await Promise.all([
        selectMovements(db, buyerId, page),
        countMovements(db, buyerId),
      ]);
      return { items, total };
    },
  };
}

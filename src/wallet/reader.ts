import type { Database } from "../db/client.ts";
import {
  type BalanceRow,
  countMovements,
  type MovementRow,
  selectBalance,
  selectMovements,
} from "../db/queries/ledger.ts";

/** What a buyer may see of the ledger. */
export interface WalletReader {
  balance(buyerId: string): Promise<BalanceRow>;
  /** Newest first. */
  movements(
    buyerId: string,
    page: { limit: number; offset: number },
  ): Promise<{ readonly items: readonly MovementRow[]; readonly total: number }>;
}

export function createWalletReader(db: Database): WalletReader {
  return {
    balance: (buyerId) => selectBalance(db, buyerId),
    async movements(buyerId, page) {
      const [items, total] = await Promise.all([
        selectMovements(db, buyerId, page),
        countMovements(db, buyerId),
      ]);
      return { items, total };
    },
  };
}

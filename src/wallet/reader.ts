import { addMs } from "../core/clock.ts";
import { createGathered } from "../core/gather.ts";
import type { Database } from "../db/client.ts";
import { type BalanceRow, selectBalances } from "../db/queries/ledger.ts";
import {
  claimExport,
  countStatement,
  type OrderMovementRow,
  type StatementRow,
  selectOrderMovements,
  selectStatement,
} from "../db/queries/statements.ts";
import { debtOf } from "./debts.ts";

/** Money that can be spent, and money that is held for open orders. */
export type Balance = BalanceRow;

/** One line of a buyer's statement. An order is a line once it is charged; one that ended without a code is none. */
export type StatementLine = StatementRow;

/** One movement of an order's money. */
export type OrderMovement = OrderMovementRow;

const EXPORT_EVERY_MS = 60_000;

/** What a buyer may see of the ledger. */
export interface WalletReader {
  balance(buyerId: string): Promise<Balance>;
  /** What the buyer owes the shop, in micro-dollars; it is paid from whatever comes in. */
  debt(buyerId: string): Promise<bigint>;
  /** Newest first. */
  statement(
    buyerId: string,
    page: { limit: number; offset: number },
  ): Promise<{ readonly items: readonly StatementLine[]; readonly total: number }>;
  /** The lines before this one, newest first, for reading all of them piece by piece; undefined: from the newest on. */
  statementBefore(
    buyerId: string,
    line: StatementLine | undefined,
    limit: number,
  ): Promise<readonly StatementLine[]>;
  /** What this order did to its buyer's money, oldest first. The caller has checked whose order it is. */
  ofOrder(orderId: string): Promise<readonly OrderMovement[]>;
  /** False: this buyer had a file made less than a minute before `at`. */
  mayExport(buyerId: string, at: Date): Promise<boolean>;
}

export function createWalletReader(db: Database): WalletReader {
  return {
    balance: createGathered(async (buyerIds: readonly string[]) => {
      const found = await selectBalances(db, buyerIds);
      return (buyerId) => found.get(buyerId) ?? { availableMicros: 0n, heldMicros: 0n };
    }),
    debt: (buyerId) => debtOf(db, buyerId),
    async statement(buyerId, page) {
      const [items, total] = await Promise.all([
        selectStatement(db, buyerId, page),
        countStatement(db, buyerId),
      ]);
      return { items, total };
    },
    statementBefore: (buyerId, line, limit) => selectStatement(db, buyerId, { limit, before: line?.id }),
    ofOrder: (orderId) => selectOrderMovements(db, orderId),
    mayExport: (buyerId, at) => claimExport(db, buyerId, at, addMs(at, -EXPORT_EVERY_MS)),
  };
}

import { createHash } from "node:crypto";
import { ShopError } from "../core/errors.ts";
import type { Executor } from "../db/client.ts";
import { postTransfer, type TransferKind } from "../db/queries/ledger.ts";
import { isCheckViolation } from "../db/transaction.ts";

export interface Posting {
  readonly key: string;
  readonly kind: TransferKind;
  readonly from: string;
  readonly to: string;
  readonly amountMicros: bigint;
  readonly orderId?: string;
  readonly topupId?: string | null;
  readonly actor: string;
  readonly reason: string;
  readonly at: Date;
}

/** `created` is false when the same movement was posted before: the first result stands. */
export interface Posted {
  readonly created: boolean;
}

/**
 * Moves money inside the caller's transaction. The hash covers everything that moves money, so that a key that
 * is used again for something else is an error and not a silent success.
 */
export async function post(tx: Executor, posting: Posting): Promise<Posted> {
  const { orderId = null, topupId = null } = posting;
  const meaning = [posting.kind, posting.from, posting.to, posting.amountMicros, orderId, topupId].join("|");
  const requestHash = createHash("sha256").update(meaning).digest("hex");
  try {
    return await postTransfer(tx, { ...posting, orderId, topupId, requestHash });
  } catch (error) {
    if (isCheckViolation(error, "accounts_balance_not_negative")) {
      throw new ShopError("insufficient_funds", { cause: error });
    }
    throw error;
  }
}

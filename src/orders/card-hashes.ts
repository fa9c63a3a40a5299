import type { Database } from "../db/client.ts";
import { selectCardHash, updateCardHash } from "../db/queries/order-cards.ts";

/** What an order's card showed last, so that an edit that would change nothing is not sent. */
export interface CardHashes {
  get(orderId: string): Promise<string | null>;
  set(orderId: string, hash: string): Promise<void>;
}

export function createCardHashes(db: Database): CardHashes {
  return {
    get: (orderId) => selectCardHash(db, orderId),
    set: (orderId, hash) => updateCardHash(db, orderId, hash),
  };
}

import type { BuyerRow } from "../../db/queries/buyers.ts";

/** From so much on the amount has to be typed once more. */
export const TYPED_FROM_MICROS = 100_000_000n;

/** A buyer, as the before and after of a change of money names them. */
export function nameOf({ telegramId, username }: Pick<BuyerRow, "telegramId" | "username">): string {
  return [username === null ? "" : `@${username}`, telegramId ?? "(deleted)"].join(" ").trim();
}

import type { OrderFact } from "./facts.ts";
import { broken, type Violation } from "./violation.ts";
import type { Witness } from "./witness.ts";

/** An SMS that came after the release is shown to whoever pays for it, and to nobody else. */
export function judgeLateSms(
  orders: readonly Pick<
    OrderFact,
    "id" | "chatId" | "deletedAt" | "codes" | "withheldCodes" | "isLateCharged"
  >[],
  witness: Pick<Witness, "isShown">,
): Violation[] {
  return orders.flatMap(({ id, chatId, deletedAt, codes, withheldCodes, isLateCharged }) => {
    // Of somebody whose data is deleted no code is left to look for.
    if (deletedAt !== null) return [];
    const isFree = withheldCodes.some((code) => witness.isShown(chatId, code));
    const isUnseen = isLateCharged && !codes.every((code) => witness.isShown(chatId, code));
    return [
      ...(isFree ? [broken("a late code is free for nobody", id)] : []),
      ...(isUnseen ? [broken("who pays for a late code has seen it", id)] : []),
    ];
  });
}

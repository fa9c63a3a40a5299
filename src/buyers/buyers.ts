import type { Clock } from "../core/clock.ts";
import type { Database, Tx } from "../db/client.ts";
import * as queries from "../db/queries/buyers.ts";
import { forgetBuyer } from "../db/queries/forget-buyer.ts";
import { selectOrdersOfBuyer } from "../db/queries/order-lists.ts";
import { inTransaction } from "../db/transaction.ts";

/** A person who writes to the bot, as the chat needs to know them. */
export type Buyer = Pick<
  queries.BuyerRow,
  "id" | "telegramId" | "language" | "notifyEdits" | "termsVersion" | "bannedAt" | "navigationMessageId"
>;

/** The people who write to the bot. */
export interface Buyers {
  /**
   * The buyer of this Telegram user, made on first sight with two empty accounts. `language` counts for a new buyer, and
   * for as long as none was chosen in the settings.
   */
  meet(input: { telegramId: number; language: string }): Promise<Buyer>;
  find(buyerId: string): Promise<Buyer | undefined>;
  findByTelegramId(telegramId: number): Promise<Buyer | undefined>;
  setLanguage(buyerId: string, language: string): Promise<void>;
  setNotifyEdits(buyerId: string, isOn: boolean): Promise<void>;
  setNavigationMessage(buyerId: string, messageId: number | null): Promise<void>;
  markBlocked(telegramId: number): Promise<void>;
  unmarkBlocked(telegramId: number): Promise<void>;
  /**
   * Delete-my-data: the ledger stays, the person is gone. Refused while orders are open, because their money is held.
   * Of somebody who is banned the Telegram id and the ban are kept, or everybody could lift their own.
   */
  forget(buyerId: string): Promise<"forgotten" | "open_orders">;
}

export function createBuyers({ db, clock }: { db: Database; clock: Clock }): Buyers {
  return {
    meet({ telegramId, language }) {
      const person = { telegramId, languageCode: language, at: clock.now() };
      return inTransaction(db, (tx) => queries.upsertBuyer(tx, person));
    },
    find: (buyerId) => queries.findBuyer(db, buyerId),
    findByTelegramId: (telegramId) => queries.findByTelegramId(db, telegramId),
    setLanguage: (buyerId, language) => queries.setLanguage(db, buyerId, language),
    setNotifyEdits: (buyerId, isOn) => queries.setNotifyEdits(db, buyerId, isOn),
    setNavigationMessage: (buyerId, messageId) => queries.setNavigationMessage(db, buyerId, messageId),
    markBlocked: (telegramId) => queries.markBlocked(db, telegramId, clock.now()),
    unmarkBlocked: (telegramId) => queries.markUnblocked(db, telegramId),
    forget: (buyerId) =>
      inTransaction(db, async (tx) => {
        // The purchase takes the same lock: no order can begin in between.
        const buyer = await queries.lockBuyer(tx, buyerId);
        const open = await selectOrdersOfBuyer(tx, buyerId, { open: true, limit: 1, offset: 0 });
        if (open.length > 0) return "open_orders";
        const telegramId = await forgetBuyer(tx, buyerId, clock.now());
        if (buyer?.bannedAt && telegramId !== undefined) await banAnew(tx, telegramId, clock.now());
        return "forgotten";
      }),
  };
}

async function banAnew(tx: Tx, telegramId: number, at: Date): Promise<void> {
  const { id } = await queries.upsertBuyer(tx, { telegramId, languageCode: undefined, at });
  await queries.banBuyer(tx, id, "was banned before the data was deleted", at);
}

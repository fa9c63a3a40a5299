import type { Clock } from "../core/clock.ts";
import { createGathered } from "../core/gather.ts";
import type { Database } from "../db/client.ts";
import { type ChatState, findWithChatState } from "../db/queries/buyer-of-tap.ts";
import * as settings from "../db/queries/buyer-settings.ts";
import * as queries from "../db/queries/buyers.ts";
import { hasLaterUpdate } from "../db/queries/inbox.ts";
import { selectOrdersOfBuyer } from "../db/queries/order-lists.ts";
import { hasNewBuyerPromotion } from "../db/queries/promotions.ts";
import { rememberPerson } from "../db/queries/referrals.ts";
import { inTransaction } from "../db/transaction.ts";
import { arrive, forget } from "./people.ts";
import { personHash } from "./person-hash.ts";
import { leaveReferral, type ReferralTerms } from "./referrals.ts";

/** A person who writes to the bot, as the chat needs to know them. */
export type Buyer = Pick<
  queries.BuyerRow,
  | "id"
  | "telegramId"
  | "language"
  | "notifyEdits"
  | "quickBuy"
  | "wantsNews"
  | "termsVersion"
  | "bannedAt"
  | "navigationMessageId"
>;

/** With what conversation-states.ts keeps for this person, read in one round trip. */
export type MetBuyer = Buyer & ChatState;

/** How a person calls themselves at Telegram. */
interface Names {
  readonly username: string | null;
  readonly firstName: string | null;
}

/** That somebody was here is noted to the hour, so that a tap usually writes nothing. */
const SEEN_EVERY_MS = 3_600_000;
const MAX_NAME = 64;

/** The people who write to the bot. */
export interface Buyers {
  /**
   * The buyer of this Telegram user, made on first sight with two empty accounts. `language` counts for a new buyer, and
   * for as long as none was chosen in the settings. The names are stored when they differ, for the operators' search.
   */
  meet(input: { telegramId: number; language: string } & Partial<Names>): Promise<MetBuyer>;
  find(buyerId: string): Promise<Buyer | undefined>;
  findByTelegramId(telegramId: number): Promise<Buyer | undefined>;
  setLanguage(buyerId: string, language: string): Promise<void>;
  setNotifyEdits(buyerId: string, isOn: boolean): Promise<void>;
  setNavigationMessage(buyerId: string, messageId: number | null): Promise<void>;
  /** True: something of this person was stored after that update. */
  hasDoneMore(telegramId: number, updateId: number): Promise<boolean>;
  setQuickBuy(buyerId: string, isOn: boolean): Promise<void>;
  /** Off: broadcasts leave this person out. */
  setWantsNews(buyerId: string, isOn: boolean): Promise<void>;
  markBlocked(telegramId: number): Promise<void>;
  unmarkBlocked(telegramId: number): Promise<void>;
  /**
   * Delete-my-data: the ledger stays, the person is gone. Refused while orders are open, because their money is held.
   * Ban, flag, debt and the counts of the limits are kept under a hash (people.ts), or deletion would reset them.
   */
  forget(buyerId: string): Promise<"forgotten" | "open_orders">;
}

export interface BuyersDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** Null or left out: nobody is paid for inviting friends. */
  readonly referralTerms?: ReferralTerms | null;
}

export function createBuyers({ db, clock, referralTerms = null }: BuyersDeps): Buyers {
  const find = createGathered(async (telegramIds: readonly number[]) => {
    const found = await findWithChatState(db, telegramIds);
    return (telegramId) => found.get(telegramId);
  });
  return {
    async meet({ telegramId, language, username, firstName }) {
      const known = await find(telegramId);
      const at = clock.now();
      const person = { telegramId, languageCode: language, at };
      const isCurrent = known !== undefined && queries.isLanguageCurrent(known, language);
      const buyer = isCurrent ? known : await inTransaction(db, (tx) => arrive(tx, person));
      const names = { username: nameOf(username), firstName: nameOf(firstName) };
      if (firstName !== undefined && isNews(buyer, names, at))
        await settings.setNames(db, buyer.id, { ...names, at });
      return { ...buyer, conversation: known?.conversation, chosen: known?.chosen };
    },
    find: (buyerId) => queries.findBuyer(db, buyerId),
    findByTelegramId: (telegramId) => queries.findByTelegramId(db, telegramId),
    setLanguage: (buyerId, language) => settings.setLanguage(db, buyerId, language),
    setNotifyEdits: (buyerId, isOn) => settings.setNotifyEdits(db, buyerId, isOn),
    setNavigationMessage: (buyerId, messageId) => settings.setNavigationMessage(db, buyerId, messageId),
    hasDoneMore: (telegramId, updateId) => hasLaterUpdate(db, telegramId, updateId),
    setQuickBuy: (buyerId, isOn) => settings.setQuickBuy(db, buyerId, isOn),
    setWantsNews: (buyerId, isOn) => settings.setWantsNews(db, buyerId, isOn),
    markBlocked: (telegramId) => queries.markBlocked(db, telegramId, clock.now()),
    unmarkBlocked: (telegramId) => queries.markUnblocked(db, telegramId),
    forget: (buyerId) =>
      inTransaction(db, async (tx) => {
        // The purchase takes the same lock: no order can begin in between.
        const buyer = await queries.lockBuyer(tx, buyerId);
        const open = await selectOrdersOfBuyer(tx, buyerId, { isOpenOnly: true, limit: 1, offset: 0 });
        if (open.length > 0) return "open_orders";
        const at = clock.now();
        if (buyer?.telegramId != null) {
          const person = { buyerId, telegramId: buyer.telegramId, at };
          await leaveReferral(tx, referralTerms, person);
          // Nobody counts as new twice, for codes either.
          if (referralTerms !== null || (await hasNewBuyerPromotion(tx, at)))
            await rememberPerson(tx, await personHash(tx, person.telegramId, at), at);
        }
        if (buyer) await forget(tx, buyer, at);
        return "forgotten";
      }),
  };
}

function nameOf(text: string | null | undefined): string | null {
  return text?.slice(0, MAX_NAME) ?? null;
}

function isNews(buyer: queries.BuyerRow, names: Names, at: Date): boolean {
  const isSame = buyer.username === names.username && buyer.firstName === names.firstName;
  return !isSame || buyer.seenAt === null || at.getTime() - buyer.seenAt.getTime() > SEEN_EVERY_MS;
}

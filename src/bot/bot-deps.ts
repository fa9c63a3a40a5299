import type { Catalog } from "../catalog/catalog.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { OperatorActions } from "../operations/operator-actions.ts";
import type { Orders } from "../orders/orders.ts";
import type { Topups } from "../topups/topups.ts";

/** A person who writes to the bot. */
export interface Buyer {
  readonly id: string;
  /** Null after delete-my-data. */
  readonly telegramId: number | null;
  readonly language: string;
  /** False: releases and other news arrive without a sound. Codes and payments always have one. */
  readonly notifyEdits: boolean;
  readonly termsVersion: number | null;
  readonly bannedAt: Date | null;
  /** The chat message that shows menus; null: none, or it has become an order's card. */
  readonly navigationMessageId: number | null;
}

export interface Buyers {
  /** The buyer of this Telegram user, made at the first message. `language` is used for a new one, or while none was chosen. */
  meet(input: { telegramId: number; language: string }): Promise<Buyer>;
  find(buyerId: string): Promise<Buyer | undefined>;
  findByTelegramId(telegramId: number): Promise<Buyer | undefined>;
  setLanguage(buyerId: string, language: string): Promise<void>;
  setNotifyEdits(buyerId: string, isOn: boolean): Promise<void>;
  setNavigationMessage(buyerId: string, messageId: number | null): Promise<void>;
  markBlocked(telegramId: number): Promise<void>;
  unmarkBlocked(telegramId: number): Promise<void>;
  /** Delete-my-data. Refused while orders are open, because their money is still held. */
  forget(buyerId: string): Promise<"forgotten" | "open_orders">;
}

export interface Balance {
  readonly availableMicros: bigint;
  readonly heldMicros: bigint;
}

export interface Movement {
  readonly kind: string;
  /** Change of the available balance. */
  readonly amountMicros: bigint;
  readonly at: Date;
}

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

/** The state of typed-input conversations, one JSON value a key. */
export interface ConversationStates {
  read(key: string): Promise<unknown>;
  write(key: string, state: unknown): Promise<void>;
  delete(key: string): Promise<void>;
}

export interface BotConfig {
  /** ADMIN_IDS. */
  readonly operatorIds: readonly number[];
  readonly termsVersion: number;
  /** "@name" or an address; null: none. */
  readonly supportContact: string | null;
  readonly smsRetentionHours: number;
}

/** What the chat calls. */
export interface BotDeps {
  readonly catalog: Catalog;
  readonly orders: Orders;
  readonly topups: Topups;
  readonly wallet: WalletReader;
  readonly buyers: Buyers;
  readonly conversationStates: ConversationStates;
  readonly operatorActions: OperatorActions;
  readonly config: BotConfig;
  readonly clock: Clock;
  readonly logger: Logger;
}

import type { Buyers } from "../buyers/buyers.ts";
import type { ConversationStates } from "../buyers/conversation-states.ts";
import type { Referral } from "../buyers/referrals.ts";
import type { Catalog, StockAlerts } from "../catalog/catalog.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { PauseWords } from "../desk/switches/pause-words.ts";
import type { OperatorActions } from "../operations/operator-actions.ts";
import type { Orders } from "../orders/orders.ts";
import type { Promotions } from "../promotions/promotions.ts";
import type { ApiKeys } from "../reseller/keys.ts";
import type { Topups } from "../topups/topups.ts";
import type { WalletReader } from "../wallet/reader.ts";
import type { Desk } from "./desk/door.ts";

/** Read it for each use: owners may change it while the shop runs. */
export interface BotConfig {
  readonly termsVersion: number;
  /** "@name" or an address; null: none. */
  readonly supportContact: string | null;
  readonly smsRetentionHours: number;
}

/** What the chat calls. */
export interface BotDeps {
  readonly catalog: Catalog;
  readonly stockAlerts: StockAlerts;
  readonly orders: Orders;
  readonly topups: Topups;
  readonly promotions: Promotions;
  readonly wallet: WalletReader;
  readonly buyers: Buyers;
  /** Null: nobody is paid for inviting friends. */
  readonly referral: Referral | null;
  /** Null: the resellers' API is off. */
  readonly apiKeys: ApiKeys | null;
  readonly conversationStates: ConversationStates;
  readonly operatorActions: OperatorActions;
  /** Where operators run the shop. */
  readonly desk: Desk;
  /** The group that operators are told in; null: there is none. */
  readonly operatorsChat: number | null;
  /** What operators have written for buyers about a pause. */
  readonly pauseWords: Pick<PauseWords, "in">;
  readonly config: BotConfig;
  readonly clock: Clock;
  readonly logger: Logger;
}

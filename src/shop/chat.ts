import type { BotDeps } from "../bot/bot-deps.ts";
import { createOutboxSender } from "../bot/outbox/send.ts";
import { createTelegramApi } from "../bot/telegram-api.ts";
import { createBuyers } from "../buyers/buyers.ts";
import { createConversationStates } from "../buyers/conversation-states.ts";
import { selectBroadcast } from "../db/queries/broadcasts.ts";
import { createClaimsAndDisputes } from "../operations/claims-and-disputes.ts";
import { createOperatorActions } from "../operations/operator-actions.ts";
import { createCardHashes } from "../orders/card-hashes.ts";
import { TERMS_VERSION } from "../texts/index.ts";
import type { TopupJobs } from "../topups/create-topups.ts";
import type { Topups } from "../topups/topups.ts";
import { createWalletReader } from "../wallet/reader.ts";
import { createOutboxWorker, type OutboxWorker } from "../workers/outbox-worker.ts";
import type { ShopDesk } from "./desk.ts";
import { createShopGroup } from "./operators-group.ts";
import type { ServiceDeps, Signals } from "./service-deps.ts";

type ChatParts = Pick<
  BotDeps,
  "catalog" | "stockAlerts" | "orders" | "promotions" | "referral" | "apiKeys" | "desk" | "pauseWords"
> & {
  topups: Topups & TopupJobs;
};

/** What the chat calls. */
export function createChatDeps(
  deps: ServiceDeps,
  { signals, ...parts }: ChatParts & { signals: Signals },
): BotDeps {
  const { config, db, clock, logger, settings } = deps;
  const { desk, topups } = parts;
  return {
    ...parts,
    wallet: createWalletReader(db),
    buyers: createBuyers({ db, clock, referralTerms: config.referral }),
    conversationStates: createConversationStates({ db, clock }),
    operatorActions: createOperatorActions({
      db,
      clock,
      topups,
      ownerIds: config.adminIds,
      caps: settings.caps,
      onMessages: signals.messages.send,
      require: desk.staff.require,
    }),
    operatorsChat: config.upkeep.operatorsChat,
    config: {
      termsVersion: TERMS_VERSION,
      get supportContact() {
        return settings.supportContact();
      },
      get smsRetentionHours() {
        return settings.smsRetentionHours();
      },
    },
    clock,
    logger,
  };
}

/** The worker that sends what the shop owes to buyers. */
export function createShopOutbox(
  deps: ServiceDeps,
  parts: { chat: BotDeps } & Pick<ShopDesk["services"], "dailyReport">,
): OutboxWorker {
  const { config, db, clock, logger, metrics, checkpoint } = deps;
  // A chat that has to wait must not keep a sender busy meanwhile: the outbox tries it again later.
  const onCall = metrics.requests.telegramCall;
  const api = createTelegramApi({ ...config.telegram, clock, onCall, waitsForFloods: false });
  const { orders, catalog, buyers } = parts.chat;
  const { claims, disputes } = createClaimsAndDisputes(db);
  const cardHashes = createCardHashes(db);
  const operatorsGroupId = config.upkeep.operatorsChat;
  const send = createOutboxSender({
    orders,
    catalog,
    buyers,
    claims,
    disputes,
    dailyReport: parts.dailyReport,
    operatorsGroup: createShopGroup({ db, clock, logger, api }, operatorsGroupId),
    broadcasts: { find: (id) => selectBroadcast(db, id) },
    cardHashes,
    clock,
    logger,
    api,
    checkpoint,
  });
  return createOutboxWorker({
    db,
    clock,
    logger,
    send,
    operatorChatIds: config.adminIds,
    operatorsGroupId,
    onSettled: metrics.messages.message,
    checkpoint,
  });
}

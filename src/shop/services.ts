import { randomUUID } from "node:crypto";
import type { Api } from "grammy";
import { createBot, type ShopBot } from "../bot/bot.ts";
import { createOutboxSender } from "../bot/outbox/send.ts";
import { createStarsApi } from "../bot/stars-api.ts";
import { createTelegramApi } from "../bot/telegram-api.ts";
import { type BuyerService, createBuyers } from "../buyers/create-buyers.ts";
import { createCatalog } from "../catalog/create-catalog.ts";
import type { Checkpoint } from "../core/checkpoint.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import * as conversations from "../db/queries/conversation-states.ts";
import { selectCardHash, updateCardHash } from "../db/queries/order-cards.ts";
import type { Metrics } from "../http/metrics.ts";
import { createClaimsAndDisputes } from "../operations/claims-and-disputes.ts";
import { createOperatorActions } from "../operations/operator-actions.ts";
import { missingAt } from "../operations/provider-balance.ts";
import { selfCheck } from "../operations/self-check.ts";
import { createOrders, type OrderJobs } from "../orders/create-orders.ts";
import type { Orders } from "../orders/orders.ts";
import { createAnswerStore } from "../orders/store-answer.ts";
import type { Provider } from "../providers/port/provider.ts";
import type { RequestRecord } from "../providers/transport/gate.ts";
import { createUpstreams, type Upstreams } from "../providers/upstreams.ts";
import { TERMS_VERSION } from "../texts/index.ts";
import { createTopups, type TopupJobs } from "../topups/create-topups.ts";
import { createCryptoPay } from "../topups/crypto-pay-client.ts";
import type { Topups } from "../topups/topups.ts";
import { createWalletReader } from "../wallet/reader.ts";
import { createInboxWorker, type InboxWorker } from "../workers/inbox-worker.ts";
import { createOutboxWorker, type OutboxWorker } from "../workers/outbox-worker.ts";
import type { Config } from "./config/config.ts";
import { createJobs, type Jobs } from "./jobs.ts";

const HOUR_MS = 3_600_000;

export interface ServiceDeps {
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly checkpoint: Checkpoint;
  readonly onProviderRequest: (record: RequestRecord) => void;
}

export interface Services extends Upstreams {
  /** Names this process in leases. */
  readonly holder: string;
  readonly api: Api;
  readonly bot: ShopBot;
  readonly orders: Orders & OrderJobs;
  readonly topups: Topups & TopupJobs;
  readonly inbox: InboxWorker;
  readonly outbox: OutboxWorker;
  readonly jobs: Jobs;
}

/** Builds every service in the order in which they need each other. Nothing runs yet. */
export function createServices(deps: ServiceDeps): Services {
  const { config, db, clock, logger, metrics, checkpoint } = deps;
  const holder = randomUUID();
  const upstreams = createUpstreams({ config, db, clock, logger, onRequest: deps.onProviderRequest });
  const { providers } = upstreams;
  // What one part commits and another carries out is announced through these; the workers' polling is the backstop.
  const wakeOutbox = (): void => outbox.wake();
  const wakeWatcher = (provider: string): void => jobs.wakeWatcher(provider);
  const common = { db, clock, logger, providers, operatorChatIds: config.adminIds, onMessages: wakeOutbox };
  const { allowedServices, pricing, orders: defaults, limits } = config;
  const catalog = createCatalog({ db, clock, logger, providers, pricing, defaults, allowedServices });
  const missing = (provider: Provider, doubts: number) => missingAt(common, provider, doubts);
  const answers = createAnswerStore({ db, clock, logger });
  const orderDeps = { ...common, catalog, limits, defaults, termsVersion: TERMS_VERSION, missingAt: missing };
  const orders = createOrders({ ...orderDeps, answers, checkpoint }, holder, { wakeWatcher });
  const onCall = (call: { method: string; status: number; durationMs: number }): void =>
    metrics.telegramCall(call);
  const api = createTelegramApi({ ...config.telegram, clock, onCall });
  const { gateways, starValueMicros, cryptoPay } = config.topups;
  const topups = createTopups({
    ...common,
    gateways,
    starValueMicros,
    stars: createStarsApi(api),
    cryptoPay: cryptoPay && createCryptoPay(cryptoPay),
    checkpoint,
  });
  const buyers = createBuyers({ db, clock });
  const chat = chatDeps(deps, buyers);
  const operatorActions = createOperatorActions({ db, clock, topups, onMessages: wakeOutbox });
  const bot = createBot({ ...chat, ...config.telegram, onCall, catalog, orders, topups, operatorActions });
  const send = createOutboxSender({
    ...chat,
    ...createClaimsAndDisputes(db),
    api,
    catalog,
    orders,
    checkpoint,
  });
  const outbox = createOutboxWorker({ db, clock, logger, send, onSettled: metrics.message, checkpoint });
  const inbox = createInboxWorker({
    db,
    clock,
    logger,
    handleUpdate: bot.handleUpdate,
    onHandled: metrics.update,
    checkpoint,
  });
  const check = (): Promise<unknown> => selfCheck(common);
  const providerNames = [...providers.keys()];
  const jobs = createJobs({ clock, logger, providerNames, orders, catalog, topups, selfCheck: check });
  return { ...upstreams, holder, api, bot, orders, topups, inbox, outbox, jobs };
}

/** What the chat needs besides the services. */
function chatDeps(deps: ServiceDeps, buyers: BuyerService) {
  const { config, db, clock, logger } = deps;
  return {
    clock,
    logger,
    buyers,
    wallet: createWalletReader(db),
    conversationStates: {
      read: (key: string) => conversations.readConversationState(db, key),
      write: (key: string, state: unknown) =>
        conversations.writeConversationState(db, key, state, clock.now()),
      delete: (key: string) => conversations.deleteConversationState(db, key),
    },
    cardHashes: {
      get: (orderId: string) => selectCardHash(db, orderId),
      set: (orderId: string, hash: string) => updateCardHash(db, orderId, hash),
    },
    config: {
      operatorIds: config.adminIds,
      termsVersion: TERMS_VERSION,
      supportContact: config.supportContact,
      smsRetentionHours: Math.round(config.smsRetentionMs / HOUR_MS),
    },
  };
}

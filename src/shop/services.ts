import { randomUUID } from "node:crypto";
import type { Api } from "grammy";
import { createBot, type ShopBot } from "../bot/bot.ts";
import { createStarsApi } from "../bot/stars-api.ts";
import { createTelegramApi } from "../bot/telegram-api.ts";
import { createReferral } from "../buyers/referrals.ts";
import { createStockAlerts } from "../catalog/alerts/stock-alerts.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { createCatalog } from "../catalog/create-catalog.ts";
import { createSignal } from "../core/signal.ts";
import { feedBroadcasts } from "../desk/broadcast/feed.ts";
import { remindOperators } from "../desk/queue/remind.ts";
import { createPauseWords } from "../desk/switches/pause-words.ts";
import { missingAt } from "../operations/provider-balance.ts";
import { selfCheck } from "../operations/self-check.ts";
import { createSlots } from "../orders/buying/slots.ts";
import type { KeyOrders } from "../orders/by-key/key-orders.ts";
import { createOrders, type OrderJobs } from "../orders/create-orders.ts";
import type { Orders, OrdersForOperators } from "../orders/orders.ts";
import { createAnswerStore } from "../orders/store-answer.ts";
import { createPromotions } from "../promotions/promotions.ts";
import type { Provider } from "../providers/port/provider.ts";
import { createUpstreams, type Upstreams } from "../providers/upstreams.ts";
import { sendDigests } from "../reseller/digest.ts";
import type { Reseller } from "../reseller/reseller.ts";
import { languages, TERMS_VERSION } from "../texts/index.ts";
import { createTopups, type TopupJobs } from "../topups/create-topups.ts";
import { createCryptoPay } from "../topups/crypto-pay-client.ts";
import type { Topups } from "../topups/topups.ts";
import { createInboxWorker, type InboxWorker } from "../workers/inbox-worker.ts";
import type { OutboxWorker } from "../workers/outbox-worker.ts";
import { createChatDeps, createShopOutbox } from "./chat.ts";
import { createDesk, type ShopDesk } from "./desk.ts";
import { createJobs, type JobDeps, type Jobs } from "./jobs.ts";
import { purchasesAtOnce } from "./purchases-at-once.ts";
import { createShopReseller } from "./reseller.ts";
import type { ServiceDeps, Signals } from "./service-deps.ts";

export interface Services extends Upstreams {
  /** Names this process in leases. */
  readonly holder: string;
  readonly api: Api;
  readonly bot: ShopBot;
  readonly orders: ShopOrders;
  /** Null: the resellers' API is off. */
  readonly reseller: Reseller | null;
  readonly topups: Topups & TopupJobs;
  readonly inbox: InboxWorker;
  readonly outbox: OutboxWorker;
  readonly jobs: Jobs;
  readonly desk: ShopDesk["services"];
}

type ShopOrders = Orders & OrdersForOperators & OrderJobs & { readonly byKey: KeyOrders };

/** Builds every service, each after the ones it needs. Nothing runs yet. */
export function createServices(deps: ServiceDeps): Services {
  const { config, db, clock, logger, metrics, checkpoint, settings: live } = deps;
  const { providers: settings, adminIds, orders: defaults, allowedServices } = config;
  const holder = randomUUID();
  const signals: Signals = {
    messages: createSignal(),
    dueOrders: createSignal(),
    credits: createSignal(),
    answers: createSignal(),
  };

  const onRequest = deps.onProviderRequest;
  const upstreams = createUpstreams({ settings, adminIds, db, clock, logger, onRequest });
  const { providers } = upstreams;
  const terms = { pricing: live.pricing, defaults, allowedServices };
  const catalog = createCatalog({ db, clock, logger, providers, ...terms });
  const orders = createShopOrders(deps, { providers, catalog, signals, holder });
  const reseller = createShopReseller(deps, { catalog, orders: orders.byKey });
  const api = createTelegramApi({ ...config.telegram, clock, onCall: metrics.requests.telegramCall });
  const topups = createShopTopups(deps, { api, signals });

  const referral = config.referral && createReferral({ db, clock, terms: config.referral });
  const onMessages = signals.messages.send;
  const promotions = createPromotions({ db, clock, ownerIds: adminIds, onMessages });
  const stockAlerts = createStockAlerts({ db, clock, catalog, onMessages });
  const pauseWords = createPauseWords({ db, clock });
  const { recordProbe } = upstreams.health;
  const sold = { catalog, providers, recordProbe, pauseWords, orders, topups };
  const { desk, services: deskServices, trade } = createDesk(deps, { ...sold, onMessages, holder, api });
  const apiKeys = reseller?.keys ?? null;
  const parts = { catalog, stockAlerts, orders, apiKeys, topups, promotions, referral, desk, pauseWords };
  const chat = createChatDeps(deps, { ...parts, signals });
  const bot = createBot({ ...chat, ...config.telegram, onCall: metrics.requests.telegramCall });
  const inbox = createInboxWorker({
    db,
    clock,
    logger,
    handleUpdate: bot.handleUpdate,
    onHandled: metrics.messages.update,
    checkpoint,
  });
  const outbox = createShopOutbox(deps, { chat, dailyReport: deskServices.dailyReport });
  signals.messages.listen(outbox.wake);
  signals.answers.listen(outbox.answer);

  const jobs = createJobs({
    clock,
    logger,
    providerNames: [...providers.keys()],
    orders,
    catalog,
    stockAlerts,
    topups,
    referral,
    sendDigests: reseller && (() => sendDigests({ db, clock, onMessages })),
    trade,
    desk: deskServices,
    refreshSettings: deps.liveSettings.refresh,
    ...operatorJobs(deps, { providers, signals }),
  });
  signals.dueOrders.listen(jobs.wakeWatcher);
  signals.credits.listen(jobs.wakeBuyer);
  const running = { bot, orders, reseller, topups, inbox, outbox, jobs, desk: deskServices };
  return { ...upstreams, holder, api, ...running };
}

/** What is done for operators on a schedule. */
function operatorJobs(
  deps: ServiceDeps,
  { providers, signals }: { providers: ReadonlyMap<string, Provider>; signals: Signals },
): Pick<JobDeps, "remindOperators" | "selfCheck" | "feedBroadcasts"> {
  const { config, db, clock, machineClock, logger, settings } = deps;
  const { adminIds } = config;
  const onMessages = signals.messages.send;
  const onLedgerChecked = deps.metrics.sales.ledgerChecked;
  const checked = { db, clock, machineClock, logger, providers, operatorChatIds: adminIds };
  const reminded = { db, clock, ownerIds: adminIds, onMessages };
  return {
    remindOperators: () => remindOperators({ ...reminded, remindAfterMs: settings.remindAfterMs() }),
    feedBroadcasts: () =>
      feedBroadcasts({ db, clock, languages: languages.map(({ language }) => language), onMessages }),
    selfCheck: () => selfCheck({ ...checked, onMessages, onLedgerChecked }),
  };
}

function createShopOrders(
  deps: ServiceDeps,
  parts: {
    providers: ReadonlyMap<string, Provider>;
    catalog: Catalog;
    signals: Signals;
    holder: string;
  },
): ShopOrders {
  const { config, db, clock, logger, checkpoint } = deps;
  const { providers, catalog, signals, holder } = parts;
  const orderDeps = {
    db,
    clock,
    logger,
    catalog,
    providers,
    slots: createSlots((name) => purchasesAtOnce(config, name)),
    limits: deps.settings.limits,
    defaults: config.orders,
    termsVersion: TERMS_VERSION,
    checkpoint,
    onMessages: signals.messages.send,
    answers: createAnswerStore({ db, clock, logger }),
    missingAt: (provider: Provider, doubts: number) => missingAt({ db, clock, logger }, provider, doubts),
    operatorChatIds: config.adminIds,
    events: deps.metrics.orderEvents,
  };
  return createOrders(orderDeps, holder, {
    wakeWatcher: signals.dueOrders.send,
    answer: signals.answers.send,
  });
}

function createShopTopups(deps: ServiceDeps, parts: { api: Api; signals: Signals }): Topups & TopupJobs {
  const { config, db, clock, logger, checkpoint } = deps;
  const { gateways, cryptoPay } = config.topups;
  return createTopups({
    db,
    clock,
    logger,
    gateways,
    starValueMicros: deps.settings.starValueMicros,
    stars: createStarsApi(parts.api),
    cryptoPay: cryptoPay && createCryptoPay(cryptoPay),
    checkpoint,
    onMessages: parts.signals.messages.send,
    operatorChatIds: config.adminIds,
    onTopup: (event) => {
      deps.metrics.sales.topup(event);
      if (event.outcome === "credited") parts.signals.credits.send();
    },
  });
}

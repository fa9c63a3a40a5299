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
import { readBackupMadeAt } from "../db/queries/settings.ts";
import { remindOperators } from "../desk/queue/remind.ts";
import { missingAt } from "../operations/provider-balance.ts";
import { selfCheck } from "../operations/self-check.ts";
import { createSlots } from "../orders/buying/slots.ts";
import { createOrders, type OrderJobs } from "../orders/create-orders.ts";
import type { Orders, OrdersForOperators } from "../orders/orders.ts";
import { createAnswerStore } from "../orders/store-answer.ts";
import type { Provider } from "../providers/port/provider.ts";
import { createUpstreams, type Upstreams } from "../providers/upstreams.ts";
import { TERMS_VERSION } from "../texts/index.ts";
import { createTopups, type TopupJobs } from "../topups/create-topups.ts";
import { createCryptoPay } from "../topups/crypto-pay-client.ts";
import type { Topups } from "../topups/topups.ts";
import { createInboxWorker, type InboxWorker } from "../workers/inbox-worker.ts";
import type { OutboxWorker } from "../workers/outbox-worker.ts";
import { createChatDeps, createShopOutbox } from "./chat.ts";
import { createDesk, type ShopDesk } from "./desk.ts";
import { createJobs, type Jobs } from "./jobs.ts";
import { createSettingsBook } from "./live-settings.ts";
import { purchasesAtOnce } from "./purchases-at-once.ts";
import type { ServiceDeps, Signals } from "./service-deps.ts";

export interface Services extends Upstreams {
  /** Names this process in leases. */
  readonly holder: string;
  readonly api: Api;
  readonly bot: ShopBot;
  readonly orders: Orders & OrdersForOperators & OrderJobs;
  readonly topups: Topups & TopupJobs;
  readonly inbox: InboxWorker;
  readonly outbox: OutboxWorker;
  readonly jobs: Jobs;
  readonly desk: ShopDesk["services"];
}

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
  const catalog = createCatalog({
    db,
    clock,
    logger,
    providers,
    pricing: live.pricing,
    defaults,
    allowedServices,
  });
  const orders = createShopOrders(deps, { providers, catalog, signals, holder });
  const api = createTelegramApi({ ...config.telegram, clock, onCall: metrics.requests.telegramCall });
  const topups = createShopTopups(deps, { api, signals });

  const referral = config.referral && createReferral({ db, clock, terms: config.referral });
  const stockAlerts = createStockAlerts({ db, clock, catalog, onMessages: signals.messages.send });
  const onMessages = signals.messages.send;
  const parts = { catalog, orders, topups, ownerIds: adminIds, onMessages };
  const { desk, services: deskServices } = createDesk({ ...parts, ...deskDepsOf(deps) });
  const chat = createChatDeps(deps, { catalog, stockAlerts, orders, topups, referral, desk, signals });
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
    desk: deskServices,
    refreshSettings: deps.liveSettings.refresh,
    remindOperators: () =>
      remindOperators({ db, clock, ownerIds: adminIds, remindAfterMs: live.remindAfterMs(), onMessages }),
    selfCheck: () =>
      selfCheck({
        db,
        clock,
        machineClock: deps.machineClock,
        logger,
        providers,
        operatorChatIds: adminIds,
        onMessages: signals.messages.send,
        onLedgerChecked: metrics.sales.ledgerChecked,
      }),
  });
  signals.dueOrders.listen(jobs.wakeWatcher);
  signals.credits.listen(jobs.wakeBuyer);
  return { ...upstreams, holder, api, bot, orders, topups, inbox, outbox, jobs, desk: deskServices };
}

/** What the desk needs of the shop itself. */
function deskDepsOf({ config, db, clock, logger, settings, liveSettings }: ServiceDeps) {
  const { caps, shopZone, reportHour } = settings;
  return {
    db,
    clock,
    logger,
    caps,
    shopZone,
    reportHour,
    settingsBook: createSettingsBook(config.adjustable),
    refreshSettings: liveSettings.refresh,
    providerNames: config.providers.map(({ name }) => name),
    gateways: config.topups.gateways,
    backupMadeAt: () => readBackupMadeAt(db),
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
): Orders & OrdersForOperators & OrderJobs {
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

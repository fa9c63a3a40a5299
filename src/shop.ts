import { randomBytes, randomUUID } from "node:crypto";
import { createBot } from "./bot/bot.ts";
import { createOutboxSender } from "./bot/outbox/send.ts";
import { createStarsApi } from "./bot/stars-api.ts";

import { createBuyers } from "./buyers/create-buyers.ts";
import { createCatalog } from "./catalog/create-catalog.ts";
import type { Config } from "./config.ts";
import { type Checkpoint, noCheckpoint } from "./core/checkpoint.ts";
import type { Clock } from "./core/clock.ts";
import type { Logger } from "./core/logger.ts";
import { createDatabase, type Database, ping } from "./db/client.ts";
import { migrate } from "./db/migrate.ts";
import { countOpenFindings } from "./db/queries/findings.ts";
import { inboxBacklog } from "./db/queries/inbox.ts";
import { ensureSystemAccounts } from "./db/queries/ledger.ts";
import { outboxBacklog } from "./db/queries/outbox.ts";
import { selectProviderHealth } from "./db/queries/provider-health.ts";
import { readOrCreateSetting } from "./db/queries/settings.ts";
import { waitForDatabase } from "./db/wait.ts";
import { createApp } from "./http/app.ts";
import { createReadiness, shopChecks } from "./http/health.ts";
import { createMetrics, type Metrics } from "./http/metrics.ts";
import { createHttpServer } from "./http/server.ts";
import { createJobs } from "./jobs.ts";
import { createDesk } from "./operations/desk.ts";
import { selfCheck } from "./operations/self-check.ts";
import { createOrders } from "./orders/create-orders.ts";
import type { RequestRecord } from "./providers/gate.ts";
import { TERMS_VERSION } from "./texts/index.ts";
import { createTopups } from "./topups/create-topups.ts";
import { createCryptoPay } from "./topups/crypto-pay-client.ts";
import { createUpstreams } from "./upstreams.ts";
import { systemAccounts } from "./wallet/accounts.ts";
import { createWalletReader } from "./wallet/reader.ts";
import { createHousekeeping } from "./workers/housekeeping.ts";
import { createInboxWorker } from "./workers/inbox-worker.ts";
import { createSupervisor } from "./workers/loop.ts";
import { createOutboxWorker } from "./workers/outbox-worker.ts";
import { createProbes } from "./workers/probes.ts";
import { createPollingSource, createWebhookSource, storeRaw } from "./workers/update-source.ts";

export interface ShopOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The database to use, embedded or not. */
  readonly connectionString: string;
  /** Aborts waiting for a database that does not answer yet. */
  readonly signal: AbortSignal;
  readonly checkpoint?: Checkpoint;
  /** Sees every request to a provider, without query and body (the demo's "what just happened"). */
  readonly onProviderRequest?: (record: RequestRecord) => void;
}

export interface Shop {
  /** The port that the HTTP server listens on. */
  readonly port: number;
  readonly db: Database;
  /** Takes nothing new, finishes what is in hand, closes the database. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 8_000;

/**
 * Builds and starts the whole shop: database, providers, services, bot, workers, HTTP. The only place that knows all
 * of them. Rejects when the database cannot be reached or migrated, or the port is in use.
 */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const { config, clock, logger, signal } = options;
  const database = createDatabase({
    connectionString: options.connectionString,
    applicationName: "numstore",
    logger,
    maxConnections: 20,
  });
  try {
    await waitForDatabase({ db: database.db, clock, logger, signal });
    await migrate(database.db, { logger });
    const parts = await assemble(options, database.db);
    const port = await parts.server.start();
    parts.supervisor.start();
    return {
      port,
      db: database.db,
      async stop() {
        await Promise.all([parts.server.stop(), parts.supervisor.stop(STOP_TIMEOUT_MS), parts.drain()]);
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function assemble(options: ShopOptions, db: Database) {
  const { config, clock, logger } = options;
  const holder = randomUUID();
  const checkpoint = options.checkpoint ?? noCheckpoint;
  await ensureSystemAccounts(
    db,
    systemAccounts(
      config.topups.gateways,
      config.providers.map((settings) => settings.name),
    ),
  );
  const makeSecret = (): string => randomBytes(32).toString("base64url");
  const webhookSecret =
    config.webhookSecret ?? (await readOrCreateSetting(db, "webhook_secret", makeSecret, clock.now()));

  const metrics = createMetrics();
  addGauges(metrics, db);
  const onRequest = (record: RequestRecord): void => {
    metrics.providerRequest(record);
    options.onProviderRequest?.(record);
  };
  const { providers, health } = createUpstreams({ config, db, clock, logger, onRequest });
  const common = { db, clock, logger, checkpoint, operatorChatIds: config.adminIds };
  // Work that is written by one part and done by another is announced through these; polling is the backstop.
  const wake = { outbox: (): void => outbox.wake(), inbox: (): void => inbox.wake() };

  const catalog = createCatalog({
    db,
    clock,
    logger,
    providers,
    pricing: config.pricing,
    defaults: config.orders,
    allowedServices: config.allowedServices,
  });
  const orders = createOrders(
    {
      ...common,
      catalog,
      providers,
      limits: config.limits,
      defaults: config.orders,
      termsVersion: TERMS_VERSION,
      onMessages: wake.outbox,
    },
    holder,
    { wakeWatcher: (provider) => jobs.wakeWatcher(provider) },
  );
  const telegram = createTelegramApi({ ...config.telegram, clock, onCall: metrics.telegramCall });
  const topups = createTopups({
    ...common,
    gateways: config.topups.gateways,
    starValueMicros: config.topups.starValueMicros,
    stars: createStarsApi(telegram),
    cryptoPay: config.topups.cryptoPay && createCryptoPay(config.topups.cryptoPay),
    onMessages: wake.outbox,
  });
}

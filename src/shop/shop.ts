import { randomBytes } from "node:crypto";
import { backoffMs } from "../core/backoff.ts";
import { type Checkpoint, noCheckpoint } from "../core/checkpoint.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { createDatabase, type Database, ping } from "../db/client.ts";
import { migrate } from "../db/migrate.ts";
import { countOpenFindings } from "../db/queries/findings.ts";
import { inboxBacklog } from "../db/queries/inbox.ts";
import { releaseEverything } from "../db/queries/leases.ts";
import { ensureSystemAccounts } from "../db/queries/ledger.ts";
import { outboxBacklog } from "../db/queries/outbox.ts";
import { selectProviderHealth } from "../db/queries/provider-health.ts";
import { readOrCreateSetting } from "../db/queries/settings.ts";
import { waitForDatabase } from "../db/wait.ts";
import { createApp } from "../http/app.ts";
import { createReadiness, shopChecks } from "../http/health.ts";
import { createMetrics, type Metrics } from "../http/metrics.ts";
import { createHttpServer, type HttpServer } from "../http/server.ts";
import type { RequestRecord } from "../providers/transport/gate.ts";
import { gatewayNames } from "../topups/topups.ts";
import { systemAccounts } from "../wallet/accounts.ts";
import { createHousekeeping } from "../workers/housekeeping.ts";
import { createIntroduction } from "../workers/introduction.ts";
import { createSupervisor, type Runnable } from "../workers/loop.ts";
import { createProbes } from "../workers/probes.ts";
import { createPollingSource, createWebhookSource, storeRaw } from "../workers/update-source.ts";
import type { Config } from "./config/config.ts";
import { createServices, type Services } from "./services.ts";

export interface ShopOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The database to use, embedded or not. */
  readonly connectionString: string;
  /** Nobody else uses that database: what an earlier process held there is free. */
  readonly isAlone?: boolean;
  /** Aborts waiting for a database that does not answer yet. */
  readonly signal: AbortSignal;
  /** The crash tests' way in; absent in the shop. */
  readonly checkpoint?: Checkpoint;
  /** Sees every request to a provider, without query and body. */
  readonly onProviderRequest?: (record: RequestRecord) => void;
}

export interface Shop {
  /** The port that the HTTP server listens on. */
  readonly port: number;
  readonly db: Database;
  readonly services: Services;
  /** Takes nothing new, finishes what is in hand, closes the database. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 8_000;
const SET_UP_BACKOFF = { baseMs: 1_000, maxMs: 30_000 };
const CONNECTIONS = 20;
const MIGRATION_TIMEOUT_MS = 600_000;

/**
 * Starts the whole shop. Rejects when the database cannot be reached or migrated, or the port is in use; a Telegram
 * or a provider that does not answer is waited for.
 */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const { clock, logger, connectionString, signal } = options;
  const naming = { connectionString, applicationName: "numstore", logger };
  const database = createDatabase({ ...naming, maxConnections: CONNECTIONS });
  const { db } = database;
  try {
    await waitForDatabase({ db, clock, logger, signal });
    await migrateAlone(connectionString, logger);
    const webhookSecret = await prepare(options, db);
    const metrics = createMetrics();
    addGauges(metrics, db);
    const checkpoint = options.checkpoint ?? noCheckpoint;
    const onProviderRequest = (record: RequestRecord): void => {
      metrics.providerRequest(record);
      options.onProviderRequest?.(record);
    };
    const services = createServices({ ...options, db, metrics, checkpoint, onProviderRequest });
    const server = createServer(options, db, metrics, services, webhookSecret);
    const port = await server.start();
    const workers = startWorkers(options, db, services, webhookSecret);
    const stop = async (): Promise<void> => {
      await Promise.all([server.stop(), workers.stop(STOP_TIMEOUT_MS), services.orders.stop()]);
      await services.orders.release();
      await database.close();
    };
    return { port, db, services, stop };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** On a connection of its own: a migration of a large table may take longer than any statement of the shop. */
async function migrateAlone(connectionString: string, logger: Logger): Promise<void> {
  const database = createDatabase({
    connectionString,
    applicationName: "numstore migrations",
    logger,
    maxConnections: 1,
    statementTimeoutMs: MIGRATION_TIMEOUT_MS,
  });
  try {
    await migrate(database.db, { logger });
  } finally {
    await database.close();
  }
}

/** Durable facts before the parts that need them: system accounts, and the secret of our webhooks. */
async function prepare(options: ShopOptions, db: Database): Promise<string> {
  const { config, clock } = options;
  if (options.isAlone) await releaseEverything(db);
  // Of every gateway, on or off: a payment may still come in through one that was switched off.
  const names = config.providers.map((settings) => settings.name);
  await ensureSystemAccounts(db, systemAccounts(gatewayNames, names));
  const make = (): string => randomBytes(32).toString("base64url");
  return config.webhookSecret ?? (await readOrCreateSetting(db, "webhook_secret", make, clock.now()));
}

function createServer(
  options: ShopOptions,
  db: Database,
  metrics: Metrics,
  services: Services,
  secret: string,
): HttpServer {
  const { config, clock, logger } = options;
  const { api, inbox, orders, topups, providers } = services;
  const checks = shopChecks({
    pingDatabase: () => ping(db),
    askTelegram: () => api.getMe(),
    providerStates: () => selectProviderHealth(db, [...providers.keys()]),
  });
  const storing = options.checkpoint ? { checkpoint: options.checkpoint } : {};
  const store = async (update: unknown): Promise<void> => {
    await storeRaw({ db, clock, logger, onStored: inbox.wake, ...storing }, [update]);
  };
  const takesCrypto = config.topups.cryptoPay !== null;
  const app = createApp({
    logger,
    registry: metrics.registry,
    readiness: createReadiness({ checks, clock, logger }),
    webhooks: {
      telegram: config.publicUrl === null ? null : { secret, store },
      providers: { secret, handle: orders.takeWebhook },
      cryptoPay: takesCrypto
        ? (raw, signature) => topups.takeCryptoWebhook(Buffer.from(raw), signature)
        : null,
    },
  });
  return createHttpServer({ app, host: config.http.host, port: config.http.port, clock, logger });
}

function startWorkers(options: ShopOptions, db: Database, services: Services, secret: string) {
  const { config, clock, logger } = options;
  const { api, bot, inbox, outbox, jobs, holder } = services;
  const base = { db, clock, logger };
  const source =
    config.publicUrl === null
      ? createPollingSource({ ...base, api, onStored: inbox.wake, holder })
      : createWebhookSource({ ...base, api, url: `${config.publicUrl}/webhooks/telegram`, secret });
  const supervisor = createSupervisor({ clock, logger });
  const parts = [
    source,
    outbox,
    inboxAfterSetUp(options, bot, inbox),
    createIntroduction({ introduce: bot.introduce, clock, logger }),
    createHousekeeping({ ...base, smsRetentionMs: config.smsRetentionMs }),
    createProbes({ ...base, providers: services.providers, health: services.health, holder }),
    ...jobs.loops,
  ];
  for (const part of parts) supervisor.add(part);
  supervisor.start();
  return supervisor;
}

/** Updates are handled once Telegram has told us who we are; until then they wait, stored, in the inbox. */
function inboxAfterSetUp(options: ShopOptions, bot: Services["bot"], inbox: Services["inbox"]): Runnable {
  const { clock, logger } = options;
  const stopping = new AbortController();
  let settingUp: Promise<void> | undefined;

  async function setUp(): Promise<void> {
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      try {
        await bot.setUp();
        if (!stopping.signal.aborted) inbox.start();
        return;
      } catch (error) {
        const waitMs = backoffMs(attempt, SET_UP_BACKOFF);
        logger.error(
          { error, attempt, waitMs },
          "Telegram does not know us yet: check BOT_TOKEN and the network",
        );
        await clock.sleep(waitMs, stopping.signal);
      }
    }
  }

  return {
    name: inbox.name,
    start() {
      settingUp ??= setUp();
    },
    async stop() {
      stopping.abort();
      await settingUp;
      await inbox.stop();
    },
  };
}

function addGauges(metrics: Metrics, db: Database): void {
  metrics.gauge({
    name: "numstore_selfcheck_findings",
    help: "Open differences that the self-check found",
    label: "kind",
    read: () => countOpenFindings(db),
  });
  metrics.gauge({
    name: "numstore_inbox_open",
    help: "Updates that are stored and not handled yet",
    read: async () => (await inboxBacklog(db)).open,
  });
  metrics.gauge({
    name: "numstore_outbox_open",
    help: "Messages that are owed and not sent yet",
    read: async () => (await outboxBacklog(db)).open,
  });
}

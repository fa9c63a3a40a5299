import { backoffMs } from "../core/backoff.ts";
import { type Checkpoint, noCheckpoint } from "../core/checkpoint.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { deriveWebhookSecrets, type WebhookSecrets } from "../core/webhook-secrets.ts";
import { createDatabase, type Database, type DatabaseHandle } from "../db/client.ts";
import { createDatabaseClock, type DatabaseClock } from "../db/database-clock.ts";
import { migrate } from "../db/migrate.ts";
import { releaseEverything } from "../db/queries/leases.ts";
import { ensureSystemAccounts } from "../db/queries/ledger.ts";
import { setOperatorsChat } from "../db/queries/operators-chat.ts";
import { waitForDatabase } from "../db/wait.ts";
import type { RequestRecord } from "../providers/transport/gate.ts";
import { gatewayNames } from "../topups/topups.ts";
import { systemAccounts } from "../wallet/accounts.ts";
import { createHousekeeping } from "../workers/housekeeping.ts";
import { createIntroduction } from "../workers/introduction.ts";
import { createLoop, createSupervisor, type Runnable, type StepResult } from "../workers/loop.ts";
import { createProbes } from "../workers/probes.ts";
import { createPollingSource, createWebhookSource } from "../workers/update-source.ts";
import type { Config } from "./config/config.ts";
import { createLiveSettings, createSettingReaders, type SettingReaders } from "./live-settings.ts";
import { createMetrics, type Metrics } from "./metrics/metrics.ts";
import { addProviderReadings } from "./metrics/provider-readings.ts";
import { addShopReadings } from "./metrics/readings.ts";
import { startServers } from "./servers.ts";
import { createServices, type Services } from "./services.ts";
import { createUpkeep } from "./upkeep.ts";
import { prepareWebhookMaster } from "./webhook-master.ts";

export interface ShopOptions {
  readonly config: Config;
  readonly clock: Clock;
  /** `clock` is the machine's: go by the database's time instead (database-clock.ts). False where time is driven. */
  readonly followsDatabaseTime?: boolean;
  readonly logger: Logger;
  /** The database to use, embedded or not. */
  readonly connectionString: string;
  /** True: no other process uses this database, so whatever an earlier process had leased is free. */
  readonly isAlone?: boolean;
  /** Aborts waiting for a database that does not answer yet. */
  readonly signal: AbortSignal;
  /** For the crash tests; not set in production. */
  readonly checkpoint?: Checkpoint;
  /** Called for every request to a provider, without query and body. */
  readonly onProviderRequest?: (record: RequestRecord) => void;
}

export interface Shop {
  /** The port for the world: webhooks and bare health. */
  readonly port: number;
  /** The port for the operator: metrics and details. */
  readonly adminPort: number;
  readonly db: Database;
  readonly services: Services;
  readonly metrics: Metrics;
  /** Accepts nothing new, finishes what is under way, closes the database. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 8_000;
const SET_UP_BACKOFF = { baseMs: 1_000, maxMs: 30_000 };
const MEASURE_TIME_EVERY_MS = 60_000;
const CONNECTIONS = 20;
const MIGRATION_TIMEOUT_MS = 600_000;

/**
 * Starts the whole shop. Rejects when the database cannot be reached or migrated, or a port is in use. Telegram and
 * providers may be away: the shop starts without them and keeps trying.
 */
export async function startShop(given: ShopOptions): Promise<Shop> {
  const { clock: machineClock, logger, connectionString, signal } = given;
  const naming = { connectionString, applicationName: "numstore", logger };
  const database = createDatabase({ ...naming, maxConnections: CONNECTIONS });
  const { db } = database;
  try {
    await waitForDatabase({ db, clock: machineClock, logger, signal });
    await migrateAlone(connectionString, logger);
    const time = given.followsDatabaseTime
      ? await createDatabaseClock({ db, machine: machineClock, logger })
      : undefined;
    const options = { ...given, clock: time ?? machineClock };
    const secrets = await prepare(options, db);
    const metrics = createMetrics(machineClock);
    const checkpoint = options.checkpoint ?? noCheckpoint;
    const onProviderRequest = (record: RequestRecord): void => {
      metrics.requests.providerRequest(record);
      options.onProviderRequest?.(record);
    };
    const liveSettings = await createLiveSettings({ db, logger, environment: given.config.adjustable });
    const settings = createSettingReaders(liveSettings);
    const running = { db, metrics, checkpoint, onProviderRequest, liveSettings, settings };
    const services = createServices({ ...options, machineClock, ...running });
    addReadings(options, { metrics, database, services, time });
    const servers = await startServers({ ...options, db, metrics, services, secrets });
    const workers = startWorkers(given, options, { db, services, secrets, time, settings });
    const stop = async (): Promise<void> => {
      await Promise.all([
        servers.stop(),
        workers.stop(STOP_TIMEOUT_MS),
        services.orders.stop(),
        services.desk.painter.stop(),
      ]);
      await services.orders.release();
      await database.close();
    };
    return { port: servers.port, adminPort: servers.adminPort, db, services, metrics, stop };
  } catch (error) {
    await database.close();
    throw error;
  }
}

function addReadings(
  { config, clock }: ShopOptions,
  parts: { metrics: Metrics; database: DatabaseHandle; services: Services; time: DatabaseClock | undefined },
): void {
  const { metrics, database, services, time } = parts;
  const { readings } = metrics;
  const rates = new Map(config.providers.map(({ name, requestsPerSecond }) => [name, requestsPerSecond]));
  const { holder } = services;
  addShopReadings({ readings, database, clock, time, holder, providers: [...rates.keys()] });
  addProviderReadings({ readings, db: database.db, clock, rates });
}

/** Uses its own connection: migrating a large table may take longer than the shop allows a statement. */
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

/** Durable facts before the parts that need them: system accounts, and the secrets of our webhooks. */
async function prepare(options: ShopOptions, db: Database): Promise<WebhookSecrets> {
  const { config, clock, logger } = options;
  if (options.isAlone) await releaseEverything(db);
  await setOperatorsChat(db, config.upkeep.operatorsChat);
  // For all gateways: a payment may still arrive through one that is switched off.
  const names = config.providers.map((settings) => settings.name);
  await ensureSystemAccounts(db, systemAccounts(gatewayNames, names));
  const configured = config.webhookSecret;
  return deriveWebhookSecrets(await prepareWebhookMaster({ db, clock, logger, configured }));
}

function startWorkers(
  { clock: machineClock }: Pick<ShopOptions, "clock">,
  options: ShopOptions,
  parts: {
    db: Database;
    services: Services;
    secrets: WebhookSecrets;
    time: DatabaseClock | undefined;
    settings: SettingReaders;
  },
) {
  const { config, clock, logger } = options;
  const { db, services, secrets, time, settings } = parts;
  const { api, bot, inbox, outbox, jobs, holder } = services;
  const base = { db, clock, logger };
  const source =
    config.publicUrl === null
      ? createPollingSource({ ...base, api, onStored: inbox.wake, onUpdates: bot.answerEarly, holder })
      : createWebhookSource({
          ...base,
          api,
          url: `${config.publicUrl}/webhooks/telegram`,
          secret: secrets.telegram,
        });
  const supervisor = createSupervisor({ clock, logger });
  const workers = [
    source,
    outbox,
    inboxAfterSetUp(options, bot, inbox),
    createIntroduction({ introduce: bot.introduce, clock, logger }),
    createHousekeeping({ ...base, smsRetentionMs: settings.smsRetentionMs }),
    createProbes({ ...base, providers: services.providers, health: services.health, holder }),
    ...(time ? [createTimekeeper(time, logger)] : []),
    ...jobs.loops,
  ];
  const { connectionString } = options;
  const { pulses } = supervisor;
  const upkeep = createUpkeep({ ...base, config, connectionString, machineClock, holder, pulses });
  for (const worker of [...workers, ...upkeep]) supervisor.add(worker);
  supervisor.start();
  return supervisor;
}

function createTimekeeper(time: DatabaseClock, logger: Logger): Runnable {
  const run = async (): Promise<StepResult> => {
    await time.measure();
    return "idle";
  };
  return createLoop({ name: "timekeeper", everyMs: MEASURE_TIME_EVERY_MS, run, clock: time, logger });
}

/** Starts handling updates once getMe has succeeded; until then updates wait in the inbox. */
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
      await bot.stop();
    },
  };
}

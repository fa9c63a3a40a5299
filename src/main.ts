import process from "node:process";
import { systemClock } from "./core/clock.ts";
import { messageOf } from "./core/errors.ts";
import type { Logger } from "./core/logger.ts";
import { startEmbeddedPostgres } from "./db/embedded/launcher.ts";
import { presets } from "./providers/presets.ts";
import { type Config, loadConfig } from "./shop/config/config.ts";
import { describeConfig, secretsOf } from "./shop/config/describe.ts";
import { createLogger, createScrubber } from "./shop/logging.ts";
import { addProcessMetrics } from "./shop/metrics/metrics.ts";
import { type Shop, startShop } from "./shop/shop.ts";

/** Time for an orderly stop. The embedded database is stopped afterwards and has its own limit. */
const STOP_TIMEOUT_MS = 10_000;

async function main(): Promise<void> {
  const result = loadConfig(process.env, presets);
  if (!result.ok) {
    process.stderr.write("Numstore cannot start:\n");
    for (const { variable, problem } of result.problems) process.stderr.write(`  ${variable} ${problem}\n`);
    process.exitCode = 1;
    return;
  }
  const { config, warnings } = result;
  const logger = createLogger(config.logLevel, { secrets: secretsOf(config) });
  endOnStrayError(logger);
  for (const { variable, problem } of warnings) logger.warn({ variable }, problem);
  logger.info(describeConfig(config), "Numstore starts");
  try {
    await open(config, logger);
  } catch (error) {
    refuse(error, secretsOf(config));
  }
}

async function open(config: Config, logger: Logger): Promise<void> {
  const stopping = new AbortController();
  listenForSignals(stopping, logger);
  const database = await openDatabase(config, logger);
  try {
    await run(config, logger, database, stopping.signal);
  } catch (error) {
    // Asked to stop while still starting: not an error.
    if (!stopping.signal.aborted) throw error;
  } finally {
    await database.stop();
  }
}

/** Says why there is no shop, with everything private taken out of the reason. */
function refuse(error: unknown, secrets: readonly string[]): void {
  const scrub = createScrubber(secrets);
  process.stderr.write(`Numstore cannot start: ${scrub(messageOf(error))}\n`);
  process.exitCode = 1;
}

/**
 * An error or a rejection that nothing handled ends the process, because nobody knows what it left half done. Node would
 * print it as it is; this way it passes the logger, which takes out what is private.
 */
function endOnStrayError(logger: Logger): void {
  process.on("uncaughtException", (error, origin) => {
    logger.error({ error, origin }, "the shop ends: an error that nothing handled");
    process.exit(1);
  });
}

async function run(
  config: Config,
  logger: Logger,
  database: OpenDatabase,
  signal: AbortSignal,
): Promise<void> {
  const { url: connectionString } = database;
  // The embedded database has one owner at a time.
  const isAlone = config.database.url === null;
  const options = { config, logger, connectionString, isAlone, signal };
  const shop = await startShop({ ...options, clock: systemClock, followsDatabaseTime: true });
  addProcessMetrics(shop.metrics);
  logger.info({ port: shop.port, adminPort: shop.adminPort }, "Numstore is open");
  await Promise.race([aborted(signal), database.ended]);
  await stopInTime(shop, logger);
}

interface OpenDatabase {
  readonly url: string;
  /** Resolves when the database is gone for good and the shop cannot go on. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

async function openDatabase(config: Config, logger: Logger): Promise<OpenDatabase> {
  const { url, dataDir } = config.database;
  if (url !== null) return { url, ended: new Promise(() => undefined), stop: async () => undefined };
  const embedded = await startEmbeddedPostgres({ dataDir, logger });
  const ended = embedded.ended.then(() => {
    process.exitCode = 1;
  });
  return { url: embedded.connectionString, ended, stop: () => embedded.stop() };
}

/** The first signal starts an orderly stop; a second one ends the process at once. */
function listenForSignals(stopping: AbortController, logger: Logger): void {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) process.exit(1);
    logger.info({ signal }, "stopping: what is in hand is finished first; a second signal ends at once");
    stopping.abort();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function stopInTime(shop: Shop, logger: Logger): Promise<void> {
  const timer = new AbortController();
  const timedOut = systemClock.sleep(STOP_TIMEOUT_MS, timer.signal).then(() => "timeout" as const);
  const outcome = await Promise.race([shop.stop(), timedOut]);
  timer.abort();
  if (outcome === "timeout")
    logger.warn({}, "not everything had ended in time; it is taken up at the next start");
}

main()
  .catch((error: unknown) => refuse(error, []))
  // Sockets of a provider that hangs must not keep a stopped shop alive.
  .finally(() => process.exit());

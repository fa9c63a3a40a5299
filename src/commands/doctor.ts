import process from "node:process";
import { createTelegramApi } from "../bot/telegram-api.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { formatUsd } from "../core/money.ts";
import type { Database } from "../db/client.ts";
import { presets } from "../providers/presets.ts";
import { createProviders } from "../providers/registry.ts";
import { createDatabaseGate } from "../providers/transport/database-gate.ts";
import type { RequestGate } from "../providers/transport/gate.ts";
import { type Config, loadConfig } from "../shop/config/config.ts";
import { secretsOf } from "../shop/config/describe.ts";
import { createLogger, createScrubber } from "../shop/logging.ts";
import { createCryptoPay } from "../topups/crypto-pay-client.ts";
import { examine } from "./doctor/examine.ts";
import { createReport, fail, pass, warn } from "./doctor/report.ts";

const USAGE = "Usage: npm run doctor, or npm run doctor -- --accept <provider>";

/** For when there is no database to keep the request budget. The doctor makes only a few requests. */
const openGate: RequestGate = {
  acquire: async () => undefined,
  reserve: async (_priority, count) => ({ count, nextInMs: 0, requestsPerSecond: count }),
  penalise: async () => undefined,
};

async function main(): Promise<number> {
  const [flag, accept, ...others] = process.argv.slice(2);
  const isUnderstood = flag === undefined || (flag === "--accept" && accept !== undefined && !others.length);
  if (!isUnderstood) {
    process.stderr.write(`${USAGE}\n`);
    return 1;
  }
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const result = loadConfig(process.env, presets);
  const report = createReport({
    clock: systemClock,
    print,
    secrets: result.ok ? hiddenValues(result.config) : [],
  });
  if (!result.ok) {
    for (const { variable, problem } of result.problems) report.line(variable, fail(problem));
    return 1;
  }
  const { config } = result;
  for (const { variable, problem } of result.warnings) report.line(variable, warn(problem));
  if (config.referral) report.line("referral", pass(describeReferral(config.referral)));
  const { apiRoot, token } = config.telegram;
  // The report says what is wrong; log lines between its lines would only hide it.
  const logger = createLogger("silent");
  await examine({
    report,
    clock: systemClock,
    logger,
    apiRoot,
    accept,
    api: createTelegramApi({ token, apiRoot, clock: systemClock }),
    publicUrl: config.publicUrl,
    webhookSecret: config.webhookSecret,
    takesStars: config.topups.gateways.includes("stars"),
    database: config.database,
    cryptoPay: config.topups.cryptoPay && createCryptoPay(config.topups.cryptoPay),
    createProviders: (db, time) => providersOf(config, { db, clock: time, logger }),
  });
  return report.hasFailed() ? 1 : 0;
}

function describeReferral(referral: NonNullable<Config["referral"]>): string {
  const { shareBasisPoints, orders, perFriendMicros, perMonthMicros } = referral;
  const share = `${Number(shareBasisPoints) / 100} % of the profit of a friend's first charged orders (${orders})`;
  return `on: ${share}, at most ${formatUsd(perFriendMicros)} for a friend and ${formatUsd(perMonthMicros)} in 30 days`;
}

/** Without circuits, so that a failed check takes no provider off sale. */
function providersOf(
  config: Config,
  { db, clock, logger }: { db: Database | undefined; clock: Clock; logger: Logger },
) {
  const rates = new Map(config.providers.map((settings) => [settings.name, settings.requestsPerSecond]));
  return createProviders(config.providers, {
    clock,
    logger,
    gateFor(provider) {
      const requestsPerSecond = rates.get(provider) ?? 1;
      return db ? createDatabaseGate({ db, provider, requestsPerSecond, clock, logger }) : openGate;
    },
  });
}

/** Includes the database password alone: an error may quote it without its URL. */
function hiddenValues(config: Config): string[] {
  const { url } = config.database;
  const password = url !== null && URL.canParse(url) ? new URL(url).password : "";
  return [...secretsOf(config), password, ...decoded(password)];
}

function decoded(text: string): string[] {
  try {
    return [decodeURIComponent(text)];
  } catch {
    // Not percent-encoded, so there is nothing to decode.
    return [];
  }
}

main()
  .catch((error: unknown) => {
    process.stderr.write(`The doctor cannot go on: ${createScrubber([])(messageOf(error))}\n`);
    return 1;
  })
  // Requests that still wait for an answer must not keep the finished command running.
  .then((code) => process.exit(code));

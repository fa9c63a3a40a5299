import { createServer } from "node:http";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { messageOf } from "../src/core/errors.ts";
import type { Database } from "../src/db/client.ts";
import { startTemporaryPostgres } from "../src/db/embedded/launcher.ts";
import { createLogger } from "../src/shop/logging.ts";
import { createSandboxClock } from "./clock.ts";
import { createInsight } from "./insight.ts";
import { createPage } from "./page/server.ts";
import { createTelegramChat } from "./page/telegram-chat.ts";
import { fillPastMonth } from "./past-month/fill.ts";
import { DOUBTED } from "./past-month/today.ts";
import { faults } from "./providers/faults.ts";
import type { PretendProvider } from "./providers/server.ts";
import { createScenarios } from "./scenarios.ts";
import type { PretendTelegram, PretendUser } from "./telegram/index.ts";
import { startWorld } from "./world.ts";

const DEFAULT_PORT = 8090;
const OPERATOR_ID = 900_000_001;
const PULSE_MS = 250;
const CHEAPEST = "oxgel";
/** Makes the provider with the most capabilities the cheapest, so that the demo buys from it. */
const CHEAPEST_DISCOUNT = 2n;
/** What is left at the suppliers, in dollars: the desk tells how long that lasts. */
const BALANCES: Readonly<Record<string, bigint>> = {
  oxgel: 250n,
  smsbower: 3n,
  gateway: 8n,
  otpbuddy: 12n,
  tempcode77: 25n,
  fivesim: 40n,
};
const ALWAYS = 1_000_000;

export interface Demo {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the whole shop in one process, with a page for the chat. Needs no token and no account, and keeps no data. */
export async function startDemo(
  options: { port?: number; host?: string; verbose?: boolean } = {},
): Promise<Demo> {
  const clock = createSandboxClock();
  const logger = createLogger(options.verbose ? "info" : "fatal");
  const database = await startTemporaryPostgres({ logger });
  let db: Database | undefined;
  const insight = createInsight({ clock, db: () => db });
  const world = await startWorld({
    clock,
    logger,
    connectionString: database.connectionString,
    providers: {
      oxgel: "oxgel",
      smsbower: "handler-api",
      gateway: "push-gateway",
      otpbuddy: "otpbuddy",
      tempcode77: "tempcode77",
      fivesim: "fivesim",
    },
    env: { ADMIN_IDS: String(OPERATOR_ID), REFERRAL_PERCENT: "20" },
    onProviderRequest: insight.onProviderRequest,
    pulseMs: PULSE_MS,
    async beforeShop({ telegram, providers }) {
      setUpSuppliers(providers);
      const { connectionString } = database;
      const people = await fillPastMonth({ connectionString, clock, providers, operatorId: OPERATOR_ID });
      for (const { telegramId: id, username, firstName, language } of people) {
        const name = username === null ? {} : { username };
        telegram.user({ id, firstName, languageCode: language, isKnown: true, ...name });
      }
    },
  });
  db = world.shop.db;
  const chat = createTelegramChat(world.telegram);
  const operator = chat.person(openDesk(world.telegram));
  chat.subscribe(insight.touch);
  const scenarios = createScenarios({ clock, providers: world.providers });
  const page = createPage({ chat, operator, insight, scenarios, logger });
  const server = createServer(getRequestListener(page.app.fetch));
  const url = await listen(server, options.host ?? "127.0.0.1", options.port ?? DEFAULT_PORT);
  return {
    url,
    async close() {
      page.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await world.close();
      await database.stop();
    },
  };
}

function setUpSuppliers(providers: ReadonlyMap<string, PretendProvider>): void {
  for (const [name, { market }] of providers) market.setBalance((BALANCES[name] ?? 0n) * 1_000_000n);
  const { market } = providers.get(CHEAPEST) ?? {};
  for (const { serviceCode, countryCode, costMicros } of market?.offers ?? []) {
    market?.setPrice(serviceCode, countryCode, costMicros / CHEAPEST_DISCOUNT);
  }
  // So that the doubts at the desk are not settled before anybody has seen them.
  providers.get(DOUBTED)?.faults.add("active", faults.status(503), ALWAYS);
}

/** The operator has the desk open when the first visitor comes. */
function openDesk(telegram: PretendTelegram): PretendUser {
  const operator = telegram.user({
    id: OPERATOR_ID,
    firstName: "Operator",
    languageCode: "en",
    isKnown: true,
  });
  operator.send("/admin");
  return operator;
}

/** Listens on the usual port, or on any free one if it is in use. */
function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE" || port === 0) return reject(error);
      listen(server, host, 0).then(resolve, reject);
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(`http://${host}:${typeof address === "object" && address ? address.port : port}/`);
    });
  });
}

async function main(): Promise<void> {
  const demo = await startDemo({
    port: Number(process.env.PORT ?? DEFAULT_PORT),
    host: process.env.HOST ?? "127.0.0.1",
    verbose: process.env.LOG_LEVEL !== undefined,
  });
  process.stdout.write(`The shop is open: ${demo.url}\n`);
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    demo.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    process.stderr.write(`The demo cannot start: ${messageOf(error)}\n`);
    process.exit(1);
  });
}

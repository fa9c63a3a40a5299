import type { PretendProvider } from "../../sandbox/providers/server.ts";
import type { PretendTelegram, PretendUser } from "../../sandbox/telegram/index.ts";
import { environmentOf, startOutside, tellWebhooks } from "../../sandbox/world.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Database } from "../../src/db/client.ts";
import type { Protocol } from "../../src/providers/port/provider.ts";
import { loadConfig } from "../../src/shop/config/config.ts";
import { type Shop, startShop } from "../../src/shop/shop.ts";
import type { BenchContext } from "./bench.ts";
import { createBuyer } from "./buyers.ts";
import { type CountingLogger, createCountingLogger } from "./logger.ts";

type Environment = Readonly<Record<string, string>>;

export interface BenchWorld {
  readonly telegram: PretendTelegram;
  readonly logger: CountingLogger;
  readonly db: Database;
  /** Throws for a provider that was not requested at the start. */
  provider(name: string): PretendProvider;
  /** People with money who have started the bot. */
  people(count: number): Promise<readonly PretendUser[]>;
  /** Stops the shop and starts it again with other settings, as an operator would. */
  reopen(env: Environment): Promise<void>;
  close(): Promise<void>;
}

const FIRST_PERSON = 600_000_000;
const PULSE_MS = 50;
const WELCOME_MS = 60_000;
/** High limits, so that the limits for one buyer do not affect the figures. */
export const limits = {
  MAX_OPEN_ORDERS: "1000",
  PURCHASES_PER_HOUR: "10000",
  NEW_BUYER_ORDERS_PER_DAY: "10000",
};
/** More than a bench buys. */
export const STOCK = 1_000_000;

/** Starts the whole shop with a pretend Telegram and pretend providers, in real time and in this process. */
export async function startBenchWorld(
  context: BenchContext,
  options: { providers: Readonly<Record<string, Protocol>>; env?: Environment },
): Promise<BenchWorld> {
  const { connectionString, db } = await context.database();
  const logger = createCountingLogger();
  const outside = await startOutside({ clock: systemClock, providers: options.providers, pulseMs: PULSE_MS });
  for (const { market } of outside.providers.values()) {
    for (const offer of market.offers) offer.stock = STOCK;
  }

  async function open(env: Environment): Promise<Shop> {
    const variables: Environment = {
      ...environmentOf(outside),
      PORT: "0",
      ADMIN_PORT: "0",
      ...limits,
      ...env,
    };
    const result = loadConfig(variables);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const signal = new AbortController().signal;
    const shop = await startShop({
      config: result.config,
      clock: systemClock,
      logger,
      connectionString,
      signal,
    });
    tellWebhooks(outside, `http://127.0.0.1:${shop.port}`, variables.WEBHOOK_SECRET);
    return shop;
  }

  let shop = await open(options.env ?? {});
  return {
    telegram: outside.telegram,
    logger,
    db,
    provider(name) {
      const found = outside.providers.get(name);
      if (!found) throw new Error(`there is no provider ${name}`);
      return found;
    },
    people: (count) => introduce(outside.telegram, db, count),
    async reopen(env) {
      await shop.stop();
      shop = await open(env);
    },
    async close() {
      await shop.stop();
      await outside.close();
    },
  };
}

/** Makes `count` people with money and has each start the bot. */
export async function introduce(
  telegram: PretendTelegram,
  db: Database,
  count: number,
): Promise<readonly PretendUser[]> {
  const people: PretendUser[] = [];
  for (let id = FIRST_PERSON + 1; id <= FIRST_PERSON + count; id += 1) {
    await createBuyer(db, id);
    people.push(telegram.user({ id, firstName: "Buyer", languageCode: "en" }));
  }
  for (const person of people) person.start();
  await Promise.all(people.map((person) => person.waitForMessage("Welcome", { timeoutMs: WELCOME_MS })));
  return people;
}

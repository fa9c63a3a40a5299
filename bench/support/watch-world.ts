import { type PretendProvider, startPretendProvider } from "../../sandbox/providers/server.ts";
import {
  type PretendTelegram,
  type PretendUser,
  startPretendTelegram,
} from "../../sandbox/telegram/index.ts";
import { environmentOf, tellWebhooks } from "../../sandbox/world.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Database } from "../../src/db/client.ts";
import type { Protocol } from "../../src/providers/port/provider.ts";
import type { BenchContext } from "./bench.ts";
import { createBuyer } from "./buyers.ts";
import { type MeasuredShop, startMeasuredShop } from "./measured-process.ts";

/** The provider, by the name of its preset, which decides its dialect. */
export interface WatchedProvider {
  readonly name: string;
  readonly protocol: Protocol;
  readonly requestsPerSecond: number;
  /** The provider calls the shop's webhook. */
  readonly webhook?: boolean;
}

export interface WatchWorld {
  readonly telegram: PretendTelegram;
  readonly provider: PretendProvider;
  readonly shop: MeasuredShop;
  readonly db: Database;
  /** People with money whose chats are open. */
  people(count: number): Promise<readonly PretendUser[]>;
  close(): Promise<void>;
}

const FIRST_PERSON = 600_000_000;
const WELCOME_MS = 120_000;
const limits = { MAX_OPEN_ORDERS: "1000", PURCHASES_PER_HOUR: "10000", NEW_BUYER_ORDERS_PER_DAY: "10000" };

/** The whole shop in a process of its own, with a pretend Telegram and one pretend provider in this one. */
export async function startWatchWorld(
  context: BenchContext,
  { name, protocol, requestsPerSecond, webhook = false }: WatchedProvider,
): Promise<WatchWorld> {
  const { connectionString, db } = await context.database();
  const telegram = await startPretendTelegram({ clock: systemClock });
  const provider = await startPretendProvider({ protocol, dialect: name, clock: systemClock });
  const providers = new Map([[name, provider]]);
  const outside = {
    telegram,
    providers,
    async close() {
      await telegram.close();
      await provider.close();
    },
  };
  const rate = { [`PROVIDER_${name.toUpperCase().replaceAll("-", "_")}_RATE`]: String(requestsPerSecond) };
  const connection = { DATABASE_URL: connectionString };
  const shop = await startMeasuredShop({ ...environmentOf(outside), ...limits, ...rate, ...connection });
  if (webhook) tellWebhooks(outside, `http://127.0.0.1:${shop.port}`);
  return {
    telegram,
    provider,
    shop,
    db,
    async people(count) {
      const people: PretendUser[] = [];
      for (let id = FIRST_PERSON + 1; id <= FIRST_PERSON + count; id += 1) {
        await createBuyer(db, id);
        people.push(telegram.user({ id, firstName: "Buyer", languageCode: "en" }));
      }
      for (const person of people) person.start();
      await Promise.all(people.map((person) => person.waitForMessage("Welcome", { timeoutMs: WELCOME_MS })));
      return people;
    },
    async close() {
      await shop.stop();
      await outside.close();
    },
  };
}

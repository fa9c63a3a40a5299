import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Database } from "../../src/db/client.ts";
import type { Protocol } from "../../src/providers/provider.ts";
import type { BenchContext } from "./bench.ts";
import { createBuyer } from "./buyers.ts";
import { type CountingLogger, createCountingLogger } from "./logger.ts";

export interface BenchWorld extends World {
  readonly logger: CountingLogger;
  readonly db: Database;
  /** People with money who have started the bot. */
  people(count: number): Promise<readonly PretendUser[]>;
}

const FIRST_PERSON = 600_000_000;
/** Limits on one buyer's orders are not what is measured. */
const limits = { MAX_OPEN_ORDERS: "1000", PURCHASES_PER_HOUR: "10000", NEW_BUYER_ORDERS_PER_DAY: "10000" };

/** The whole shop between a pretend Telegram and pretend providers, in real time, in this very process. */
export async function startBenchWorld(
  context: BenchContext,
  options: { providers: Readonly<Record<string, Protocol>>; env?: Readonly<Record<string, string>> },
): Promise<BenchWorld> {
  const { connectionString, db } = await context.database();
  const logger = createCountingLogger();
  const env = { ...limits, ...options.env };
  const shared = { clock: systemClock, logger, connectionString, providers: options.providers };
  const world = await startWorld({ ...shared, env, pulseMs: 50 });
  let next = FIRST_PERSON;
  return {
    ...world,
    logger,
    db,
    async people(count) {
      const people: PretendUser[] = [];
      for (let made = 0; made < count; made += 1) {
        next += 1;
        await createBuyer(db, next);
        people.push(world.telegram.user({ id: next, firstName: `Buyer ${made + 1}`, languageCode: "en" }));
      }
      for (const person of people) person.start();
      await Promise.all(people.map((person) => person.waitForMessage("Welcome", { timeoutMs: 60_000 })));
      return people;
    },
  };
}

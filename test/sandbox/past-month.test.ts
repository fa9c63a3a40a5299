import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillPastMonth } from "../../sandbox/past-month/fill.ts";
import { type PretendProvider, startPretendProvider } from "../../sandbox/providers/server.ts";
import { createStatistics, successPercent } from "../../src/catalog/offers/delivery-statistics.ts";
import { selectQueue } from "../../src/db/queries/desk-queue.ts";
import { profitOf } from "../../src/desk/figures/definitions.ts";
import { createFigures } from "../../src/desk/figures/figures.ts";
import { looks } from "../../src/operations/self-check.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

const clock = createTestClock();
const protocols = {
  oxgel: "oxgel",
  smsbower: "handler-api",
  gateway: "push-gateway",
  otpbuddy: "otpbuddy",
  tempcode77: "tempcode77",
  fivesim: "fivesim",
} as const;
const providers = new Map<string, PretendProvider>();
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  for (const [name, protocol] of Object.entries(protocols))
    providers.set(name, await startPretendProvider({ protocol, clock }));
  const { connectionString } = database;
  await fillPastMonth({ connectionString, clock, providers, operatorId: 900_000_001 });
});
afterAll(async () => {
  await Promise.all([...providers.values()].map((provider) => provider.close()));
  await database.close();
});

describe("the demo's pretend month", () => {
  test("leaves a shop in which its own self-check finds nothing", async () => {
    const deps = { db: database.db, clock, machineClock: clock, logger: createTestLogger() };
    const isHere = ({ kind }: { kind: string }) => ["ledger", "stuck"].includes(kind);
    const look = looks({ ...deps, providers: new Map() }).filter(isHere);
    const results = await Promise.all(look.map((each) => each.run()));
    expect(results.map(({ kind, findings }) => [kind, findings])).toEqual(look.map(({ kind }) => [kind, []]));
  });

  test("is enough for percentages, and for what is slower than usual", async () => {
    const statistics = await createStatistics({ db: database.db, clock })();
    const pair = statistics.pair("wa", "GB");
    expect(pair && successPercent(pair.delivery)).toBeGreaterThan(75);
    expect(pair?.medianSeconds).toBeGreaterThan(8);
    const usualMs = statistics.usualWaitMs("oxgel", "wa");
    expect(usualMs).toBeGreaterThan(10_000);
    // The demo's late code comes after a minute and must be late by then.
    expect(usualMs).toBeLessThan(28_000);
  });

  test("has a figure for everything that the desk shows", async () => {
    const figures = createFigures({
      db: database.db,
      clock,
      logger: createTestLogger(),
      shopZone: () => "UTC",
    });
    const { facts, buyers } = await figures.overview("days30");
    expect(facts.sold).toBeGreaterThan(800);
    expect(profitOf(facts)).toBeGreaterThan(0n);
    for (const [name, value] of Object.entries(facts))
      if (!["adjustedDownMicros", "bonusMicros"].includes(name))
        expect(Number(value), name).toBeGreaterThan(0);
    expect(buyers.fresh).toBeGreaterThan(50);
    const { best: gateways } = await figures.split("days30", "gateway");
    expect(gateways.map(({ name }) => name).toSorted()).toEqual(["crypto-pay", "manual", "stars"]);
    const { worst } = await figures.split("days30", "pair");
    expect(worst).not.toEqual([]);
    const days = await figures.days(30);
    expect(days.filter(({ turnoverMicros }) => turnoverMicros > 0n)).toHaveLength(30);
  });

  test("has orders in every state in which one stays, and something of each kind in the queue", async () => {
    const states = await database.db.selectFrom("orders").select("state").distinct().execute();
    expect(states.map(({ state }) => state).toSorted()).toEqual([
      "cancelled",
      "expired",
      "failed",
      "finished",
      "in_doubt",
      "waiting",
    ]);
    const waiting = await selectQueue(database.db, ["receipt", "question", "doubt", "finding"], {
      limit: 20,
      offset: 0,
      at: clock.now(),
    });
    expect(waiting.map(({ kind }) => kind).toSorted()).toEqual([
      ...Array<string>(2).fill("doubt"),
      ...Array<string>(3).fill("question"),
      ...Array<string>(3).fill("receipt"),
    ]);
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { fillPastWeek } from "../../sandbox/past-week.ts";
import { createStatistics, successPercent } from "../../src/catalog/offers/delivery-statistics.ts";
import { ensureSystemAccounts, selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { systemAccounts } from "../../src/wallet/accounts.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const clock = createTestClock();
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await ensureSystemAccounts(db, systemAccounts([], ["oxgel"]));
  await fillPastWeek({ db, clock, provider: "oxgel" });
});
afterAll(() => database.close());

test("the demo's pretend week leaves a ledger in which nothing differs", async () => {
  expect(await selectLedgerDifferences(database.db)).toEqual([]);
});

test("the demo's pretend week is enough for percentages, and for what is slower than usual", async () => {
  const statistics = await createStatistics({ db: database.db, clock })();
  const pair = statistics.pair("wa", "GB");
  expect(pair && successPercent(pair.delivery)).toBe(87);
  expect(pair?.medianSeconds).toBe(14);
  expect(statistics.usualWaitMs("oxgel", "wa")).toBeGreaterThan(10_000);
});

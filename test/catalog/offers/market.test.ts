import { sql } from "kysely";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createMarket, type Market } from "../../../src/catalog/offers/market.ts";
import { newId } from "../../../src/core/ids.ts";
import { type OfferRow, replaceOffers } from "../../../src/db/queries/offers.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { createTestClock, type TestClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createScriptedProvider } from "../../support/scripted-provider.ts";
import { clear } from "../fixture.ts";

let database: TestDatabase;
let clock: TestClock;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  clock = createTestClock();
  await clear(database.db);
});
afterEach(() => vi.restoreAllMocks());

/** A process's memory of the offers: without a mark-up, so that prices are costs. */
function open(): Market {
  const providers = new Map(["alpha", "beta"].map((name) => [name, createScriptedProvider(name)]));
  const pricing = { markupBasisPoints: 0n, minProfitMicros: 0n };
  return createMarket({ db: database.db, clock, providers, pricing });
}

function offer(costMicros: bigint, change: Partial<OfferRow> = {}): OfferRow {
  const place = { provider: "alpha", serviceId: "wa", countryId: "GB", serviceCode: "wa", countryCode: "16" };
  return { ...place, operator: "", costMicros, stock: 5, observedAt: clock.now(), ...change };
}

/** What a price list brings: it replaces what was known of the service. */
async function list(...rows: OfferRow[]): Promise<void> {
  const scope = { provider: "alpha", serviceCode: "wa", countryCode: null };
  await clock.advance(1);
  const observedAt = clock.now();
  await replaceOffers(
    database.db,
    scope,
    rows.map((row) => ({ ...row, observedAt })),
    observedAt,
  );
}

async function prices(market: Market): Promise<Record<string, bigint>> {
  const view = await market.look(["wa"]);
  return Object.fromEntries(
    [...view.offers("wa")].map(([country, { priceMicros }]) => [country, priceMicros]),
  );
}

/** How often whole lists of offers are read from now on. */
function countReads(): () => number {
  const query = pg.Client.prototype.query;
  let count = 0;
  vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (this: pg.Client, ...words: unknown[]) {
    if (typeof words[0] === "string" && words[0].includes("WITH sellable")) count += 1;
    return Reflect.apply(query, this, words);
  });
  return () => count;
}

/**
 * How many of five looks read the offers again. A change may be read more than once for as long as a transaction that began
 * before it is open, and the other test files have transactions in the same server.
 */
async function readsOfFiveLooks(market: Market, priceMicros: bigint, reads: () => number): Promise<number> {
  const before = reads();
  for (let look = 0; look < 5; look += 1) expect(await prices(market)).toEqual({ GB: priceMicros });
  return reads() - before;
}

describe("the offers in a process's memory", () => {
  it("are read once, and again only after a change", async () => {
    const market = open();
    await list(offer(100_000n));
    const reads = countReads();
    await expect.poll(() => readsOfFiveLooks(market, 100_000n, reads)).toBe(0);
    await list(offer(200_000n));
    expect(await prices(market)).toEqual({ GB: 200_000n });
    await expect.poll(() => readsOfFiveLooks(market, 200_000n, reads)).toBe(0);
  });

  it("follow a change by another replica at the very next look", async () => {
    const [here, there] = [open(), open()];
    await list(offer(100_000n));
    expect(await prices(here)).toEqual({ GB: 100_000n });
    expect(await prices(there)).toEqual({ GB: 100_000n });
    await list(offer(300_000n), offer(400_000n, { countryId: "US", countryCode: "187" }));
    expect(await prices(there)).toEqual({ GB: 300_000n, US: 400_000n });
    await list();
    expect(await prices(here)).toEqual({});
    expect(await prices(there)).toEqual({});
  });

  it("follow a price rule that an operator writes", async () => {
    const market = open();
    await list(offer(100_000n));
    expect(await prices(market)).toEqual({ GB: 100_000n });
    await database.db
      .insertInto("price_rules")
      .values({
        id: newId(),
        actor: "test",
        service_id: "wa",
        markup_basis_points: 10_000,
        min_profit_micros: 0n,
        created_at: clock.now(),
      })
      .execute();
    expect((await prices(market)).GB).toBeGreaterThanOrEqual(200_000n);
  });

  it("miss no change that was committed late: its transaction began before the look and ended after it", async () => {
    const market = open();
    await list(offer(100_000n));
    let isWritten: () => void = () => undefined;
    let mayCommit: () => void = () => undefined;
    const written = new Promise<void>((resolve) => {
      isWritten = resolve;
    });
    const commit = new Promise<void>((resolve) => {
      mayCommit = resolve;
    });
    const late = inTransaction(database.db, async (tx) => {
      await sql`UPDATE offers SET cost_micros = 700000`.execute(tx);
      isWritten();
      await commit;
    });
    await written;
    // Younger transactions come and go meanwhile, and looks with them.
    await sql`INSERT INTO catalog_changes (subject) VALUES ('tg')`.execute(database.db);
    expect(await prices(market)).toEqual({ GB: 100_000n });
    expect(await prices(market)).toEqual({ GB: 100_000n });
    mayCommit();
    await late;
    expect(await prices(market)).toEqual({ GB: 700_000n });
  });

  it("are never older than the look, however many look while they change", async () => {
    const markets = [open(), open()];
    await list(offer(1_000n));
    let committed = 1_000n;
    let isOver = false;
    const look = async (market: Market): Promise<void> => {
      while (!isOver) {
        const atLeast = committed;
        const { GB: seen = 0n } = await prices(market);
        expect(seen).toBeGreaterThanOrEqual(atLeast);
      }
    };
    const looking = Promise.all(markets.flatMap((market) => [look(market), look(market), look(market)]));
    for (let cost = 2_000n; cost <= 40_000n; cost += 1_000n) {
      await list(offer(cost));
      committed = cost;
    }
    isOver = true;
    await looking;
    for (const market of markets) expect(await prices(market)).toEqual({ GB: 40_000n });
  });

  it("vanish when they are too old, without any change", async () => {
    const market = open();
    await list(offer(100_000n));
    expect(await prices(market)).toEqual({ GB: 100_000n });
    await clock.advance(15 * 60_000 + 1);
    expect(await prices(market)).toEqual({});
  });
});

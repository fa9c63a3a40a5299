import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Facts } from "../../../src/db/queries/figures/facts.ts";
import { deliveryOf, profitOf } from "../../../src/desk/figures/definitions.ts";
import { createFigures, type Figures } from "../../../src/desk/figures/figures.ts";
import { type PeriodName, periodNames } from "../../../src/desk/figures/periods.ts";
import * as wallet from "../../../src/wallet/wallet.ts";
import { createTestClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createTestLogger } from "../../support/logger.ts";
import { createHistory } from "./history.ts";

/** Berlin goes from winter to summer time at 01:00 UTC of this day. */
const now = new Date("2026-03-29T12:34:56.000Z");
const HOUR_MS = 3_600_000;
const ago = (hours: number): Date => new Date(now.getTime() - hours * HOUR_MS);
const services = ["wa", "tg", "go"];
const countries = ["GB", "BR"];

let database: TestDatabase;
let zone = "Europe/Berlin";
let figures: Figures;

beforeAll(async () => {
  database = await createTestDatabase();
  await makeHistory();
  figures = createFigures({
    db: database.db,
    clock: createTestClock(now),
    logger: createTestLogger(),
    shopZone: () => zone,
  });
});
afterAll(() => database.close());

/** Forty days with orders at all hours, and one of everything else that moves money. */
async function makeHistory(): Promise<void> {
  const { db } = database;
  const history = await createHistory(db);
  const buyers = [
    await history.buyer(ago(41 * 24)),
    await history.buyer(ago(20 * 24)),
    await history.buyer(ago(5)),
  ];
  const [old = "", middle = "", fresh = ""] = buyers;
  for (const buyerId of buyers) await history.topUp(buyerId, "stars", 900_000_000n, 0n, ago(4.9));
  const crypto = await history.topUp(middle, "crypto-pay", 5_000_000n, 150_000n, ago(30));
  const spent = await history.topUp(old, "stars", 2_000_000n, 0n, ago(26));
  for (let n = 0; n < 130; n += 1) {
    const hours = 3 + n * 7;
    const buyerId = hours < 4 ? fresh : hours < 19 * 24 && n % 3 === 0 ? middle : old;
    await history.order({
      buyerId,
      provider: n % 4 === 0 ? "beta" : "alpha",
      serviceId: services[n % 3] ?? "wa",
      countryId: countries[n % 2] ?? "GB",
      rentedAt: ago(hours),
      waitMs: n % 5 === 0 ? null : (20 + (n % 37)) * 1_000,
      openForMs: 20 * 60_000,
      priceMicros: 300_000n + BigInt(n),
      costMicros: 200_000n - BigInt(n % 7),
      ...(n % 6 === 0 && { refusedBy: n % 12 === 0 ? ["no_stock", "price_moved"] : ["timeout"] }),
      ...(n % 10 === 0 && { cancelAfterMs: n % 20 === 0 ? 60_000 : 600_000 }),
    });
  }
  await wallet.takeBackTopup(db, { ...crypto, amountMicros: 1_500_000n, at: ago(29) });
  await wallet.bookTopupLoss(db, { ...spent, amountMicros: 400_000n, at: ago(25) });
  await wallet.restoreTopup(db, { ...crypto, buyerId: middle, at: ago(2) });
  const adjustment = { buyerId: old, actor: "operator:1", reason: "goodwill" };
  await wallet.adjust(db, { ...adjustment, key: "up", amountMicros: 700_000n, at: ago(28) });
  await wallet.adjust(db, { ...adjustment, key: "down", amountMicros: -100_000n, at: ago(27) });
  await wallet.bookStrayLoss(db, {
    provider: "beta",
    upstreamId: "stray",
    seenAt: ago(31),
    amountMicros: 90_000n,
    at: ago(30),
  });
}

interface Entry {
  readonly kind: string;
  readonly account: string;
  readonly micros: bigint;
  readonly at: Date;
}

/** Every entry of the ledger, as it was written. */
async function entries(): Promise<Entry[]> {
  const result = await sql<{ kind: string; code: string; micros: bigint; at: Date }>`
    SELECT t.kind, a.code, e.amount_micros AS micros, t.created_at AS at
    FROM entries e JOIN transfers t ON t.id = e.transfer_id JOIN accounts a ON a.id = e.account_id`.execute(
    database.db,
  );
  return result.rows.map(({ code, ...row }) => ({ ...row, account: code }));
}

/** Midnight in the zone, told by PostgreSQL and not by the code under test. */
async function midnight(day: string): Promise<Date> {
  const result = await sql<{ at: Date }>`
    SELECT (${day}::timestamp AT TIME ZONE ${zone}) AS at`.execute(database.db);
  return result.rows[0]?.at ?? new Date(Number.NaN);
}

function sum(all: readonly Entry[], isMeant: (entry: Entry) => boolean): bigint {
  return all.filter(isMeant).reduce((total, { micros }) => total + micros, 0n);
}

/** The money figures, computed once more from nothing but entries. */
function moneyFrom(all: readonly Entry[]) {
  const on = (pattern: RegExp): bigint => sum(all, ({ account }) => pattern.test(account));
  const adjustments = all.filter(({ account }) => account === "system:adjustments");
  return {
    turnoverMicros: on(/^system:revenue$/),
    costMicros: on(/^system:provider:\w+:cost$/),
    lossMicros: on(/^system:provider:\w+:loss$/) - on(/^system:loss$/),
    topupMicros: -sum(all, ({ account, kind }) => account.startsWith("system:gateway:") && kind === "topup"),
    refundMicros: sum(all, ({ account, kind }) => account.startsWith("system:gateway:") && kind !== "topup"),
    adjustedUpMicros: -sum(adjustments, ({ micros }) => micros < 0n),
    adjustedDownMicros: sum(adjustments, ({ micros }) => micros > 0n),
    bonusMicros: 0n,
  };
}

const moneyOf = (facts: Facts) => ({
  turnoverMicros: facts.turnoverMicros,
  costMicros: facts.costMicros,
  lossMicros: facts.lossMicros,
  topupMicros: facts.topupMicros,
  refundMicros: facts.refundMicros,
  adjustedUpMicros: facts.adjustedUpMicros,
  adjustedDownMicros: facts.adjustedDownMicros,
  bonusMicros: facts.bonusMicros,
});

const starts: Readonly<Record<PeriodName, readonly [from: string, to: string | null]>> = {
  today: ["2026-03-29", null],
  yesterday: ["2026-03-28", "2026-03-29"],
  week: ["2026-03-23", null],
  days30: ["2026-02-28", null],
  month: ["2026-03-01", null],
};

async function spanOf(name: PeriodName): Promise<{ from: Date; to: Date }> {
  const [from, to] = starts[name];
  return { from: await midnight(from), to: to === null ? now : await midnight(to) };
}

interface OrderTimes {
  readonly provider: string;
  readonly buyer: string;
  readonly rented: Date;
  readonly received: Date | null;
  readonly closed: Date;
  readonly asked: Date | null;
}

async function orders(): Promise<OrderTimes[]> {
  const result = await sql<OrderTimes>`
    SELECT provider, buyer_id AS buyer, rented_at AS rented, received_at AS received, closed_at AS closed,
           cancel_requested_at AS asked FROM orders`.execute(database.db);
  return result.rows;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [low = 0, high = low] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return Math.round(low + (high - low) * (place - Math.floor(place)));
}

const isWithin = (at: Date | null, { from, to }: { from: Date; to: Date }): boolean =>
  at !== null && at >= from && at < to;

async function checkPeriod(name: PeriodName): Promise<void> {
  const span = await spanOf(name);
  const overview = await figures.overview(name);
  const raw = (await entries()).filter(({ at }) => isWithin(at, span));
  expect(moneyOf(overview.facts)).toEqual(moneyFrom(raw));
  const earlierSpan = { from: await midnight(overview.period.before.fromDay), to: overview.period.before.to };
  const rawBefore = (await entries()).filter(({ at }) => isWithin(at, earlierSpan));
  expect(moneyOf(overview.before)).toEqual(moneyFrom(rawBefore));
  expect(overview.facts.sold).toBe(raw.filter(({ account }) => account === "system:revenue").length);
  const all = await orders();
  const decided = all.filter(({ received, closed }) => isWithin(received ?? closed, span));
  const isEarly = ({ received, asked, rented }: OrderTimes): boolean =>
    !received && asked !== null && asked.getTime() - rented.getTime() < 120_000;
  const waits = decided.flatMap(({ received, rented }) =>
    received ? [Math.round((received.getTime() - rented.getTime()) / 1_000)] : [],
  );
  expect(overview.facts.delivered).toBe(waits.length);
  expect(overview.facts.earlyCancels).toBe(decided.filter(isEarly).length);
  expect(overview.facts.undelivered).toBe(decided.length - waits.length - decided.filter(isEarly).length);
  expect(overview.wait).toMatchObject({
    medianSeconds: percentile(waits, 0.5),
    p90Seconds: percentile(waits, 0.9),
  });
  const active = new Set(all.filter(({ rented }) => isWithin(rented, span)).map(({ buyer }) => buyer));
  const earlier = new Set(all.filter(({ rented }) => rented < span.from).map(({ buyer }) => buyer));
  expect(overview.buyers).toMatchObject({
    active: active.size,
    returning: [...active].filter((buyer) => earlier.has(buyer)).length,
  });
}

async function keepAll(): Promise<number> {
  let steps = 1;
  while (await figures.keepDay()) steps += 1;
  return steps;
}

describe("before any day is kept", () => {
  it.each(periodNames)("the figures of %s are what the raw entries say", (name) => checkPeriod(name));

  it("what buyers are owed is the sum of all entries of theirs", async () => {
    const { owed } = await figures.overview("today");
    const all = await entries();
    expect(owed.availableMicros).toBe(sum(all, ({ account }) => account.endsWith(":available")));
    expect(owed.heldMicros).toBe(sum(all, ({ account }) => account.endsWith(":held")));
  });

  it("the fee of a gateway stands beside its top-ups", async () => {
    const { best } = await figures.split("days30", "gateway");
    expect(best.map(({ name, topups, feeMicros }) => [name, topups, feeMicros])).toEqual(
      [
        ["stars", 4, 0n],
        ["crypto-pay", 1, 150_000n],
      ].sort(),
    );
  });
});

describe("after all past days are kept", () => {
  beforeAll(async () => {
    expect(await keepAll()).toBeGreaterThan(35);
  });

  it.each(periodNames)("the figures of %s are the same as from the raw entries", (name) => checkPeriod(name));

  it("every kept day equals the raw rows", async () => {
    const kept = await sql<Record<string, string>>`
      SELECT sum(turnover_micros)::text AS turnover, sum(delivered)::text AS delivered FROM daily_facts WHERE is_total`.execute(
      database.db,
    );
    const until = await midnight("2026-03-29");
    const raw = (await entries()).filter(({ at }) => at < until);
    expect(kept.rows[0]?.turnover).toBe(String(moneyFrom(raw).turnoverMicros));
  });

  it("a number without an SMS has no wait, not one of zero", async () => {
    const { rows } = await sql<{ day: string }>`
      SELECT day::text FROM daily_facts WHERE cardinality(wait_seconds) <> delivered`.execute(database.db);
    expect(rows).toEqual([]);
  });

  it("the parts of a split add up to the whole", async () => {
    const { facts } = await figures.overview("days30");
    for (const by of ["provider", "service", "country", "pair"] as const) {
      const { best } = await figures.split("days30", by);
      expect(best.reduce((total, part) => total + part.turnoverMicros, 0n)).toBe(facts.turnoverMicros);
      expect(best.reduce((total, part) => total + part.costMicros, 0n)).toBe(facts.costMicros);
    }
  });

  it("best comes by profit and worst by delivery, and only with twenty decided numbers", async () => {
    const { best, worst } = await figures.split("days30", "provider");
    const profits = best.map(profitOf);
    expect(profits).toEqual([...profits].sort((a, b) => Number(b - a)));
    const rates = worst.map(({ delivered, undelivered }) => delivered / (delivered + undelivered));
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
    expect((await figures.split("today", "pair")).worst).toEqual([]);
  });

  it("the days of the picture add up to the figures of the period", async () => {
    const shown = await figures.days(30);
    const { facts } = await figures.overview("days30");
    expect(shown).toHaveLength(30);
    expect(shown.reduce((total, { turnoverMicros }) => total + turnoverMicros, 0n)).toBe(
      facts.turnoverMicros,
    );
    expect(shown.reduce((total, { profitMicros }) => total + profitMicros, 0n)).toBe(profitOf(facts));
  });

  it("a kept day that became wrong is found and made again before the next one is kept", async () => {
    const { db } = database;
    await sql`UPDATE daily_facts SET turnover_micros = turnover_micros + 1 WHERE day = '2026-03-27'`.execute(
      db,
    );
    await sql`UPDATE facts_state SET next_day = '2026-03-28'`.execute(db);
    await keepAll();
    await checkPeriod("week");
  });
});

describe("tries", () => {
  it("are counted where they were made, and sold out apart from other errors", async () => {
    const result = await sql<{ provider: string; tries: bigint; no_stock: bigint; errors: bigint }>`
      SELECT provider, count(*) AS tries, count(*) FILTER (WHERE error_kind = 'no_stock') AS no_stock,
             count(*) FILTER (WHERE error_kind = 'timeout') AS errors FROM order_attempts
      WHERE started_at >= ${await midnight("2026-02-28")} AND started_at < ${now} GROUP BY provider ORDER BY provider`.execute(
      database.db,
    );
    const { best } = await figures.split("days30", "provider");
    const counted = best.map(({ name, tries, noStock, errors }) => ({
      provider: name,
      tries: BigInt(tries),
      no_stock: BigInt(noStock),
      errors: BigInt(errors),
    }));
    expect(counted.sort((a, b) => a.provider.localeCompare(b.provider))).toEqual(result.rows);
    expect(counted.every(({ tries }) => tries > 0n)).toBe(true);
  });
});

describe("the period before", () => {
  it("ends at the same time of its day, also when the clocks went forward in between", async () => {
    const { period } = await figures.overview("today");
    // 14:34 in Berlin: today in summer time, yesterday in winter time.
    expect(period.before.to.toISOString()).toBe("2026-03-28T13:34:56.000Z");
    expect(period.before.fromDay).toBe("2026-03-28");
  });

  it("of a month ends with the month before, if that is shorter", async () => {
    const { period } = await figures.overview("month");
    expect(period.before).toEqual({ fromDay: "2026-02-01", to: new Date("2026-02-28T13:34:56.000Z") });
  });
});

it("a share of fewer than twenty numbers is shown as their count", () => {
  expect(deliveryOf({ delivered: 7, undelivered: 0 })).toBe("n=7");
  expect(deliveryOf({ delivered: 13, undelivered: 7 })).toBe("65 %");
});

describe("in another zone", () => {
  it("in another zone all days are made again, and are right there too", async () => {
    zone = "Asia/Kathmandu";
    await checkPeriod("week");
    await keepAll();
    await checkPeriod("week");
    await checkPeriod("days30");
  });
});

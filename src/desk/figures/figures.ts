import { addMs, type Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { addDays, createZone, type Day, type Zone } from "../../core/zone.ts";
import type { Database, Tx } from "../../db/client.ts";
import type { Facts } from "../../db/queries/figures/facts.ts";
import * as queries from "../../db/queries/figures/figures.ts";
import * as days from "../../db/queries/figures/kept-days.ts";
import {
  type BuyerCounts,
  selectBuyerCounts,
  selectLanguageOf,
  selectOwed,
} from "../../db/queries/figures/people.ts";
import { inOneMoment, inTransaction } from "../../db/transaction.ts";
import { LEAST_FOR_A_SHARE, ledgerTerms } from "./definitions.ts";
import { type Period, type PeriodName, periodOf, type Span } from "./periods.ts";

export type { Split } from "../../db/queries/figures/figures.ts";
export { splits } from "../../db/queries/figures/figures.ts";
export type { Facts };

export interface FiguresDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The shop's time zone, as it is set now. */
  readonly shopZone: () => string;
}

/** Seconds from rental to first SMS; null: there was none. */
export interface Wait {
  readonly medianSeconds: number;
  readonly p90Seconds: number;
}

export interface Overview {
  readonly period: Period;
  readonly zone: string;
  readonly asOf: Date;
  readonly facts: Facts;
  /** Of the period before, of the same length so far. */
  readonly before: Facts;
  readonly wait: Wait | null;
  readonly buyers: BuyerCounts;
  readonly owed: { readonly availableMicros: bigint; readonly heldMicros: bigint };
}

export type PartWithWait = queries.Part & { readonly wait: Wait | null };

export interface SplitFigures {
  readonly period: Period;
  readonly zone: string;
  readonly asOf: Date;
  /** At most ten, by profit; gateways by what came in. */
  readonly best: readonly PartWithWait[];
  /** At most ten with enough decided numbers, the worst delivery first. */
  readonly worst: readonly PartWithWait[];
}

/** What the shop did in a period; definitions.ts says what each figure means. */
export interface Figures {
  overview(period: PeriodName): Promise<Overview>;
  split(period: PeriodName, by: queries.Split): Promise<SplitFigures>;
  /** The figures of one whole day that is over, with the day before. */
  ofDay(day: Day): Promise<Overview>;
  /** The parts of one whole day that is over. */
  splitOfDay(day: Day, by: queries.Split): Promise<SplitFigures>;
  /** Every part of a period, for a file; at most `limit`. */
  parts(period: PeriodName, by: queries.Split, limit: number): Promise<readonly queries.Part[]>;
  /** Turnover and profit of each day until today, also of days without any. */
  days(count: number): Promise<readonly queries.DayMoney[]>;
  /** The language in which this person reads a picture; "en" where it is not known. */
  languageOf(telegramId: number): Promise<string>;
  /** Keeps the sums of one more day that is over. True: there may be another one. */
  keepDay(): Promise<boolean>;
}

const SHOWN_PARTS = 10;
/** After this time no transaction of the day before is still under way. */
const SETTLED_AFTER_MS = 60 * 60 * 1000;

export function createFigures(deps: FiguresDeps): Figures {
  const { db, clock } = deps;
  const readZone = (): Zone => createZone(deps.shopZone());
  const named = (name: PeriodName) => {
    const zone = readZone();
    return { zone, period: periodOf(name, zone, clock.now()) };
  };
  const dayOnly = (day: Day) => {
    const zone = readZone();
    return { zone, period: periodOf("yesterday", zone, zone.moment(addDays(day, 1))) };
  };
  return {
    overview: (name) => readOverview(deps, named(name)),
    ofDay: (day) => readOverview(deps, dayOnly(day)),
    split: (name, by) => readSplit(deps, named(name), by),
    splitOfDay: (day, by) => readSplit(deps, dayOnly(day), by),
    parts: async (name, by, limit) => {
      const { zone, period } = named(name);
      const choice = { by, limit, leastDecided: LEAST_FOR_A_SHARE };
      return await inOneMoment(db, async (tx) =>
        queries.selectParts(tx, ledgerTerms, await cut(tx, zone, period), choice),
      );
    },
    days: (count) => readDays(db, readZone(), clock.now(), count),
    languageOf: async (telegramId) => (await selectLanguageOf(db, telegramId)) ?? "en",
    keepDay: () => keepNextDay(deps, readZone()),
  };
}

interface When {
  readonly zone: Zone;
  readonly period: Period;
}

async function readOverview({ db, clock }: FiguresDeps, { zone, period }: When): Promise<Overview> {
  const asOf = clock.now();
  return await inOneMoment(db, async (tx) => {
    const [stretch, earlier] = [await cut(tx, zone, period), await cut(tx, zone, period.before)];
    const whole = { from: zone.moment(period.fromDay), to: period.to };
    const facts = await queries.selectTotals(tx, ledgerTerms, stretch);
    const before = await queries.selectTotals(tx, ledgerTerms, earlier);
    const [waits] = await queries.selectSpanWaits(tx, stretch, "all");
    const buyers = await selectBuyerCounts(tx, stretch, whole);
    const owed = await selectOwed(tx);
    return { period, zone: zone.name, asOf, facts, before, wait: waits ?? null, buyers, owed };
  });
}

async function readSplit(
  { db, clock }: FiguresDeps,
  { zone, period }: When,
  by: queries.Split,
): Promise<SplitFigures> {
  const asOf = clock.now();
  const choice = { by, limit: SHOWN_PARTS, leastDecided: LEAST_FOR_A_SHARE };
  return await inOneMoment(db, async (tx) => {
    const stretch = await cut(tx, zone, period);
    const parts = await queries.selectParts(tx, ledgerTerms, stretch, choice);
    const waits = by === "gateway" ? [] : await queries.selectSpanWaits(tx, stretch, by, parts);
    const waitOf = ({ name, other }: queries.Part): Wait | null =>
      waits.find((wait) => wait.name === name && wait.other === other) ?? null;
    const all = parts.map((part) => ({ ...part, wait: waitOf(part) }));
    const best = all.filter(({ profitRank }) => profitRank <= SHOWN_PARTS);
    const worst = all
      .filter(({ worstRank }) => worstRank !== null && worstRank <= SHOWN_PARTS)
      .sort((a, b) => (a.worstRank ?? 0) - (b.worstRank ?? 0));
    return { period, zone: zone.name, asOf, best, worst };
  });
}

/** Cuts a span where the kept days end. Days that are kept for another zone are of no use. */
async function cut(tx: Tx, zone: Zone, span: Span): Promise<queries.Stretch> {
  const lastDay = zone.dayOf(span.to);
  const known = await days.selectKeptDays(tx);
  const keptUntil = known?.zone === zone.name ? known.nextDay : null;
  const toDay = keptUntil !== null && keptUntil < lastDay ? keptUntil : lastDay;
  const isKept = keptUntil !== null && toDay > span.fromDay;
  const kept = isKept ? { fromDay: span.fromDay, toDay } : null;
  return { kept, raw: { from: zone.moment(isKept ? toDay : span.fromDay), to: span.to } };
}

async function readDays(
  db: Database,
  zone: Zone,
  now: Date,
  count: number,
): Promise<readonly queries.DayMoney[]> {
  const today = zone.dayOf(now);
  const fromDay = addDays(today, 1 - count);
  const all = Array.from({ length: count }, (_, index) => addDays(fromDay, index));
  const found = await inOneMoment(db, async (tx) => {
    const { kept, raw } = await cut(tx, zone, { fromDay, to: now });
    const fresh = all.filter((day) => day >= zone.dayOf(raw.from)).map((day) => spanOf(zone, day));
    return await queries.selectDays(tx, ledgerTerms, kept, fresh);
  });
  return all.map(
    (day) => found.find((money) => money.day === day) ?? { day, turnoverMicros: 0n, profitMicros: 0n },
  );
}

function spanOf(zone: Zone, day: Day): days.DaySpan {
  return { day, from: zone.moment(day), to: zone.moment(addDays(day, 1)) };
}

async function keepNextDay({ db, clock, logger }: FiguresDeps, zone: Zone): Promise<boolean> {
  const settled = zone.dayOf(addMs(clock.now(), -SETTLED_AFTER_MS));
  // Asked without a lock first, because nearly always there is nothing to do.
  const known = await days.selectKeptDays(db);
  if (known?.zone === zone.name && known.nextDay !== null && known.nextDay >= settled) return false;
  return await inTransaction(db, async (tx) => {
    const locked = await days.lockKeptDays(tx, zone.name);
    const isOther = locked.zone !== zone.name;
    if (isOther) await days.forgetKeptDays(tx, zone.name);
    const nextDay = isOther ? null : locked.nextDay;
    const first = nextDay === null ? await days.selectFirstFact(tx) : undefined;
    const day = nextDay ?? (first && zone.dayOf(first));
    if (day === undefined || day >= settled) return false;
    const tomorrow = addDays(day, 1);
    const isLast = tomorrow === settled;
    if (nextDay !== null && isLast) await checkDay(tx, logger, spanOf(zone, addDays(day, -1)));
    await days.keepDay(tx, ledgerTerms, spanOf(zone, day));
    await days.moveNextDay(tx, tomorrow);
    return !isLast;
  });
}

/** The figures check themselves: a kept day that is not what the raw rows say is told, and made again. */
async function checkDay(tx: Tx, logger: Logger, span: days.DaySpan): Promise<void> {
  if (await days.isDayRight(tx, ledgerTerms, span)) return;
  logger.warn({ day: span.day }, "the kept figures of a day differed from the ledger and were made again");
  await days.keepDay(tx, ledgerTerms, span);
}

import type { Clock } from "../../core/clock.ts";
import { actorOf, rolesWith, type Staff } from "../../core/staff.ts";
import { addDays, createZone, type Day } from "../../core/zone.ts";
import type { Database } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { selectFirstFact } from "../../db/queries/figures/kept-days.ts";
import * as queries from "../../db/queries/figures/reports.ts";
import { enqueueToAll } from "../../db/queries/outbox.ts";
import { selectStaffIds } from "../../db/queries/staff.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { StaffBook } from "../staff/staff.ts";
import type { Figures, Overview, PartWithWait, Wait } from "./figures.ts";

const HOUR_MS = 3_600_000;
/** Later than this nobody wants it any more. */
const LATEST_MS = 12 * HOUR_MS;
/** A report that is sent later than this is marked as late. */
const LATE_AFTER_MS = HOUR_MS / 4;
const WEEK_HOURS = 7 * 24;
const WORST_SHOWN = 3;

export interface DailyReportDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly figures: Figures;
  readonly staff: StaffBook;
  readonly shopZone: () => string;
  /** The hour of the shop's wall clock at which it is sent, 0 to 23. */
  readonly reportHour: () => number;
  readonly onMessages: () => void;
}

export interface ProviderMoney {
  readonly provider: string;
  readonly balanceMicros: bigint;
  /** How long it lasts at what the provider cost in the last seven days; null: it sold nothing. */
  readonly hoursLeft: number | null;
}

export interface DayReport {
  readonly day: Day;
  readonly overview: Overview;
  /** Of the seven days until now. */
  readonly weekWait: Wait | null;
  readonly gateways: readonly PartWithWait[];
  readonly providers: readonly ProviderMoney[];
  readonly adjustments: readonly queries.AdjustmentsBy[];
  readonly worst: readonly PartWithWait[];
  readonly waiting: queries.Waiting;
}

export interface DailyReport {
  /** Sends the report that is due, if one is and nobody has sent it. Called every minute by every replica. */
  sendDue(): Promise<boolean>;
  /** What the report of this day says; balances and what waits are those of this moment. */
  read(day: Day): Promise<DayReport>;
  isWantedBy(telegramId: number): Promise<boolean>;
  /** Switches the report on or off for this person. */
  want(input: { staff: Staff; isWanted: boolean; updateId: number }): Promise<void>;
}

export function createDailyReport(deps: DailyReportDeps): DailyReport {
  const { db, clock, staff } = deps;
  return {
    sendDue: () => sendDue(deps),
    read: (day) => readReport(deps, day),
    isWantedBy: async (telegramId) => !(await queries.selectOptOuts(db)).has(telegramId),
    async want({ staff: { telegramId }, isWanted, updateId }) {
      await inTransaction(db, async (tx) => {
        await staff.require(tx, telegramId, "money");
        const at = clock.now();
        if (!(await queries.setOptOut(tx, { telegramId, isOut: !isWanted, at }))) return;
        await writeAudit(tx, {
          actor: actorOf(telegramId),
          action: isWanted ? "daily report switched on" : "daily report switched off",
          subjectKind: "staff",
          subject: String(telegramId),
          before: { isWanted: !isWanted },
          after: { isWanted },
          updateId,
          at,
        });
      });
    },
  };
}

/** The day whose report is due now, and since when; undefined: none, or it is too late for it. */
function dueNow({ clock, shopZone, reportHour }: DailyReportDeps): { day: Day; lateMs: number } | undefined {
  const now = clock.now();
  const zone = createZone(shopZone());
  const today = zone.dayOf(now);
  const dueOf = (day: Day): Date => zone.moment(day, reportHour() * HOUR_MS);
  const sentOn = dueOf(today) <= now ? today : addDays(today, -1);
  const lateMs = now.getTime() - dueOf(sentOn).getTime();
  return lateMs > LATEST_MS ? undefined : { day: addDays(sentOn, -1), lateMs };
}

async function sendDue(deps: DailyReportDeps): Promise<boolean> {
  const { db, clock, staff, shopZone } = deps;
  const due = dueNow(deps);
  if (!due || (await queries.hasReport(db, due.day))) return false;
  const { day, lateMs } = due;
  const first = await selectFirstFact(db);
  // A shop that was not open on that day has nothing to tell.
  if (!first || createZone(shopZone()).dayOf(first) > day) return false;
  const isSent = await inTransaction(db, async (tx) => {
    const at = clock.now();
    const optOuts = await queries.selectOptOuts(tx);
    const all = [...staff.ownerIds, ...(await selectStaffIds(tx, rolesWith("money")))];
    const chatIds = [...new Set(all)].filter((id) => !optOuts.has(id));
    if (!(await queries.insertReport(tx, { day, at, recipients: chatIds.length }))) return false;
    const message = { kind: "daily_report" as const, day, isLate: lateMs > LATE_AFTER_MS };
    await enqueueToAll(tx, chatIds, { message, subject: `daily_report:${day}`, at });
    return true;
  });
  if (isSent) deps.onMessages();
  return isSent;
}

async function readReport({ db, figures, shopZone }: DailyReportDeps, day: Day): Promise<DayReport> {
  const zone = createZone(shopZone());
  const overview = await figures.ofDay(day);
  const week = await figures.overview("week");
  const { best: gateways } = await figures.splitOfDay(day, "gateway");
  const { worst } = await figures.splitOfDay(day, "pair");
  const { best: spent } = await figures.split("week", "provider");
  const [from, to] = [zone.moment(day), zone.moment(addDays(day, 1))];
  const balances = await queries.selectProviderBalances(db);
  const providers = balances.map(({ provider, balanceMicros }) => {
    const cost = spent.find(({ name }) => name === provider)?.costMicros ?? 0n;
    const hoursLeft = cost > 0n ? Math.floor((Number(balanceMicros) * WEEK_HOURS) / Number(cost)) : null;
    return { provider, balanceMicros, hoursLeft };
  });
  return {
    day,
    overview,
    weekWait: week.wait,
    gateways,
    providers,
    adjustments: await queries.selectAdjustments(db, from, to),
    worst: worst.slice(0, WORST_SHOWN),
    waiting: await queries.countWaiting(db),
  };
}

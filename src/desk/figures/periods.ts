import { addDays, addMonths, type Day, type Zone } from "../../core/zone.ts";

export const periodNames = ["today", "yesterday", "week", "days30", "month"] as const;
export type PeriodName = (typeof periodNames)[number];

/** From midnight of `fromDay` in the shop's zone until `to`, which does not belong to it. */
export interface Span {
  readonly fromDay: Day;
  readonly to: Date;
}

export interface Period extends Span {
  readonly name: PeriodName;
  /** The period before, of the same length so far: on the 12th at 15:00, the month before until its 12th at 15:00. */
  readonly before: Span;
}

/** How many days a period of whole days is moved back to get the one before. */
const LENGTH = { today: 1, yesterday: 1, week: 7, days30: 30 } as const;

export function periodOf(name: PeriodName, zone: Zone, now: Date): Period {
  const today = zone.dayOf(now);
  if (name === "yesterday") {
    const fromDay = addDays(today, -1);
    const before = { fromDay: addDays(today, -2), to: zone.moment(fromDay) };
    return { name, fromDay, to: zone.moment(today), before };
  }
  if (name === "month") {
    const fromDay = `${today.slice(0, 8)}01`;
    const sameDay = zone.moment(addMonths(today, -1), zone.timeOf(now));
    const before = { fromDay: addMonths(fromDay, -1), to: earlier(sameDay, zone.moment(fromDay)) };
    return { name, fromDay, to: now, before };
  }
  const days = LENGTH[name];
  const fromDay = addDays(today, 1 - days);
  const sameTime = zone.moment(addDays(today, -days), zone.timeOf(now));
  const before = { fromDay: addDays(fromDay, -days), to: earlier(sameTime, zone.moment(fromDay)) };
  return { name, fromDay, to: now, before };
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

/** A day of the calendar as "2026-03-29". */
export type Day = string;

const DAY_MS = 86_400_000;

/** The wall clock of one time zone, daylight saving included. */
export interface Zone {
  readonly name: string;
  /** The calendar day there at this moment. */
  dayOf(at: Date): Day;
  /** Milliseconds that the wall clock there shows since 00:00. */
  timeOf(at: Date): number;
  /**
   * The moment at which the wall clock there shows this time. A time that is skipped when clocks go forward: the moment
   * after the skip. A time that comes twice when they go back: the first one.
   */
  moment(day: Day, timeMs?: number): Date;
}

/** Whether this is the name of a zone ("Europe/Berlin", "UTC"), by the tables that Node brings. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Throws a RangeError for a name that is none: ask {@link isZone} first. */
export function createZone(name: string): Zone {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });

  /** What the wall clock shows, written as if it were UTC. */
  function wall(ms: number): number {
    const shown: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(ms)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
    const rest = ((ms % 1_000) + 1_000) % 1_000;
    return Date.UTC(year, month - 1, day, hour, minute, second) + rest;
  }

  function moment(day: Day, timeMs = 0): Date {
    const wanted = startUtc(day) + timeMs;
    const offsets = [wanted - DAY_MS, wanted + DAY_MS].map((ms) => wall(ms) - ms);
    const candidates = offsets.map((offset) => wanted - offset).sort((a, b) => a - b);
    const shown = candidates.find((ms) => wall(ms) === wanted);
    if (shown !== undefined) return new Date(shown);
    // Skipped: the clock jumps somewhere between the two candidates.
    let [low = wanted, high = wanted] = candidates;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (wall(middle) < wanted) low = middle;
      else high = middle;
    }
    return new Date(high);
  }

  return {
    name,
    dayOf: (at) => dayOfUtc(wall(at.getTime())),
    timeOf: (at) => wall(at.getTime()) - startUtc(dayOfUtc(wall(at.getTime()))),
    moment,
  };
}

/** The day so many days later; negative: earlier. */
export function addDays(day: Day, days: number): Day {
  return dayOfUtc(startUtc(day) + days * DAY_MS);
}

/** The same day of the month so many months later, or the last one of a shorter month. */
export function addMonths(day: Day, months: number): Day {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  return dayOfUtc(Date.UTC(year, month - 1 + months, Math.min(date, last)));
}

function startUtc(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function dayOfUtc(ms: number): Day {
  return new Date(ms).toISOString().slice(0, 10);
}

import { isZone } from "./zone.ts";

/** From which full hour until which, by the clock of a time zone. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
  /** Null: the shop's. */
  readonly zone: string | null;
}

const TYPED = /^(\d{1,2})\s*[-–]\s*(\d{1,2})(?:\s+(\S+))?$/;

/** "22-8", or "22-8 Europe/Berlin" for another zone than the shop's; "off" is null. Undefined: not understood. */
export function parseQuietHours(text: string): QuietHours | null | undefined {
  if (text.trim().toLowerCase() === "off") return null;
  const match = TYPED.exec(text.trim());
  if (!match) return undefined;
  const [from, to, zone] = [Number(match[1]), Number(match[2]), match[3] ?? null];
  return from > 23 || to > 23 || (zone !== null && !isZone(zone)) ? undefined : { from, to, zone };
}

export function isQuiet(hours: QuietHours | null, shopZone: string, at: Date): boolean {
  if (hours === null || hours.from === hours.to) return false;
  const options = { timeZone: hours.zone ?? shopZone, hour: "numeric", hourCycle: "h23" } as const;
  const now = Number(new Intl.DateTimeFormat("en", options).format(at));
  const { from, to } = hours;
  return from < to ? now >= from && now < to : now >= from || now < to;
}

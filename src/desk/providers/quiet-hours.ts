import { z } from "zod";

/** The setting that holds them. */
export const QUIET_HOURS = "desk.quiet_hours";

/** From which full hour until which, by the clock of a time zone. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
  readonly zone: string;
}

const hour = z.number().int().min(0).max(23);
const schema = z.object({ from: hour, to: hour, zone: z.string().refine(isZone) });

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Null: none are set. */
export function readQuietHours(stored: string | undefined): QuietHours | null {
  if (stored === undefined) return null;
  try {
    return schema.parse(JSON.parse(stored));
  } catch {
    return null;
  }
}

const TYPED = /^(\d{1,2})\s*[-–]\s*(\d{1,2})(?:\s+(\S+))?$/;

/** "22-8 Europe/Berlin"; "off" is null. Undefined: not understood. */
export function parseQuietHours(text: string): QuietHours | null | undefined {
  if (text.trim().toLowerCase() === "off") return null;
  const match = TYPED.exec(text.trim());
  if (!match) return undefined;
  const asked = { from: Number(match[1]), to: Number(match[2]), zone: match[3] ?? "UTC" };
  const parsed = schema.safeParse(asked);
  return parsed.success ? parsed.data : undefined;
}

export function isQuiet(hours: QuietHours | null, at: Date): boolean {
  if (hours === null || hours.from === hours.to) return false;
  const options = { timeZone: hours.zone, hour: "numeric", hourCycle: "h23" } as const;
  const now = Number(new Intl.DateTimeFormat("en", options).format(at));
  const { from, to } = hours;
  return from < to ? now >= from && now < to : now >= from || now < to;
}

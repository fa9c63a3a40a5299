import { addMs } from "../../core/clock.ts";

const HOUR_MS = 3_600_000;

/** When something that begins at `at` ends by itself; null: when somebody ends it. */
export function untilAfter(hours: number | null, at: Date): Date | null {
  return hours === null ? null : addMs(at, hours * HOUR_MS);
}

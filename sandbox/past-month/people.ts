import { addMs } from "../../src/core/clock.ts";
import { idFrom } from "../../src/core/ids.ts";
import type { Random } from "../soak/random.ts";

export interface PastBuyer {
  readonly id: string;
  readonly telegramId: number;
  readonly firstName: string;
  readonly username: string | null;
  readonly language: string;
  readonly joinedAt: Date;
}

const FIRST_TELEGRAM_ID = 700_000_001;
const PEOPLE = 140;
const DAY_MS = 86_400_000;
/** Some were here before the month began. */
const BEFORE = 45;
const NAMES = [
  ["Amelia", "en"],
  ["Jonas", "en"],
  ["Priya", "en"],
  ["Oliver", "en"],
  ["Wanjiru", "en"],
  ["Денис", "ru"],
  ["Ольга", "ru"],
  ["Тимур", "ru"],
  ["Camila", "es"],
  ["Mateo", "es"],
  ["Beatriz", "pt"],
  ["Rafael", "pt"],
  ["Budi", "id"],
  ["Siti", "id"],
  ["ليلى", "ar"],
  ["يوسف", "ar"],
] as const;
const LATIN = /^[A-Za-z]+$/;

/** Those who bought in the pretend past, in the order in which they came. */
export function pastPeople(random: Random, now: Date, days: number): PastBuyer[] {
  return Array.from({ length: PEOPLE }, (_, index) => {
    const [firstName, language] = random.pick(NAMES);
    const isEarly = index < BEFORE;
    const span = isEarly ? days : days * ((index - BEFORE + 0.5) / (PEOPLE - BEFORE));
    const since = isEarly ? -2 * days + random.next() * span : -days + span;
    const hasName = LATIN.test(firstName) && random.isIn(0.7);
    return {
      id: idFrom(`past buyer ${index}`),
      telegramId: FIRST_TELEGRAM_ID + index,
      firstName,
      username: hasName ? `${firstName.toLowerCase()}_${random.between(10, 999)}` : null,
      language,
      joinedAt: addMs(now, Math.round(since * DAY_MS)),
    };
  });
}

import { z } from "zod";
import { parseUsd } from "../../core/money.ts";
import { isZone } from "../../core/zone.ts";
import { urlProblem } from "./network.ts";

/**
 * Parsers of single variables. Messages say what is expected and never repeat the value: it may be a secret, perhaps
 * one that was pasted into the wrong line.
 */

const PERCENT = /^(\d{1,5})(?:\.(\d{1,2}))?$/;
const DECIMAL = /^\d{1,12}(?:\.\d{1,18})?$/;
const MAX_BASIS_POINTS = 1_000_000n;
const MAX_TELEGRAM_ID = 2 ** 53;
export const MAX_USD_MICROS = 1_000_000_000n;

/** Turns a parser that returns undefined on bad input into a zod type. */
function parsed<T>(expected: string, parse: (text: string) => T | undefined): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const value = parse(text.trim());
    if (value !== undefined) return value;
    context.issues.push({ code: "custom", input: undefined, message: `must be ${expected}` });
    return z.NEVER;
  });
}

/** A whole number between two bounds, inclusive. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  return parsed(`a whole number from ${min} to ${max}`, (text) => {
    if (!/^\d{1,15}$/.test(text)) return undefined;
    const value = Number(text);
    return value >= min && value <= max ? value : undefined;
  });
}

/** Dollars as micro-dollars, at most $1,000. More is probably a mistake in the unit, and 10,000 times as much must fit into the database. */
export function usd(options: { allowZero: boolean }): z.ZodType<bigint, string> {
  const kind = options.allowZero ? "an" : "a positive";
  return parsed(`${kind} amount in dollars such as 0.02, at most 6 decimals and not above 1000`, (text) => {
    const micros = parseUsd(text, "exact");
    if (micros === undefined || micros > MAX_USD_MICROS) return undefined;
    return micros === 0n && !options.allowZero ? undefined : micros;
  });
}

/** "12.5" percent as 1250 basis points. */
export const percent = parsed("a percentage from 0 to 10000 such as 30 or 12.5", (text) =>
  basisPointsIn(text, MAX_BASIS_POINTS),
);

/** A percentage of something that is shared: at most all of it. */
export const share = parsed("a percentage from 0 to 100 such as 20 or 12.5", (text) =>
  basisPointsIn(text, 10_000n),
);

function basisPointsIn(text: string, max: bigint): bigint | undefined {
  const match = PERCENT.exec(text);
  if (!match) return undefined;
  const basisPoints = BigInt(`${match[1]}${(match[2] ?? "").padEnd(2, "0")}`);
  return basisPoints <= max ? basisPoints : undefined;
}

/** A positive decimal kept as the string it is. */
export const positiveDecimal = parsed("a positive number such as 0.0123", (text) =>
  DECIMAL.test(text) && /[1-9]/.test(text) ? text : undefined,
);

/** Requests per second; may be a fraction. */
export const rate = parsed("requests per second from 0.01 to 1000", (text) => {
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return value >= 0.01 && value <= 1000 ? value : undefined;
});

/** The name of a time zone. */
export const zone = parsed("a time zone such as Europe/Berlin or UTC", (text) =>
  text !== "" && isZone(text) ? text : undefined,
);

/** Comma-separated items, blanks dropped, duplicates kept. */
export function splitList(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

export const telegramIds = parsed("Telegram user ids (numbers), separated by commas", (text) => {
  const ids = splitList(text).map((item) => (/^\d{1,16}$/.test(item) ? Number(item) : 0));
  return ids.every((id) => id > 0 && id < MAX_TELEGRAM_ID) ? [...new Set(ids)] : undefined;
});

/** A group or supergroup, which has a negative id. */
export const groupId = parsed(
  "the id of a group at Telegram: a negative number such as -1001234567890",
  (text) => {
    const id = /^-\d{1,16}$/.test(text) ? Number(text) : 0;
    return id < 0 && id > -MAX_TELEGRAM_ID ? id : undefined;
  },
);

/** A comma-separated choice out of `allowed`. */
export function choices<T extends string>(allowed: readonly T[]): z.ZodType<T[], string> {
  return parsed(`one or more of ${allowed.join(", ")}, separated by commas`, (text) => {
    const items = splitList(text).map((item) => allowed.find((known) => known === item));
    const known = items.filter((item) => item !== undefined);
    return known.length === items.length ? [...new Set(known)] : undefined;
  });
}

/** A URL that secrets are sent to: https, or http on a private address. Kept as written. */
export const anyUrl = z.string().superRefine((value, context) => {
  const problem = urlProblem(value.trim());
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

/** A URL that paths are appended to: no query, no trailing slash. */
export const baseUrl = anyUrl.transform((value, context) => {
  const trimmed = value.trim().replace(/\/+$/, "");
  if (!URL.canParse(trimmed) || !/[?#]/.test(trimmed)) return trimmed;
  context.addIssue({ code: "custom", message: "must not have a query (?…) or a fragment (#…)" });
  return z.NEVER;
});

import { z } from "zod";
import { toMicrosAtRate } from "../../core/money.ts";

/**
 * Parsers of single values from outside. Each returns undefined for a value that it does not accept; the caller decides
 * whether to drop one row of a list or the whole answer.
 */

/** $1,000. A number costs cents, so a higher price means a broken list or another unit. */
const MAX_COST_MICROS = 1_000_000_000n;
const MAX_ID_LENGTH = 128;
const MAX_TEXT_LENGTH = 2000;
const SIGNIFICANT_DIGITS = 15;
const MAX_FRACTION = 18;
const FIRST_DATE = Date.UTC(2000, 0, 1);
const LAST_DATE = Date.UTC(2100, 0, 1);

/** The currency of an upstream's amounts. */
export interface Currency {
  /** USD for one unit: the decimal string of PROVIDER_<NAME>_USD_RATE. */
  readonly usdRate: string;
  /** Amounts are in units / subunits: 100 for cents. Default 1. */
  readonly subunits?: number;
}

/**
 * A price or cost in micro-dollars, rounded up. Undefined: not a plain number, negative, above $1,000, or zero (numbers
 * are never free, so zero means a missing price).
 */
export function parseCost(value: unknown, currency: Currency): bigint | undefined {
  const text = decimalText(value);
  if (text === undefined) return undefined;
  const micros = toMicrosAtRate(text, currency.usdRate, currency.subunits);
  return micros !== undefined && micros > 0n && micros <= MAX_COST_MICROS ? micros : undefined;
}

/**
 * The charge for a number in micro-dollars, rounded up. Like {@link parseCost} but without an upper bound: the caller must
 * see a cost that is far too high, to cancel the number.
 */
export function parseCharge(value: unknown, currency: Currency): bigint | undefined {
  const micros = parseBalance(value, currency);
  return micros !== undefined && micros > 0n ? micros : undefined;
}

/** A balance in micro-dollars; may be zero or (an overdraft) negative. */
export function parseBalance(value: unknown, currency: Currency): bigint | undefined {
  const text = decimalText(value);
  if (text === undefined) return undefined;
  if (!text.startsWith("-")) return toMicrosAtRate(text, currency.usdRate, currency.subunits);
  const micros = toMicrosAtRate(text.slice(1), currency.usdRate, currency.subunits);
  return micros === undefined ? undefined : -micros;
}

/** A JSON number or a decimal string as a plain decimal string, without the rounding error of a float. */
function decimalText(value: unknown): string | undefined {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return undefined;
    return expanded(Number(value.toPrecision(SIGNIFICANT_DIGITS)));
  }
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (/^-?\d{1,12}(\.\d{1,18})?$/.test(text)) return text;
  return /^\d(\.\d{1,17})?e-\d{1,2}$/i.test(text) ? expanded(Number(text)) : undefined;
}

function expanded(value: number): string | undefined {
  const text = String(value);
  if (!/e/i.test(text)) return text;
  return Math.abs(value) < 1 ? value.toFixed(MAX_FRACTION) : undefined;
}

/** Accepts words, UUIDs, slugs and base64. */
const ID = /^(?=.*[A-Za-z0-9])[\w.:~+/=-]+$/;
/** Words that upstreams print in place of a missing id. */
const NO_ID = /^(null|undefined|none|nan|nil|n\/a|false|true|waiting|pending)$/i;

/** An upstream's id or code as a string. A number is accepted only if a double holds all its digits. */
export function parseId(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  return text.length <= MAX_ID_LENGTH && ID.test(text) && !NO_ID.test(text) ? text : undefined;
}

/** A phone number as E.164 with "+". The input may be a number or a string, with spaces, dots, dashes and brackets. */
export function parsePhone(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const digits = String(value).replace(/[\s().-]/g, "");
  const match = /^\+?([1-9]\d{5,14})$/.exec(digits);
  return match ? `+${match[1]}` : undefined;
}

/** A stock: a whole number, zero or more. */
export function parseStock(value: unknown): number | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^\d{1,12}$/.test(text.trim())) return undefined;
  return Number(text);
}

/** A point in time: ISO 8601 with a zone, or seconds or milliseconds since 1970. Undefined without a zone. */
export function parseDate(value: unknown): Date | undefined {
  const ms = dateMs(value);
  return ms !== undefined && ms >= FIRST_DATE && ms < LAST_DATE ? new Date(ms) : undefined;
}

function dateMs(value: unknown): number | undefined {
  if (typeof value === "number") return value > 1e11 ? value : value * 1000;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (/^\d{9,13}$/.test(text)) return dateMs(Number(text));
  const isZoned = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text);
  const ms = isZoned ? Date.parse(text.replace(" ", "T")) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** The code or text of an SMS. Null: empty or missing. A JSON number is accepted, although its leading zeros are lost. */
export function parseSmsText(value: unknown): string | null {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return String(value);
  if (typeof value !== "string") return null;
  const text = value.trim();
  return text === "" ? null : text.slice(0, MAX_TEXT_LENGTH);
}

/** Turns a parser into a zod type for the schema of an answer. */
export function field<T>(expected: string, parse: (value: unknown) => T | undefined): z.ZodType<T, unknown> {
  return z.unknown().transform((value, context) => {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    context.issues.push({ code: "custom", input: undefined, message: `expected ${expected}` });
    return z.NEVER;
  });
}

export const idField = field("an id", parseId);
export const phoneField = field("a phone number", parsePhone);

/** ISO 3166-1 alpha-2 in upper case. Null: missing or anything else. */
export const iso2Field = z
  .unknown()
  .optional()
  .transform((value) => {
    return typeof value === "string" && /^[A-Za-z]{2}$/.test(value) ? value.toUpperCase() : null;
  });

/** The rows that the schema accepts. Others are dropped, so that one bad row does not make the whole list useless. */
export function goodRows<T>(rows: readonly unknown[], schema: z.ZodType<T>): T[] {
  const good: T[] = [];
  for (const row of rows) {
    const outcome = schema.safeParse(row);
    if (outcome.success) good.push(outcome.data);
  }
  return good;
}

/** The entries of an object. An array has none: PHP encodes an empty map as an empty array. */
export function entriesOf(value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value);
}

/**
 * Money is a bigint of micro-dollars (1 USD = 1,000,000). Decimal strings appear only at the edges;
 * a float never holds an amount, because 0.1 + 0.2 is not 0.3.
 */
const MICROS_PER_USD = 1_000_000n;
const BASIS_POINTS = 10_000n;
const DECIMAL = /^(\d{1,12})(?:\.(\d{0,18}))?$/;
const MAX_FRACTION = 18;

export type Rounding = "up" | "exact";

/** An exact non-negative decimal as a fraction: value = numerator / 10^scale. */
interface Decimal {
  numerator: bigint;
  scale: number;
}

function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const fraction = match[2] ?? "";
  return { numerator: BigInt(`${match[1]}${fraction}`), scale: Math.min(fraction.length, MAX_FRACTION) };
}

/**
 * Parses a plain non-negative decimal ("0.0035") of `unitMicros` micro-dollars a unit.
 * Returns undefined for anything else: signs, exponents, blanks, more than 18 decimals.
 * "up" rounds a remainder up (costs, prices); "exact" refuses one.
 */
export function parseUsd(text: string, rounding: Rounding): bigint | undefined {
  const decimal = parseDecimal(text);
  if (!decimal) return undefined;
  return divide(decimal.numerator * MICROS_PER_USD, 10n ** BigInt(decimal.scale), rounding);
}

/**
 * Converts an amount in another currency to micro-dollars, rounded up.
 * `usdPerUnit` is the decimal string of PROVIDER_<NAME>_USD_RATE; `subunits` is 100 where `text` counts cents.
 */
export function toMicrosAtRate(text: string, usdPerUnit: string, subunits = 1): bigint | undefined {
  const amount = parseDecimal(text);
  const rate = parseDecimal(usdPerUnit);
  if (!amount || !rate) return undefined;
  const scale = 10n ** BigInt(amount.scale + rate.scale) * BigInt(subunits);
  return divide(amount.numerator * rate.numerator * MICROS_PER_USD, scale, "up");
}

function divide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint | undefined {
  const quotient = numerator / denominator;
  const isWhole = quotient * denominator === numerator;
  if (isWhole) return quotient;
  return rounding === "up" ? quotient + 1n : undefined;
}

/** "$0.2906": exact, at least two decimals, no trailing zeros beyond them; "-$0.05" below zero. */
export function formatUsd(micros: bigint): string {
  return micros < 0n ? `-$${plainUsd(-micros)}` : `$${plainUsd(micros)}`;
}

/** "0.2906": the decimal string that {@link parseUsd} reads back exactly. */
export function plainUsd(micros: bigint): string {
  const sign = micros < 0n ? "-" : "";
  const absolute = micros < 0n ? -micros : micros;
  const fraction = (absolute % MICROS_PER_USD)
    .toString()
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return `${sign}${absolute / MICROS_PER_USD}.${fraction}`;
}

/** `amount` plus `basisPoints`/10,000 of it, rounded up to the next micro-dollar. */
export function addBasisPointsUp(amountMicros: bigint, basisPoints: bigint): bigint {
  const scaled = amountMicros * (BASIS_POINTS + basisPoints);
  return ceilDivide(scaled, BASIS_POINTS);
}

/** Division of non-negative bigints, rounded up. */
export function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

/** Rounds up to a multiple of `stepMicros`. */
export function roundUpTo(amountMicros: bigint, stepMicros: bigint): bigint {
  return ceilDivide(amountMicros, stepMicros) * stepMicros;
}

import { plainUsd } from "../../core/money.ts";

/**
 * A URL below a base that an operator typed: with or without a slash at the end, perhaps with a query of its own, which
 * is kept. Parameters that are undefined are left out.
 */
export function urlUnder(
  base: string,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): URL {
  const url = new URL(base);
  if (path !== "") url.pathname = `${url.pathname.replace(/\/+$/, "")}/${path}`;
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

/** Letters, digits and what ids are joined with; no separator, and nothing that a proxy could take for one. */
const SEGMENT = /^[\w.:~+=-]{1,128}$/;

/**
 * An id or slug as one segment of a path, escaped. Undefined: it could lead to another path, so nothing may be asked for
 * it. Ids and slugs come from upstreams, which are not to choose what our key is used for.
 */
export function pathSegment(value: string): string | undefined {
  if (!SEGMENT.test(value) || value === "." || value.includes("..")) return undefined;
  return encodeURIComponent(value);
}

/**
 * A ceiling in micro-dollars as a decimal of the upstream's currency, rounded down: what we send must never allow a cent
 * more than we mean. `usdRate` is the decimal string of PROVIDER_<NAME>_USD_RATE.
 */
export function ceilingIn(ceilingMicros: bigint, usdRate: string): string {
  const [whole = "0", fraction = ""] = usdRate.split(".");
  const rate = BigInt(`${whole}${fraction}`);
  const micros = rate === 0n ? 0n : (ceilingMicros * 10n ** BigInt(fraction.length)) / rate;
  return plainUsd(micros);
}

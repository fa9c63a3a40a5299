import { plainUsd } from "../../core/money.ts";

/**
 * Builds a URL below the operator's base URL. The base may end with a slash and may have a query, which is kept. Undefined
 * parameters are left out.
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

/** Characters of ids and slugs. No "/" and nothing that a proxy could decode into one. */
const SEGMENT = /^[\w.:~+=-]{1,128}$/;

/**
 * An id or slug as one escaped path segment. Undefined: it could change the path, so no request may be sent. Ids and slugs
 * come from upstreams, and an upstream must not choose which path we call with our key.
 */
export function pathSegment(value: string): string | undefined {
  if (!SEGMENT.test(value) || value === "." || value.includes("..")) return undefined;
  return encodeURIComponent(value);
}

/**
 * A ceiling in micro-dollars as a decimal in the upstream's currency, rounded down so that it never allows a higher price.
 * `usdRate` is the decimal string of PROVIDER_<NAME>_USD_RATE.
 */
export function ceilingIn(ceilingMicros: bigint, usdRate: string): string {
  const [whole = "0", fraction = ""] = usdRate.split(".");
  const rate = BigInt(`${whole}${fraction}`);
  const micros = rate === 0n ? 0n : (ceilingMicros * 10n ** BigInt(fraction.length)) / rate;
  return plainUsd(micros);
}

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

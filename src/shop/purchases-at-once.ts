import type { Config } from "./config/config.ts";

/** No connection is kept for a purchase, and the system bounds how many are opened at once. */
const MAX_PURCHASES_AT_ONCE = 32;

/**
 * Two seconds' worth of requests: enough to use the whole budget of a provider that takes so long to answer, and few enough
 * that none waits for its place in the budget until it is refused, even with several replicas.
 */
export function purchasesAtOnce(config: Config, provider: string): number {
  const rate = config.providers.find(({ name }) => name === provider)?.requestsPerSecond ?? 1;
  return Math.min(Math.max(Math.ceil(2 * rate), 1), MAX_PURCHASES_AT_ONCE);
}

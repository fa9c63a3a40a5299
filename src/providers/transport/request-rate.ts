import type { RateRule } from "../../db/queries/provider-gates.ts";

/** A lowered rate gains the configured rate within this time: slowly, because every try that is too fast costs a pause. */
const RISE_SECONDS = 300;
/** Every five seconds a request at least: an upstream that refuses even those is closed by its circuit. */
const SLOWEST_RATE = 0.2;

/** How the rate of a provider with this configured rate falls and rises. */
export function rateRule(ceiling: number): RateRule {
  return { ceiling, floor: Math.min(ceiling, SLOWEST_RATE), risePerSecond: ceiling / RISE_SECONDS };
}

import { type PriceStep, priceSteps } from "./pricing.ts";

/** The setting that holds the shop's step. */
export const PRICE_STEP = "desk.price_step";

/** The stored step; the default where none is stored, or one that this version does not know. */
export function priceStepOf(stored: string | undefined): PriceStep {
  return priceSteps.find((step) => step === stored) ?? "0.01";
}

import type { PriceStep } from "../../core/price-step.ts";

/** 1250 basis points as "12.5 %". */
export function percent(basisPoints: bigint): string {
  return `${(Number(basisPoints) / 100).toString()} %`;
}

/** What the desk calls a step. */
export function stepName(step: PriceStep): string {
  if (step === "nine") return "a price that ends in 9";
  return step === "0.01" ? "$0.01 ($0.001 below ten cents)" : `$${step}`;
}

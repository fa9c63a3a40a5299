/** What prices are rounded up to, in dollars. "0.01": a tenth of a cent below ten cents. "nine": the last digit is a 9. */
export const priceSteps = ["0.01", "0.05", "0.10", "nine"] as const;
export type PriceStep = (typeof priceSteps)[number];

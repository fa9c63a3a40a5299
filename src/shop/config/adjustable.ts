import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import * as field from "./fields.ts";

/**
 * The settings that owners may also change at the desk, while the shop runs; the same types check both. Never here: keys,
 * tokens, addresses, ADMIN_IDS, the database, and what opens the blocklist.
 */

/** What applies where neither the desk nor the environment says anything, as it would be typed; null: nothing. */
export const standards = {
  MARKUP_PERCENT: "30",
  MIN_PROFIT_USD: "0.02",
  PRICE_STEP: "0.01",
  STAR_VALUE_USD: "0.013",
  MAX_OPEN_ORDERS: "5",
  PURCHASES_PER_HOUR: "20",
  CANCELS_PER_HOUR: "10",
  NEW_BUYER_ORDERS_PER_DAY: "10",
  SUPPORT_CAP_USD: "0",
  ACCOUNTANT_CAP_USD: "50",
  REMIND_AFTER_MINUTES: "30",
  QUIET_HOURS: "off",
  ALERT_HOURS_LEFT: "12",
  ALERT_DELIVERY_PERCENT: "50",
  ALERT_PRICE_RISE_PERCENT: "25",
  ALERT_NO_NUMBERS_PERCENT: "80",
  SHOP_ZONE: "UTC",
  REPORT_HOUR: "9",
  SUPPORT_CONTACT: null,
  SMS_RETENTION_HOURS: "24",
} as const;

export type AdjustableName = keyof typeof standards;

export const adjustableFields = {
  MARKUP_PERCENT: field.percent.prefault(standards.MARKUP_PERCENT),
  MIN_PROFIT_USD: field.usd({ allowZero: true }).prefault(standards.MIN_PROFIT_USD),
  PRICE_STEP: field.priceStep.prefault(standards.PRICE_STEP),
  STAR_VALUE_USD: field.usd({ allowZero: false }).prefault(standards.STAR_VALUE_USD),
  MAX_OPEN_ORDERS: field.wholeNumber(1, 1000).prefault(standards.MAX_OPEN_ORDERS),
  PURCHASES_PER_HOUR: field.wholeNumber(1, 10_000).prefault(standards.PURCHASES_PER_HOUR),
  CANCELS_PER_HOUR: field.wholeNumber(1, 10_000).prefault(standards.CANCELS_PER_HOUR),
  NEW_BUYER_ORDERS_PER_DAY: field.wholeNumber(1, 10_000).prefault(standards.NEW_BUYER_ORDERS_PER_DAY),
  SUPPORT_CAP_USD: field.usd({ allowZero: true }).prefault(standards.SUPPORT_CAP_USD),
  ACCOUNTANT_CAP_USD: field.usd({ allowZero: true }).prefault(standards.ACCOUNTANT_CAP_USD),
  REMIND_AFTER_MINUTES: field.wholeNumber(1, 10_080).prefault(standards.REMIND_AFTER_MINUTES),
  QUIET_HOURS: field.quietHours.prefault(standards.QUIET_HOURS),
  ALERT_HOURS_LEFT: field.wholeNumber(1, 168).prefault(standards.ALERT_HOURS_LEFT),
  ALERT_DELIVERY_PERCENT: field.wholeNumber(1, 100).prefault(standards.ALERT_DELIVERY_PERCENT),
  ALERT_PRICE_RISE_PERCENT: field.wholeNumber(1, 1_000).prefault(standards.ALERT_PRICE_RISE_PERCENT),
  ALERT_NO_NUMBERS_PERCENT: field.wholeNumber(1, 99).prefault(standards.ALERT_NO_NUMBERS_PERCENT),
  SHOP_ZONE: field.zone.prefault(standards.SHOP_ZONE),
  REPORT_HOUR: field.wholeNumber(0, 23).prefault(standards.REPORT_HOUR),
  SUPPORT_CONTACT: z.string().trim().max(128, { error: "must be at most 128 characters" }).optional(),
  SMS_RETENTION_HOURS: field.wholeNumber(1, 8760).prefault(standards.SMS_RETENTION_HOURS),
};

const schema = z.object(adjustableFields);

/** The parsed values: money is micro-dollars, a percentage is basis points. */
export type AdjustableValues = z.output<typeof schema>;

/** Values as they are typed. What is left out has its standard. */
export type AdjustableTexts = { readonly [Name in AdjustableName]?: string };

export const adjustableNames = Object.keys(standards).filter(isAdjustable);

export function isAdjustable(name: string): name is AdjustableName {
  return Object.hasOwn(standards, name);
}

/** Why this text is no value of the setting; undefined: it is one. */
export function problemWith(name: AdjustableName, text: string): string | undefined {
  const outcome = adjustableFields[name].safeParse(text);
  return outcome.success ? undefined : (outcome.error.issues[0]?.message ?? "is not understood");
}

/** Whether both texts mean the same, as "30" and "30.0" do. Both are values of the setting. */
export function isSameValue(name: AdjustableName, a: string, b: string): boolean {
  return isDeepStrictEqual(adjustableFields[name].parse(a), adjustableFields[name].parse(b));
}

/** Throws a ZodError for texts that are no values: ask {@link problemWith} first. */
export function parseAdjustable(texts: AdjustableTexts): AdjustableValues {
  return schema.parse(texts);
}

/** The settings of the list that the environment names. */
export function adjustableIn(variables: Readonly<Record<string, string>>): AdjustableTexts {
  const named = adjustableNames.flatMap((name) => {
    const text = variables[name]?.trim();
    return text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(named);
}

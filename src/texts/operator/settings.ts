import { escapeHtml } from "../html.ts";

interface SettingText {
  readonly label: string;
  readonly unit: string;
  readonly help: string;
}

/** The settings by their environment variables. */
const about: Readonly<Record<string, SettingText>> = {
  MARKUP_PERCENT: {
    label: "Markup",
    unit: " %",
    help: "Added to the provider's cost where no price rule says otherwise.",
  },
  MIN_PROFIT_USD: {
    label: "Least profit",
    unit: " $",
    help: "The least that one order must bring, where no price rule says otherwise.",
  },
  PRICE_STEP: {
    label: "Rounding of prices",
    unit: "",
    help: "Prices are rounded up to a step of 0.01, 0.05 or 0.10 dollars, or so that they end with a 9 (nine).",
  },
  STAR_VALUE_USD: { label: "Value of a Star", unit: " $", help: "The balance that one Star buys." },
  MAX_OPEN_ORDERS: { label: "Open orders", unit: "", help: "How many orders one buyer may have open." },
  PURCHASES_PER_HOUR: { label: "Purchases an hour", unit: "", help: "The most that one buyer may make." },
  CANCELS_PER_HOUR: { label: "Cancels an hour", unit: "", help: "The most that one buyer may make." },
  NEW_BUYER_ORDERS_PER_DAY: {
    label: "Orders of a new buyer",
    unit: "",
    help: "The most that a buyer may make in their first 24 hours.",
  },
  SUPPORT_CAP_USD: {
    label: "Support may move",
    unit: " $ a day",
    help: "What one person of the support may move by hand in 24 hours: adjustments and refunds. 0: nothing.",
  },
  ACCOUNTANT_CAP_USD: {
    label: "Accountants may move",
    unit: " $ a day",
    help: "What one accountant may move by hand in 24 hours: adjustments and refunds. 0: nothing.",
  },
  REMIND_AFTER_MINUTES: {
    label: "Remind after",
    unit: " min",
    help: "A receipt or a question that has waited so long is told to those who may decide it, once.",
  },
  QUIET_HOURS: {
    label: "Quiet hours",
    unit: "",
    help: "Alerts about trade wait meanwhile, unless they cannot: 22-8 by the shop's clock, 22-8 Europe/Berlin by another, or off.",
  },
  ALERT_HOURS_LEFT: {
    label: "Money runs out",
    unit: " h left",
    help: "Owners are told when a provider's balance lasts for fewer hours, as it sells now.",
  },
  ALERT_DELIVERY_PERCENT: {
    label: "Delivery fell under",
    unit: " % of usual",
    help: "Owners are told when a provider delivers less in 6 hours than this share of what it does in 7 days.",
  },
  ALERT_PRICE_RISE_PERCENT: {
    label: "Price rose by over",
    unit: " %",
    help: "Owners are told when what sells best costs so much more than in the last 7 days.",
  },
  ALERT_NO_NUMBERS_PERCENT: {
    label: "No numbers in over",
    unit: " % of tries",
    help: "Owners are told when so many tries at a provider in 30 minutes found no number.",
  },
  SHOP_ZONE: {
    label: "Time zone",
    unit: "",
    help: "Where a day of the shop begins at midnight, such as Europe/Berlin. Figures of days that are over are counted anew after a change.",
  },
  REPORT_HOUR: {
    label: "Daily report at",
    unit: ":00",
    help: "The hour of the shop's clock, from 0 to 23, at which yesterday's report is sent.",
  },
  SUPPORT_CONTACT: {
    label: "Contact",
    unit: "",
    help: "Whom buyers may write to, as /terms, /privacy and /paysupport show it.",
  },
  SMS_RETENTION_HOURS: {
    label: "SMS are kept",
    unit: " h",
    help: "Codes and texts of SMS are deleted so long after they came.",
  },
};

/** The screen of settings. */
export const settingTexts = {
  entry: "⚙ Settings",
  intro: "What the desk says comes before the environment, and the environment before the default.",
  label: (name: string): string => about[name]?.label ?? name,
  help: (name: string): string => escapeHtml(about[name]?.help ?? ""),
  value: (name: string, value: string | null): string =>
    value === null ? "not set" : `${value}${about[name]?.unit ?? ""}`,
  change: "✎ Change",
  reset: "↺ Reset",
  prompt: (name: string, value: string | null): string =>
    `${escapeHtml(about[name]?.label ?? name)}: send the new value, without its unit. Now: ${escapeHtml(value ?? "not set")}`,
  again: (problem: string): string => `The value ${escapeHtml(problem)}.`,
} as const;

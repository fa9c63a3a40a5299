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
  quietHours: "🔌 Quiet hours…",
  rounding: "🏷 Rounding of prices…",
  change: "✎ Change",
  reset: "↺ Reset",
  prompt: (name: string, value: string | null): string =>
    `${escapeHtml(about[name]?.label ?? name)}: send the new value, without its unit. Now: ${escapeHtml(value ?? "not set")}`,
  again: (problem: string): string => `The value ${escapeHtml(problem)}.`,
} as const;

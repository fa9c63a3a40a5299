import type { Supplier } from "./outside.ts";

const terms = { cancelAfterMs: 20_000, lifetimeMs: 200_000 };
/**
 * What the shop goes by where the supplier did not say, also because the answer to the purchase was lost: as long as in
 * reality, and a little longer than the shop waits.
 */
const HANDLER_LIFETIME_MS = 1_200_000;
const TEMPCODE77_LIFETIME_MS = 1_200_000;
const FIVESIM_LIFETIME_MS = 900_000;
const UNTOLD_LIFETIME_MS = 330_000;

/** Every protocol. What each sells is chosen so that each is the cheapest of something; oxgel is where many fall back to. */
export const suppliers: Readonly<Record<string, Supplier>> = {
  // OpenAI is its alone; without a list, what became of a purchase in doubt is told by its balance.
  oxgel: { protocol: "oxgel", ...terms, sells: ({ serviceCode }) => !["go", "ig"].includes(serviceCode) },
  herosms: {
    protocol: "handler-api",
    dialect: "herosms",
    ...terms,
    lifetimeMs: HANDLER_LIFETIME_MS,
    sells: ({ serviceCode }) => ["wa", "tg"].includes(serviceCode),
  },
  // handler_api as it is where nothing is known of a dialect: TikTok, no lists, status words only.
  simple: {
    protocol: "handler-api",
    ...terms,
    lifetimeMs: HANDLER_LIFETIME_MS,
    sells: ({ serviceCode }) => serviceCode === "lf",
  },
  // The cheapest of all, in Indonesia.
  gateway: {
    protocol: "push-gateway",
    ...terms,
    lifetimeMs: UNTOLD_LIFETIME_MS,
    sells: ({ countryCode }) => countryCode === "4",
  },
  // Numbers of India only.
  otpbuddy: { protocol: "otpbuddy", ...terms, lifetimeMs: UNTOLD_LIFETIME_MS },
  // Google is its alone. It charges with the SMS, and cancels even then.
  tempcode77: {
    protocol: "tempcode77",
    cancelAfterMs: 0,
    lifetimeMs: TEMPCODE77_LIFETIME_MS,
    sells: ({ serviceCode }) => serviceCode === "google",
  },
  // Instagram is its alone.
  fivesim: {
    protocol: "fivesim",
    cancelAfterMs: 0,
    lifetimeMs: FIVESIM_LIFETIME_MS,
    sells: ({ serviceCode }) => serviceCode === "instagram",
  },
};
/** Those whose list lets a purchase in doubt be found again. */
export const listed = ["herosms", "tempcode77", "fivesim"];
/** What buyers ask for: something of each supplier. */
export const wanted = [
  "whatsapp uk",
  "telegram poland",
  "google poland",
  "openai usa",
  "tiktok uk",
  "whatsapp india",
  "whatsapp indonesia",
  "instagram uk",
];

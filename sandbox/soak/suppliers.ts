import type { Supplier } from "./outside.ts";

const terms = { cancelAfterMs: 20_000, lifetimeMs: 200_000 };
/** What the shop goes by where the supplier does not say: as long as in reality, and a little longer than the shop waits. */
const HANDLER_LIFETIME_MS = 1_200_000;
const GATEWAY_LIFETIME_MS = 330_000;
export const suppliers: Readonly<Record<string, Supplier>> = {
  // OpenAI is its alone; without a list, what became of a purchase in doubt is told by its balance.
  oxgel: { protocol: "oxgel", ...terms },
  herosms: {
    protocol: "handler-api",
    dialect: "herosms",
    ...terms,
    lifetimeMs: HANDLER_LIFETIME_MS,
    sells: ({ serviceCode }) => serviceCode !== "dr",
  },
  // The cheapest of all, in India.
  gateway: {
    protocol: "push-gateway",
    ...terms,
    lifetimeMs: GATEWAY_LIFETIME_MS,
    sells: ({ countryCode }) => countryCode === "3",
  },
};
/** Those whose list lets a purchase in doubt be found again. */
export const listed = ["herosms"];

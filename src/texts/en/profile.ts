import type { ProfileTexts } from "../subjects/profile.ts";

export const profile: ProfileTexts = {
  commands: {
    buy: "Buy a number",
    orders: "Your orders",
    balance: "Balance and transactions",
    topup: "Add money",
    promo: "Promo code or voucher",
    help: "How it works",
  },
  botName: "Numbers for codes",
  description:
    "Phone numbers for one-time codes. Choose a service and a country, get a number, and the code arrives in this chat. You pay only if a code arrives.",
  shortDescription: "Phone numbers for one-time codes. You pay only if a code arrives.",
};

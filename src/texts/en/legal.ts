import { counted } from "../plural.ts";
import type { LegalTexts } from "../subjects/legal.ts";

export const legal: LegalTexts = {
  privacy: ({ hours, contact }) =>
    [
      "<b>Privacy</b>",
      "We keep your Telegram id, your @name and first name there, your language, your orders and your payments. Nothing else about you.",
      `SMS texts and codes are deleted ${counted("en", hours, { one: "hour", other: "hours" })} after they arrive.`,
      "Payments and order records stay as long as the law and bookkeeping need them.",
      "Suppliers see the service and country that you order, never who you are.",
      "If you delete your data, we keep a keyed hash in place of your Telegram id, with any ban, refund mark or debt, the promo codes that you used, and for 48 hours how often you ordered, so that nobody gets rid of these by it. Of payment receipts only digests stay.",
      contact ? `Questions: ${contact}` : "",
      "You can delete your data with the button below.",
    ]
      .filter((line) => line !== "")
      .join("\n"),
  terms: ({ version, contact }) =>
    [
      `<b>Terms</b> (version ${version})`,
      "1. You rent a phone number for a short time to receive SMS. It is not yours to keep.",
      "2. The price is held when you order and charged when the first SMS arrives. If none arrives, it is released.",
      "3. Balance is for numbers in this shop. For a payment problem write to /paysupport.",
      "4. Do not use numbers for fraud, spam, banking, or to pretend to be someone else. Such accounts are closed.",
      "5. Follow the rules of the services that you register with, and your local law.",
      "6. Whether an app accepts a number is up to that app. An order without a code costs nothing.",
      contact ? `7. Contact: ${contact}` : "",
    ]
      .filter((line) => line !== "")
      .join("\n"),
};

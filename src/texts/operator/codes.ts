import { code } from "../html.ts";

/** Vouchers and promo codes, as the desk says it. HTML, in English only. */
export const codeTexts = {
  entry: "🎟 Codes",
  none: "No codes yet.",
  vouchers: "+ Vouchers",
  vouchersPrompt: [
    "What is a voucher worth, in dollars, and how many? For example:",
    "<i>5 x 20</i> – twenty vouchers of $5",
    "<i>2.50 x 1 uses 100 days 7 new</i> – one that a hundred people may use, within 7 days, new buyers only",
    "Left out: one voucher, once, 30 days, every buyer.",
  ].join("\n"),
  vouchersWrong:
    "Not understood. Like <i>5 x 20</i> or <i>2.50 x 1 uses 100 days 7 new</i>: at most $1000 a voucher, 500 vouchers, 365 days. No comma.",
  promo: "+ Promo code",
  promoPrompt: [
    "The code, and what it gives. For example:",
    "<i>SUMMER 15%</i> – 15 % off the next purchase",
    "<i>SUMMER 15% buys 3 uses 200 days 14 for whatsapp germany</i> – off three purchases, for 200 people",
    "<i>WELCOME $2 min 10 new</i> – $2 with a top-up of at least $10, new buyers only",
    "Left out: one purchase, 100 people, 30 days, every buyer, everything on sale.",
    "A price never goes below cost, unless you add <i>lose 0.05</i>: what a purchase may lose.",
  ].join("\n"),
  promoWrong:
    "Not understood. Like <i>SUMMER 15% buys 3 uses 200 days 14</i> or <i>WELCOME $2 min 10 new</i>: 3 to 32 letters and digits, 1 to 50 %, at most $1000, 365 days. No comma.",
  scopeWrong:
    "After <i>for</i> comes one service, one country, or both; what is typed there means nothing, or several things.",
  file: "⬇ File with the codes",
  fileCaption: (count: number): string =>
    `${count} codes. They are shown this once: the shop keeps only what it needs to know them again.`,
  newFile: "🔁 New codes, new file",
  stop: "⏹ Stop",
  extend: "Extend…",
  extendPrompt: "By how many days? 1 to 365.",
  extendWrong: "A whole number from 1 to 365.",
  link: (botName: string, name: string): string => `Link: ${code(`https://t.me/${botName}?start=p_${name}`)}`,
} as const;

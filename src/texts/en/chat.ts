import { counted } from "../plural.ts";
import type { ChatTexts } from "../subjects/chat.ts";

export const chat: ChatTexts = {
  labels: {
    buy: "Buy a number",
    orders: "Orders",
    balance: "Balance",
    topup: "Top up",
    help: "Help",
    settings: "Settings",
    home: "Home",
    back: "Back",
    previous: "Previous",
    next: "Next",
    notNow: "Not now",
    tryAgain: "Try again",
    openPrivateChat: "Open private chat",
    support: "Support",
  },
  toasts: {
    stale: "That button has expired. Here is the current menu.",
    writePrivately: "Message me privately.",
    newsOff:
      "No more news of the shop. Codes and payments are told as before. /settings turns news on again.",
  },
  messages: {
    welcome:
      "Welcome! Pick a service and a country, get a phone number, and the code arrives right here. You pay only if a code arrives.",
    home: ({ available, openOrders }) =>
      `Balance ${available}\n${openOrders === 0 ? "No open orders." : `You have ${counted("en", openOrders, { one: "open order", other: "open orders" })}.`}`,
    help: [
      "<b>How it works</b>",
      "1. /buy, or type a service and a country: whatsapp uk",
      "2. Tap Get number and enter the number in the app.",
      "3. The code arrives here. You pay only then.",
      "",
      "No code? The money comes back by itself when the time is up, or at once when you cancel.",
      "",
      "/orders your numbers · /balance your money · /topup add money · /promo a code · /settings language",
      "/paysupport help from a person · /terms · /privacy",
    ].join("\n"),
    page: ({ page, pageCount }) => `Page ${page} of ${pageCount}`,
    group:
      "I only sell in a private chat, so that nobody else sees your numbers and codes. Message me privately.",
    unknown: "I did not get that. Type a service and a country, like <b>whatsapp uk</b>, or use a button.",
    onlyText: "I can only read text. Type a service and a country, like <b>whatsapp uk</b>, or use a button.",
    slowDown: "That is faster than I can answer, so I left some of it out. Please slow down.",
    somethingWrong: "Something went wrong. Check /orders before trying again.",
  },
};

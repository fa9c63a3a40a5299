import { money } from "../../texts/html.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Card, lines, linkButton, tap } from "./card.ts";

/** The first screen: where the buyer stands and where to go. */
export function homeCard(
  texts: Texts,
  view: { availableMicros: bigint; openOrders: number },
  isGreeting: boolean,
): Card {
  const { labels, messages } = texts;
  const status = messages.home({ available: money(view.availableMicros), openOrders: view.openOrders });
  return {
    text: lines(isGreeting && messages.welcome, status),
    keyboard: [
      [tap(labels.buy, { kind: "services", page: 0, sort: "popular" })],
      [
        tap(labels.orders, { kind: "orders", page: 0, isOpenOnly: false }),
        tap(labels.balance, { kind: "balance", page: 0 }),
      ],
      [tap(labels.topup, { kind: "topup" }), tap(labels.settings, { kind: "settings" })],
      [tap(labels.help, { kind: "help" }), tap(labels.support, { kind: "support" })],
    ],
  };
}

/** A text with the ways on from it. */
export function noticeCard(texts: Texts, text: string): Card {
  return {
    text,
    keyboard: [
      [
        tap(texts.labels.browse, { kind: "services", page: 0, sort: "popular" }),
        tap(texts.labels.home, { kind: "home" }),
      ],
    ],
  };
}

/** Under the buyer's own message: is it for the shop, or was it meant as a search? */
export function sendToShopCard(texts: Texts): Card {
  const { labels, messages } = texts;
  return {
    text: messages.disputeAsk,
    keyboard: [
      [tap(labels.sendToShop, { kind: "sendToShop" }), tap(labels.searchThis, { kind: "searchThis" })],
      [tap(labels.notNow, { kind: "leaveQuestion" })],
    ],
  };
}

export function helpCard(texts: Texts): Card {
  return noticeCard(texts, texts.messages.help);
}

export function groupCard(texts: Texts, botUsername: string): Card {
  return {
    text: texts.messages.group,
    keyboard: [[linkButton(texts.labels.openPrivateChat, `https://t.me/${botUsername}`)]],
  };
}

export function forgetCard(texts: Texts, step: "ask" | "sure", availableMicros: bigint): Card {
  const { labels, messages } = texts;
  const isAsk = step === "ask";
  return {
    text: isAsk ? messages.forgetAsk({ available: money(availableMicros) }) : messages.forgetSure,
    keyboard: [
      [tap(labels.keepMyData, { kind: "keep" })],
      [
        tap(
          isAsk ? labels.deleteMyData : labels.yesDelete,
          { kind: isAsk ? "forgetSure" : "forgetNow" },
          "danger",
        ),
      ],
    ],
  };
}

export function privacyCard(texts: Texts, text: string): Card {
  const { labels } = texts;
  return {
    text,
    keyboard: [
      [tap(labels.deleteMyData, { kind: "forgetAsk" }, "danger"), tap(labels.home, { kind: "home" })],
    ],
  };
}

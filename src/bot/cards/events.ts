import type { CountryOffer } from "../../catalog/catalog.ts";
import { formatUsd } from "../../core/money.ts";
import type { OrderSms } from "../../orders/orders.ts";
import { bold, code, type Html, money } from "../../texts/html.ts";
import { ltrIn, rlmIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Card, copyButton, lines, productLine, productName, productTitle, quoted, tap } from "./card.ts";
import { offerLabel, productLabel } from "./label.ts";
import { copyLabel, formatPhone, type NamedOrder } from "./order.ts";

const MAX_SMS_TEXT = 1000;

/** A code arrived: the message that rings. What can be done with the number is on the order's card, and only there. */
export function codeEventCard(
  texts: Texts,
  named: NamedOrder,
  event: { sms: OrderSms; charged: Html | null; available: Html },
): Card {
  const { labels, messages } = texts;
  const { order, service, country } = named;
  const { sms } = event;
  const isPurged = sms.code === null && sms.text === null;
  const buyAgain = tap(labels.buyAgain, {
    kind: "confirm",
    serviceId: order.serviceId,
    countryId: order.countryId,
  });
  return {
    text: lines(
      sms.code !== null && `${rlmIn(texts.language)}${ltrIn(texts.language, bold(code(sms.code)))}`,
      order.phone === null
        ? productLine(texts, service, country)
        : `${productLine(texts, service, country)} · ${ltrIn(texts.language, code(formatPhone(order.phone)))}`,
      isPurged && messages.smsPurged,
      sms.text !== null &&
        sms.text !== sms.code &&
        `<blockquote expandable>${quoted(sms.text, MAX_SMS_TEXT)}</blockquote>`,
      messages.codeEvent({ charged: event.charged, available: event.available }),
    ),
    keyboard: [...(sms.code ? [[copyButton(copyLabel(texts, sms.code), sms.code)]] : []), [buyAgain]],
  };
}

/** No code, or no number: what came back, and what to try instead. */
export function endedEventCard(
  texts: Texts,
  named: NamedOrder,
  event: { text: string; alternatives: readonly CountryOffer[]; newPriceMicros: bigint | null },
): Card {
  const { labels } = texts;
  const { service, country, order } = named;
  // A price that moved is named on the button that leads to agreeing to it.
  const again =
    event.newPriceMicros === null
      ? labels.sameAgain
      : productLabel({ service, country, price: formatUsd(event.newPriceMicros) }, (what) => what);
  const serviceId = service.id;
  const tries = event.alternatives.map((offer) => [
    tap(offerLabel(texts, offer, labels.tryCountry), {
      kind: "confirm",
      serviceId,
      countryId: offer.country.id,
    }),
  ]);
  return {
    text: lines(productTitle(texts, service, country), event.text),
    keyboard: [
      ...tries,
      [
        tap(again, { kind: "confirm", serviceId, countryId: order.countryId }),
        tap(labels.notNow, { kind: "dismiss" }),
      ],
    ],
  };
}

/** An SMS came after the release: what it would cost to see it. */
export function lateSmsCard(texts: Texts, named: NamedOrder, available: Html): Card {
  const { labels, messages } = texts;
  const { order, service, country } = named;
  const price = money(order.priceMicros);
  return {
    text: messages.lateSms({ product: productName(service, country), price, available }),
    keyboard: [
      [tap(labels.showLate(price), { kind: "payLate", orderId: order.id }, "primary")],
      [tap(labels.notNow, { kind: "dismiss" })],
    ],
  };
}

/** A product that was sold out can be had again. */
export function backInStockCard(texts: Texts, product: Pick<NamedOrder, "service" | "country">): Card {
  const { labels, messages } = texts;
  const { service, country } = product;
  const label = productLabel({ service, country }, labels.getThis);
  return {
    text: messages.backInStock({ product: productName(service, country) }),
    keyboard: [[tap(label, { kind: "confirm", serviceId: service.id, countryId: country.id }, "primary")]],
  };
}

/** Something happened to an order that stays open: its card is one tap away. */
export function orderNewsCard(texts: Texts, named: NamedOrder, text: string): Card {
  const label = productLabel(named, texts.labels.openOrder);
  return { text, keyboard: [[tap(label, { kind: "order", orderId: named.order.id })]] };
}

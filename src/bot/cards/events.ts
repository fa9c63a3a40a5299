import type { CountryOffer } from "../../catalog/catalog.ts";
import type { OrderSms } from "../../orders/orders.ts";
import { bold, code, type Html, money } from "../../texts/html.ts";
import { ltrIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import {
  type Card,
  copyButton,
  lines,
  productName,
  productTitle,
  quoted,
  shortProduct,
  tap,
} from "./card.ts";
import { alternativeText } from "./catalog.ts";
import { formatPhone, type NamedOrder } from "./order.ts";

const MAX_SMS_TEXT = 1000;

/** A code arrived: the message that rings. */
export function codeEventCard(
  texts: Texts,
  named: NamedOrder,
  event: { sms: OrderSms; charged: Html | null; available: Html },
): Card {
  const { labels, messages } = texts;
  const { order, service, country } = named;
  const { sms } = event;
  const isPurged = sms.code === null && sms.text === null;
  const orderId = order.id;
  const buyAgain = tap(labels.buyAgain, {
    kind: "confirm",
    serviceId: order.serviceId,
    countryId: order.countryId,
  });
  const acts = [
    ...(order.actions.another ? [tap(labels.another, { kind: "another", orderId })] : []),
    buyAgain,
    ...(order.actions.finish ? [tap(labels.done, { kind: "finish", orderId })] : []),
  ];
  return {
    text: lines(
      sms.code !== null && bold(code(sms.code)),
      order.phone === null
        ? productName(service, country)
        : `${productName(service, country)} · ${ltrIn(texts.language, code(formatPhone(order.phone)))}`,
      isPurged && messages.smsPurged,
      sms.text !== null &&
        sms.text !== sms.code &&
        `<blockquote>${quoted(sms.text, MAX_SMS_TEXT)}</blockquote>`,
      messages.codeEvent({ charged: event.charged, available: event.available }),
    ),
    keyboard: [...(sms.code ? [[copyButton(labels.copy(sms.code), sms.code)]] : []), acts],
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
      : `${shortProduct(service, country)} · ${money(event.newPriceMicros)}`;
  const serviceId = service.id;
  const tries = event.alternatives.map((offer) => [
    tap(labels.tryCountry(alternativeText(offer)), {
      kind: "confirm",
      serviceId,
      countryId: offer.country.id,
    }),
  ]);
  return {
    text: lines(productTitle(service, country), event.text),
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
      [tap(labels.showLate(price), { kind: "payLate", orderId: order.id })],
      [tap(labels.notNow, { kind: "dismiss" })],
    ],
  };
}

/** Something happened to an order that stays open: its card is one tap away. */
export function orderNewsCard(texts: Texts, named: NamedOrder, text: string): Card {
  const label = `${shortProduct(named.service, named.country)} · ${texts.messages.orderStates[named.order.state]}`;
  return { text, keyboard: [[tap(label, { kind: "order", orderId: named.order.id })]] };
}

import type { InlineKeyboardButton } from "grammy/types";
import { formatUsd } from "../../core/money.ts";
import type { OrderPage, OrderView } from "../../orders/orders.ts";
import { code, type Html, localTime, money } from "../../texts/html.ts";
import { ltrIn, ownIn, rlmIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import type { OrderMovement } from "../../wallet/reader.ts";
import { type Card, copyButton, inRows, lines, pageLine, pager, productTitle, tap } from "./card.ts";
import { productLabel } from "./label.ts";
import { copyLabel, formatPhone, type NamedOrder, smsLine } from "./order.ts";

const MAX_SMS_SHOWN = 10;
const MAX_SMS_TEXT = 200;

/** /orders: each order is one button with its price, newest first. An open one leads to its card, an ended one to its receipt. */
export function ordersCard(
  texts: Texts,
  list: Pick<OrderPage, "page" | "pageCount" | "openCount" | "isOpenOnly">,
  orders: readonly NamedOrder[],
): Card {
  const { labels, messages } = texts;
  const { openCount, isOpenOnly } = list;
  const other = isOpenOnly ? labels.allOrders : labels.onlyOpen(openCount);
  const title = messages.ordersTitle({ open: openCount });
  return {
    text:
      orders.length === 0 && !isOpenOnly
        ? messages.noOrders
        : lines(title, orders.length > 0 && messages.orderSigns, pageLine(texts, list)),
    keyboard: [
      ...orders.map((named) => [orderButton(named, list.page)]),
      ...pager(texts, list, (page) => ({ kind: "orders", page, isOpenOnly })),
      ...inRows(
        [
          ...(isOpenOnly || openCount > 0
            ? [tap(other, { kind: "orders", page: 0, isOpenOnly: !isOpenOnly })]
            : []),
          ...(orders.length > 0 ? [tap(labels.asFile, { kind: "ordersFile" })] : []),
        ],
        2,
      ),
      [tap(labels.buy, { kind: "services", page: 0, sort: "popular" }), tap(labels.home, { kind: "home" })],
    ],
  };
}

function orderButton({ order, service, country }: NamedOrder, page: number): InlineKeyboardButton {
  const price = formatUsd(order.priceMicros);
  const sign = order.closedAt === null ? "⏳" : isCharged(order) ? "✅" : "▫️";
  const label = productLabel({ service, country, price }, (what) => `${sign} ${what}`);
  const { id: orderId } = order;
  return tap(
    label,
    order.closedAt === null ? { kind: "order", orderId } : { kind: "receipt", orderId, page },
  );
}

/** Whether an ended order was paid: with its code, or later for an SMS that came late (only then that is shown). */
export function isCharged(order: OrderView): boolean {
  return order.state === "finished" || order.sms.length > 0;
}

/** What became of an ended order: when, at what price, which number, and what moved on the balance. */
export function receiptCard(
  texts: Texts,
  named: NamedOrder,
  receipt: {
    readonly movements: readonly OrderMovement[];
    readonly page: number;
    readonly isMasked: boolean;
  },
): Card {
  const { order, service, country } = named;
  const { language, labels, messages } = texts;
  const { serviceId, countryId, phone } = order;
  const shownPhone = phone !== null && code(receipt.isMasked ? maskedPhone(phone) : formatPhone(phone));
  const latest = order.sms.findLast((sms) => sms.code !== null)?.code;
  return {
    text: lines(
      `${productTitle(texts, service, country)} · ${messages.orderStates[order.state]}`,
      shownPhone && `${rlmIn(language)}${ltrIn(language, shownPhone)}`,
      messages.orderedAt({ time: localTime(order.placedAt) }),
      order.closedAt !== null && messages.endedAt({ time: localTime(order.closedAt) }),
      ...receipt.movements.map((movement) => movementLine(texts, movement)),
      ...order.sms.slice(-MAX_SMS_SHOWN).map((sms) => smsLine(texts, sms, MAX_SMS_TEXT)),
    ),
    keyboard: [
      ...(latest ? [[copyButton(copyLabel(texts, latest), latest)]] : []),
      [tap(labels.buyAgain, { kind: "confirm", serviceId, countryId })],
      [
        tap(labels.back, { kind: "orders", page: receipt.page, isOpenOnly: false }),
        tap(labels.home, { kind: "home" }),
      ],
    ],
  };
}

function movementLine(texts: Texts, { kind, amountMicros, at }: OrderMovement): string {
  const { language, messages } = texts;
  const time: Html = localTime(at);
  return `${rlmIn(language)}${ownIn(language, time)} · ${messages.orderMovements[kind]} ${ltrIn(language, money(amountMicros))}`;
}

/** "+4477••••••23": enough to tell two numbers apart, not enough to use one. */
export function maskedPhone(phone: string): string {
  const digits = phone.replace(/\D/g, "");
  const hidden = Math.max(0, digits.length - 6);
  return `+${digits.slice(0, 4)}${"•".repeat(hidden)}${digits.slice(4 + hidden)}`;
}

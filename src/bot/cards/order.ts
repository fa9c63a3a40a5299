import type { InlineKeyboardButton } from "grammy/types";
import type { Catalog, CountryItem, ServiceItem } from "../../catalog/catalog.ts";
import type { OrderSms, OrderView } from "../../orders/orders.ts";
import { heldStates, isEnded, type OrderState } from "../../orders/state.ts";
import { bold, code, money, relativeTime } from "../../texts/html.ts";
import { ltrIn, rlmIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Card, copyButton, inRows, isTooLong, lines, productTitle, quoted, tap } from "./card.ts";
import { fitted, LABEL_WIDTH, labelWidth, shorten } from "./label.ts";

/** An order with the names of what it is for. */
export interface NamedOrder {
  readonly order: OrderView;
  readonly service: ServiceItem;
  readonly country: CountryItem;
}

/** The order with the names that its card shows; a service that is gone from the catalogue is shown by its id. */
export async function nameOrder(
  catalog: Pick<Catalog, "service" | "country">,
  order: OrderView,
  language: string,
): Promise<NamedOrder> {
  const service = (await catalog.service(order.serviceId)) ?? { id: order.serviceId, name: order.serviceId };
  return { order, service, country: catalog.country(order.countryId, language) };
}

const MAX_SMS_SHOWN = 10;
const MAX_SMS_TEXT = 300;
/** Some suppliers give the whole text as the code. */
const MAX_CODE_SHOWN = 100;

/** The one message that shows an order and is edited as it changes. `now` decides only whether a cancel is still locked. */
export function orderCard(texts: Texts, named: NamedOrder, now: Date): Card {
  const { order } = named;
  const full = cardText(texts, named, now, MAX_SMS_TEXT);
  const text = isTooLong(full) ? cardText(texts, named, now, 60) : full;
  return { text, keyboard: orderKeyboard(texts, order) };
}

function cardText(texts: Texts, { order, service, country }: NamedOrder, now: Date, maxSms: number): string {
  const { messages } = texts;
  return lines(
    order.phone !== null &&
      `${rlmIn(texts.language)}${ltrIn(texts.language, code(formatPhone(order.phone)))}`,
    `${productTitle(texts, service, country)} · ${messages.orderStates[order.state]}`,
    order.state === "placing"
      ? messages.placing({ price: money(order.priceMicros) })
      : moneyLine(texts, order),
    timeLine(texts, order, now),
    ...order.sms.slice(-MAX_SMS_SHOWN).map((sms) => smsLine(texts, sms, maxSms)),
  );
}

function moneyLine(texts: Texts, order: OrderView): string {
  const price = money(order.priceMicros);
  const held: readonly OrderState[] = heldStates;
  if (held.includes(order.state)) return texts.messages.held({ price });
  const isCharged =
    order.state === "received" || order.state === "waiting_again" || order.state === "finished";
  return isCharged ? texts.messages.charged({ price }) : texts.messages.released({ price });
}

function timeLine(texts: Texts, order: OrderView, now: Date): string {
  if (isEnded(order.state)) return "";
  const { messages } = texts;
  const isLocked = order.cancelOpensAt !== null && order.cancelOpensAt > now;
  const ends = order.expiresAt !== null && messages.endsAt({ time: relativeTime(order.expiresAt) });
  if (order.state === "cancelling") {
    const queued =
      isLocked && order.cancelOpensAt !== null
        ? messages.cancelQueued({ time: relativeTime(order.cancelOpensAt) })
        : messages.cancelAsked;
    return lines(ends, queued);
  }
  const opens =
    order.actions.cancel && isLocked && order.cancelOpensAt !== null
      ? messages.cancelOpens({ time: relativeTime(order.cancelOpensAt) })
      : "";
  return lines(ends, opens);
}

/** One SMS: its code, and its text as far as there is room. */
export function smsLine(texts: Texts, sms: OrderSms, maxText: number): string {
  if (sms.code === null && sms.text === null) return texts.messages.smsPurged;
  const shown = sms.text === null ? "" : quoted(sms.text, maxText);
  return lines(
    sms.code === null
      ? ""
      : `${rlmIn(texts.language)}${ltrIn(texts.language, bold(code(shorten(sms.code, MAX_CODE_SHOWN))))}`,
    shown === "" ? "" : `<blockquote>${shown}</blockquote>`,
  );
}

/** Buttons follow the order's actions; an ended order has none that could still change it. */
function orderKeyboard(texts: Texts, order: OrderView): InlineKeyboardButton[][] {
  const { labels } = texts;
  const { id: orderId, actions } = order;
  const rows: InlineKeyboardButton[][] = [];
  const latest = order.sms.findLast((sms) => sms.code !== null)?.code;
  if (latest) rows.push([copyButton(copyLabel(texts, latest), latest)]);
  if (order.phone !== null && !isEnded(order.state)) rows.push(...copyPhoneRows(texts, order.phone));
  const acts: InlineKeyboardButton[] = [];
  if (actions.cancel) acts.push(tap(labels.cancel, { kind: "cancel", orderId }));
  if (actions.another) acts.push(tap(labels.another, { kind: "another", orderId }));
  if (actions.finish) acts.push(tap(labels.done, { kind: "finish", orderId }));
  rows.push(...inRows(acts, 2));
  if (isEnded(order.state)) {
    const { serviceId, countryId } = order;
    rows.push([
      tap(labels.buyAgain, { kind: "confirm", serviceId, countryId }),
      tap(labels.home, { kind: "home" }),
    ]);
  }
  return rows;
}

/** The number as apps ask for it: with the country code, and without where we know how long that is. */
function copyPhoneRows(texts: Texts, phone: string): InlineKeyboardButton[][] {
  const full = formatPhone(phone);
  const prefix = callingCode(full.slice(1));
  const rows = [[copyButton(copyLabel(texts, full), full)]];
  const national = prefix === undefined ? "" : full.slice(1 + prefix.length);
  if (national !== "") rows.push([copyButton(copyLabel(texts, national), national)]);
  return rows;
}

/** "Copy 482913". What leaves no room for the word stands alone: the app shows by a sign that the button copies. */
export function copyLabel(texts: Texts, value: string): string {
  const { language, labels } = texts;
  const label = labels.copy(value);
  if (labelWidth(label) <= LABEL_WIDTH) return label;
  return fitted(value, (shown) => `${rlmIn(language)}${ltrIn(language, shown)}`);
}

/**
 * Country calling codes (ITU-T E.164 assignments). One and two digit codes are listed; everything else has three
 * digits, because the plan is prefix-free.
 */
const shortCallingCodes = new Set(
  (
    "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 " +
    "81 82 84 86 90 91 92 93 94 95 98"
  ).split(" "),
);

/** The calling code that these digits begin with; undefined when there are too few of them to be a number. */
function callingCode(digits: string): string | undefined {
  if (!/^[1-9]\d{6,14}$/.test(digits)) return undefined;
  const found = [1, 2]
    .map((length) => digits.slice(0, length))
    .find((prefix) => shortCallingCodes.has(prefix));
  return found ?? digits.slice(0, 3);
}

/** "+447700900123": digits with one plus. */
export function formatPhone(phone: string): string {
  return `+${phone.replace(/\D/g, "")}`;
}

import type { InlineKeyboardButton } from "grammy/types";
import type { Catalog, CountryItem, CountryOffer, ServiceItem } from "../../catalog/catalog.ts";
import type { OrderSms, OrderView } from "../../orders/orders.ts";
import { heldStates, isEnded, type OrderState } from "../../orders/state.ts";
import { bold, code, money, relativeTime } from "../../texts/html.ts";
import { ltrIn, rlmIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Card, copyButton, inRows, isTooLong, lines, productTitle, quoted, tap } from "./card.ts";
import { fitted, LABEL_WIDTH, labelWidth, offerLabel, shorten } from "./label.ts";

/** An order with the names of what it is for. */
export interface NamedOrder {
  readonly order: OrderView;
  readonly service: ServiceItem;
  readonly country: CountryItem;
  /** What can be had instead of an order that got no number. */
  readonly alternatives?: readonly CountryOffer[];
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

const MAX_ALTERNATIVES = 3;

/** As {@link nameOrder}, with what else the card of such an order shows. */
export async function nameOrderCard(
  catalog: Pick<Catalog, "service" | "country" | "alternatives">,
  order: OrderView,
  language: string,
): Promise<NamedOrder> {
  const named = await nameOrder(catalog, order, language);
  if (order.state !== "failed") return named;
  const { serviceId, countryId } = order;
  const input = { serviceId, countryId, language, limit: MAX_ALTERNATIVES };
  return { ...named, alternatives: await catalog.alternatives(input) };
}

const MAX_SMS_SHOWN = 10;
const MAX_SMS_TEXT = 300;
/** Some suppliers give the whole text as the code. */
const MAX_CODE_SHOWN = 100;

/** The one message that shows an order and is edited as it changes. `now` decides only whether a cancel is still locked. */
export function orderCard(texts: Texts, named: NamedOrder, now: Date): Card {
  const full = cardText(texts, named, now, MAX_SMS_TEXT);
  const text = isTooLong(full) ? cardText(texts, named, now, 60) : full;
  return { text, keyboard: orderKeyboard(texts, named) };
}

function cardText(texts: Texts, { order, service, country }: NamedOrder, now: Date, maxSms: number): string {
  const { messages } = texts;
  return lines(
    order.phone !== null &&
      `${rlmIn(texts.language)}${ltrIn(texts.language, code(formatPhone(order.phone)))}`,
    `${productTitle(texts, service, country)} · ${messages.orderStates[order.state]}`,
    // A price that has moved is a question, which is asked in a message of its own.
    order.failure !== null && order.failure !== "price_moved" && texts.errors[order.failure],
    order.state === "cancelled" && order.isSwap && messages.swapped,
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
  const end = order.expiresAt === null ? undefined : { time: relativeTime(order.expiresAt) };
  if (order.state === "received") {
    // What ends of a number that has its code is only the chance of another one.
    return order.actions.another && end ? messages.moreCodesUntil(end) : "";
  }
  const ends = end && messages.endsAt(end);
  if (order.state === "cancelling") {
    const { swapQueued, swapAsked, cancelQueued, cancelAsked } = messages;
    const opensAt = isLocked ? order.cancelOpensAt : null;
    if (opensAt === null) return lines(ends, order.isSwap ? swapAsked : cancelAsked);
    return lines(ends, (order.isSwap ? swapQueued : cancelQueued)({ time: relativeTime(opensAt) }));
  }
  const opens =
    order.actions.cancel && isLocked && order.cancelOpensAt !== null
      ? messages.cancelOpens({ time: relativeTime(order.cancelOpensAt) })
      : "";
  return lines(ends, opens, order.isSlow && messages.slow);
}

/** One SMS: its code, and its text as far as there is room. */
export function smsLine(texts: Texts, sms: OrderSms, maxText: number): string {
  if (sms.code === null && sms.text === null) return texts.messages.smsPurged;
  const shown = sms.text === null ? "" : quoted(sms.text, maxText);
  return lines(
    sms.code === null
      ? ""
      : `${rlmIn(texts.language)}${ltrIn(texts.language, bold(code(shorten(sms.code, MAX_CODE_SHOWN))))}`,
    shown === "" ? "" : `<blockquote expandable>${shown}</blockquote>`,
  );
}

/** Buttons follow the order's actions; an ended order has none that could still change it. */
function orderKeyboard(texts: Texts, named: NamedOrder): InlineKeyboardButton[][] {
  const { labels } = texts;
  const { order } = named;
  const { id: orderId, actions } = order;
  const rows: InlineKeyboardButton[][] = [];
  if (order.phone !== null && !isEnded(order.state)) rows.push(...copyPhoneRows(texts, order.phone));
  const acts: InlineKeyboardButton[] = [];
  if (actions.cancel) acts.push(tap(labels.cancel, { kind: "cancel", orderId }));
  if (actions.swap) acts.push(tap(labels.swap, { kind: "swap", orderId }));
  if (actions.keepWaiting) acts.push(tap(labels.keepWaiting, { kind: "keepWaiting", orderId }));
  if (actions.another) acts.push(tap(labels.another, { kind: "another", orderId }));
  if (actions.finish) acts.push(tap(labels.done, { kind: "finish", orderId }));
  rows.push(...inRows(acts, 2));
  // Another order has taken the place of one whose number was exchanged.
  const isReplaced = order.state === "cancelled" && order.isSwap;
  return isEnded(order.state) && !isReplaced ? [...rows, ...endedRows(texts, named)] : rows;
}

/** What to do next: the same again, or something else where this one could not be had. */
function endedRows(texts: Texts, { order, alternatives = [] }: NamedOrder): InlineKeyboardButton[][] {
  const { labels } = texts;
  const { serviceId, countryId } = order;
  const isSoldOut = order.state === "failed" && order.failure === "out_of_stock";
  return [
    ...alternatives.map((offer) => [
      tap(offerLabel(texts, offer, labels.tryCountry), {
        kind: "confirm",
        serviceId,
        countryId: offer.country.id,
      }),
    ]),
    ...(isSoldOut ? [[tap(labels.tellWhenBack, { kind: "tellWhenBack", serviceId, countryId })]] : []),
    [
      tap(order.state === "failed" ? labels.sameAgain : labels.buyAgain, {
        kind: "confirm",
        serviceId,
        countryId,
      }),
      tap(labels.home, { kind: "home" }),
    ],
  ];
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

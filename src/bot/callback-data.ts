import { expandId, shortenId } from "../core/ids.ts";
import { countrySorts, ofKey, ofOrder, ofQuote, pair, plain, serviceSorts } from "./callback-letters.ts";
import { decodeTopupState, encodeTopupState, type TopupState } from "./topup-state.ts";

/**
 * What a button of our own keyboards says. Ids and page numbers only, never a price: everything is read again and
 * owner-checked when the button is pressed, because anyone can send any data.
 */
export type Action =
  | {
      readonly kind:
        | "home"
        | "help"
        | "topup"
        | "settings"
        | "ordersFile"
        | "balanceFile"
        | "invite"
        | "api"
        | "apiAccept"
        | "apiNew"
        | "apiHide"
        | "support"
        | "leaveQuestion"
        | "sendToShop"
        | "searchThis"
        | "forgetAsk"
        | "forgetSure"
        | "forgetNow"
        | "noNews";
    }
  | { readonly kind: "dismiss" | "keep" }
  | { readonly kind: "orders"; readonly page: number; readonly isOpenOnly: boolean }
  | { readonly kind: "balance"; readonly page: number }
  /** The receipt of an ended order; `page` is where in /orders it was found. */
  | { readonly kind: "receipt"; readonly orderId: string; readonly page: number }
  /** Back from the question for an amount, to the top-up menu as it was. */
  | { readonly kind: "leave"; readonly topup: TopupState }
  | { readonly kind: "services"; readonly page: number; readonly sort: "popular" | "name" }
  | {
      readonly kind: "countries";
      readonly serviceId: string;
      readonly page: number;
      readonly sort: "best" | "price" | "name";
    }
  | {
      readonly kind: "confirm" | "tellWhenBack";
      readonly serviceId: string;
      readonly countryId: string;
    }
  | {
      readonly kind: "save";
      readonly serviceId: string;
      readonly countryId: string;
      readonly isFavourite: boolean;
    }
  /** `termsVersion` is the version that the card asked to accept; 0: none was asked. */
  | {
      readonly kind: "get" | "payShort" | "otherWays";
      readonly quoteId: string;
      readonly termsVersion: number;
    }
  | { readonly kind: OrderActionKind; readonly orderId: string }
  /** A reseller's key, by its six characters. */
  | { readonly kind: KeyActionKind; readonly keyId: string };

/** "quick": the same product once more, for the price of that order at most. */
type OrderActionKind = (typeof ofOrder)[keyof typeof ofOrder];

type KeyActionKind = (typeof ofKey)[keyof typeof ofKey];

export type ActionKind = Action["kind"];

/** Bumped when a field changes its meaning, so that old keyboards read as stale instead of as something else. */
const VERSION = "1";
const MAX_BYTES = 64;
const MAX_PAGE = 9999;
const PRODUCT_ID = /^[A-Za-z0-9~_-]{1,12}$/;
const KEY_ID = /^[0-9A-Za-z]{6}$/;
const NUMBER = /^\d{1,4}$/;

function letterOf<T extends string>(table: Readonly<Record<string, T>>, value: T): string {
  const entry = Object.entries(table).find(([, name]) => name === value);
  if (!entry) throw new Error(`no letter for ${value}`);
  return entry[0];
}

function lookUp<T extends string>(
  table: Readonly<Record<string, T>>,
  letter: string | undefined,
): T | undefined {
  return letter !== undefined && Object.hasOwn(table, letter) ? table[letter] : undefined;
}

function fieldsOf(action: Action): readonly (string | number)[] {
  switch (action.kind) {
    case "orders":
      return ["o", action.page, ...(action.isOpenOnly ? [1] : [])];
    case "balance":
      return ["b", action.page];
    case "receipt":
      return ["R", shortenId(action.orderId), action.page];
    case "leave":
      return ["l", encodeTopupState(action.topup)];
    case "services":
      return ["S", action.page, letterOf(serviceSorts, action.sort)];
    case "countries":
      return ["N", action.serviceId, action.page, letterOf(countrySorts, action.sort)];
    case "confirm":
    case "tellWhenBack":
      return [letterOf(pair, action.kind), action.serviceId, action.countryId];
    case "save":
      return ["V", action.serviceId, action.countryId, action.isFavourite ? 1 : 0];
    case "get":
    case "payShort":
    case "otherWays":
      return [letterOf(ofQuote, action.kind), shortenId(action.quoteId), action.termsVersion];
    case "order":
    case "cancel":
    case "swap":
    case "keepWaiting":
    case "another":
    case "finish":
    case "payLate":
    case "quick":
      return [letterOf(ofOrder, action.kind), shortenId(action.orderId)];
    case "apiKey":
    case "apiStyle":
    case "apiScope":
    case "apiRotate":
    case "apiAskRevoke":
    case "apiRevoke":
      return [letterOf(ofKey, action.kind), action.keyId];
    default:
      return [letterOf(plain, action.kind)];
  }
}

/** The action as callback data of at most 64 bytes. Throws for ids that no catalogue of ours makes. */
export function encodeAction(action: Action): string {
  const data = `${VERSION}${fieldsOf(action).join(":")}`;
  if (Buffer.byteLength(data) > MAX_BYTES || decodeAction(data) === undefined) {
    throw new Error(`cannot encode a ${action.kind} button`);
  }
  return data;
}

/** The inverse of {@link encodeAction}; undefined for anything else, whatever it is. */
export function decodeAction(data: string): Action | undefined {
  if (data.length > MAX_BYTES || !data.startsWith(VERSION)) return undefined;
  const [letter, ...fields] = data.slice(VERSION.length).split(":");
  return (
    decodePlain(letter, fields) ??
    decodeBrowsing(letter, fields) ??
    decodePair(letter, fields) ??
    decodeKey(letter, fields) ??
    decodeById(letter, fields)
  );
}

type Fields = readonly string[];

function decodePlain(letter: string | undefined, fields: Fields): Action | undefined {
  const kind = lookUp(plain, letter);
  return kind !== undefined && fields.length === 0 ? { kind } : undefined;
}

function decodeBrowsing(letter: string | undefined, fields: Fields): Action | undefined {
  if (letter === "o" || letter === "b") {
    const page = numberOf(fields[0]);
    if (page === undefined) return undefined;
    if (letter === "b") return fields.length === 1 ? { kind: "balance", page } : undefined;
    const isOpenOnly = fields.length === 2 && fields[1] === "1";
    return fields.length === 1 || isOpenOnly ? { kind: "orders", page, isOpenOnly } : undefined;
  }
  if (letter === "l") {
    const state = fields.join(":");
    const topup = decodeTopupState(state);
    return encodeTopupState(topup) === state ? { kind: "leave", topup } : undefined;
  }
  if (letter === "S" && fields.length === 2) {
    const [page, sort] = [numberOf(fields[0]), lookUp(serviceSorts, fields[1])];
    return page === undefined || sort === undefined ? undefined : { kind: "services", page, sort };
  }
  if (letter === "N" && fields.length === 3) {
    const [serviceId, page, sort] = [
      productOf(fields[0]),
      numberOf(fields[1]),
      lookUp(countrySorts, fields[2]),
    ];
    if (serviceId === undefined || page === undefined || sort === undefined) return undefined;
    return { kind: "countries", serviceId, page, sort };
  }
  return undefined;
}

function decodePair(letter: string | undefined, fields: Fields): Action | undefined {
  const [serviceId, countryId] = [productOf(fields[0]), productOf(fields[1])];
  if (serviceId === undefined || countryId === undefined) return undefined;
  const kind = lookUp(pair, letter);
  if (kind !== undefined && fields.length === 2) return { kind, serviceId, countryId };
  if (letter === "V" && fields.length === 3 && (fields[2] === "0" || fields[2] === "1")) {
    return { kind: "save", serviceId, countryId, isFavourite: fields[2] === "1" };
  }
  return undefined;
}

function decodeKey(letter: string | undefined, [keyId, ...rest]: Fields): Action | undefined {
  const kind = lookUp(ofKey, letter);
  const isKey = keyId !== undefined && KEY_ID.test(keyId) && rest.length === 0;
  return kind !== undefined && isKey ? { kind, keyId } : undefined;
}

function decodeById(letter: string | undefined, fields: Fields): Action | undefined {
  const id = expandId(fields[0] ?? "");
  if (id === undefined) return undefined;
  const quoteKind = lookUp(ofQuote, letter);
  if (quoteKind !== undefined && fields.length === 2) {
    const termsVersion = numberOf(fields[1]);
    return termsVersion === undefined ? undefined : { kind: quoteKind, quoteId: id, termsVersion };
  }
  if (letter === "R" && fields.length === 2) {
    const page = numberOf(fields[1]);
    return page === undefined ? undefined : { kind: "receipt", orderId: id, page };
  }
  if (fields.length !== 1) return undefined;
  const order = lookUp(ofOrder, letter);
  return order === undefined ? undefined : { kind: order, orderId: id };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && NUMBER.test(text) ? Math.min(Number(text), MAX_PAGE) : undefined;
}

function productOf(text: string | undefined): string | undefined {
  return text !== undefined && PRODUCT_ID.test(text) ? text : undefined;
}

import type { InlineKeyboardButton } from "grammy/types";
import type { CountryItem, ServiceItem } from "../../catalog/catalog.ts";
import { bold, escapeHtml, type Html } from "../../texts/html.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Action, encodeAction } from "../callback-data.ts";

/** A chat message as data: HTML text and the buttons under it. */
export interface Card {
  readonly text: string;
  readonly keyboard: readonly (readonly InlineKeyboardButton[])[];
}

/** Telegram refuses longer texts (after parsing entities, so this is on the safe side). */
const MAX_TEXT = 4096;
const MAX_LABEL = 64;
const MAX_COPY = 256;

export function tap(label: string, action: Action): InlineKeyboardButton {
  return { text: shorten(label, MAX_LABEL), callback_data: encodeAction(action) };
}

/** Copies `value` to the clipboard without asking us. */
export function copyButton(label: string, value: string): InlineKeyboardButton {
  return { text: shorten(label, MAX_LABEL), copy_text: { text: value.slice(0, MAX_COPY) } };
}

export function linkButton(label: string, url: string): InlineKeyboardButton {
  return { text: shorten(label, MAX_LABEL), url };
}

/** What sendMessage and editMessageText need besides the text. */
export function messageOptions(card: Card) {
  return {
    parse_mode: "HTML" as const,
    link_preview_options: { is_disabled: true },
    reply_markup: { inline_keyboard: card.keyboard.map((row) => [...row]) },
  };
}

/** Lines of a card; empty and absent ones are left out. */
export function lines(...parts: readonly (string | null | undefined | false)[]): string {
  return parts.filter((part) => typeof part === "string" && part !== "").join("\n");
}

/** At most `max` characters, the last one an ellipsis when something was cut; never half an emoji. */
export function shorten(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join("")}…`;
}

/** Typed or received text made fit to be shown: bounded and escaped. */
export function quoted(text: string, max: number): Html {
  return escapeHtml(shorten(text, max));
}

/** "WhatsApp 🇬🇧", for labels. */
export function shortProduct(service: ServiceItem, country: CountryItem): string {
  return `${shorten(service.name, 16)} ${country.flag || shorten(country.name, 14)}`;
}

/** "WhatsApp · 🇬🇧 United Kingdom", for messages. */
export function productName(service: ServiceItem, country: CountryItem): Html {
  const place = country.flag === "" ? country.name : `${country.flag} ${country.name}`;
  return escapeHtml(`${shorten(service.name, 60)} · ${shorten(place, 60)}`);
}

export function productTitle(service: ServiceItem, country: CountryItem): Html {
  return bold(productName(service, country));
}

export function isTooLong(text: string): boolean {
  return text.length > MAX_TEXT;
}

/** Previous · 2/9 · Next; nothing when there is one page. */
export function pager(
  texts: Texts,
  page: { page: number; pageCount: number },
  to: (page: number) => Action,
): InlineKeyboardButton[][] {
  if (page.pageCount <= 1) return [];
  const row: InlineKeyboardButton[] = [];
  if (page.page > 0) row.push(tap(texts.labels.previous, to(page.page - 1)));
  row.push(tap(`${page.page + 1}/${page.pageCount}`, to(page.page)));
  if (page.page < page.pageCount - 1) row.push(tap(texts.labels.next, to(page.page + 1)));
  return [row];
}

/** Buttons in rows of `width`. */
export function inRows(buttons: readonly InlineKeyboardButton[], width: number): InlineKeyboardButton[][] {
  const rows: InlineKeyboardButton[][] = [];
  for (let start = 0; start < buttons.length; start += width) rows.push(buttons.slice(start, start + width));
  return rows;
}

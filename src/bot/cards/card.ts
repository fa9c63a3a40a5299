import type { InlineKeyboardButton } from "grammy/types";
import type { CountryItem, ServiceItem } from "../../catalog/catalog.ts";
import { escapeHtml, type Html } from "../../texts/html.ts";
import { ownIn, rlmIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Action, encodeAction } from "../callback-data.ts";
import { shorten } from "./label.ts";

/** A chat message as data: HTML text and the buttons under it. */
export interface Card {
  readonly text: string;
  readonly keyboard: readonly (readonly InlineKeyboardButton[])[];
}

/** A card whose facts are not all there yet. */
export interface Unfinished {
  readonly card: Card;
  /** False: something was not read in time, and the card says so. */
  readonly isComplete: boolean;
}

/** Telegram refuses longer texts (after parsing entities, so this is on the safe side). */
const MAX_TEXT = 4096;
const MAX_LABEL = 64;
const MAX_COPY = 256;

/** How a button stands out (Bot API 9.4); older apps show it like any other. */
export type ButtonStyle = "primary" | "danger";

/** Nothing but Get and Pay is primary, nothing but Delete is danger. */
export function tap(label: string, action: Action, style?: ButtonStyle): InlineKeyboardButton {
  return { ...styled(style), text: shorten(label, MAX_LABEL), callback_data: encodeAction(action) };
}

function styled(style: ButtonStyle | undefined): { style?: ButtonStyle } {
  return style === undefined ? {} : { style };
}

/** Copies `value` to the clipboard without asking us. */
export function copyButton(label: string, value: string): InlineKeyboardButton {
  return { text: shorten(label, MAX_LABEL), copy_text: { text: value.slice(0, MAX_COPY) } };
}

export function linkButton(label: string, url: string, style?: ButtonStyle): InlineKeyboardButton {
  return { ...styled(style), text: shorten(label, MAX_LABEL), url };
}

/** Puts the bot's name into the message field, where a search shows results as one types. */
export function searchButton(label: string): InlineKeyboardButton {
  return { text: shorten(label, MAX_LABEL), switch_inline_query_current_chat: "" };
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

/** Typed or received text made fit to be shown: bounded and escaped. */
export function quoted(text: string, max: number): Html {
  return escapeHtml(shorten(text, max));
}

/** "WhatsApp · 🇬🇧 United Kingdom", for messages. */
export function productName(service: ServiceItem, country: CountryItem): Html {
  const place = country.flag === "" ? country.name : `${country.flag} ${country.name}`;
  return escapeHtml(`${shorten(service.name, 60)} · ${shorten(place, 60)}`);
}

/** The product at the head of a line, kept in the line's own direction whatever it begins with. */
export function productLine(texts: Texts, service: ServiceItem, country: CountryItem): string {
  const { language } = texts;
  const [serviceName, countryName] = [shorten(service.name, 60), shorten(country.name, 60)].map(escapeHtml);
  const place = `${country.flag === "" ? "" : `${country.flag} `}${ownIn(language, countryName ?? "")}`;
  return `${rlmIn(language)}${ownIn(language, serviceName ?? "")} · ${place}`;
}

export function productTitle(texts: Texts, service: ServiceItem, country: CountryItem): string {
  return `<b>${productLine(texts, service, country)}</b>`;
}

export function isTooLong(text: string): boolean {
  return text.length > MAX_TEXT;
}

/** "Page 2 of 9"; nothing when there is one page. */
export function pageLine(texts: Texts, { page, pageCount }: { page: number; pageCount: number }): string {
  return pageCount <= 1 ? "" : texts.messages.page({ page: page + 1, pageCount });
}

/** Previous · Next; nothing when there is one page. */
export function pager(
  texts: Texts,
  page: { page: number; pageCount: number },
  to: (page: number) => Action,
): InlineKeyboardButton[][] {
  if (page.pageCount <= 1) return [];
  const row: InlineKeyboardButton[] = [];
  if (page.page > 0) row.push(tap(texts.labels.previous, to(page.page - 1)));
  if (page.page < page.pageCount - 1) row.push(tap(texts.labels.next, to(page.page + 1)));
  return [row];
}

/** Buttons in rows of `width`. */
export function inRows<Button>(buttons: readonly Button[], width: number): Button[][] {
  const rows: Button[][] = [];
  for (let start = 0; start < buttons.length; start += width) rows.push(buttons.slice(start, start + width));
  return rows;
}

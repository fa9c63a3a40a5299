import { expandId } from "../../core/ids.ts";
import { deskTexts } from "../../texts/operator/desk.ts";
import { at, homePlace, type Place } from "./place.ts";
import type { DeskButton } from "./screen.ts";

export const PAGE_SIZE = 8;
const MAX_PAGE = 999;

/** A page number from a button; anything else is the first page. */
export function pageOf(arg: string | undefined): number {
  return arg !== undefined && /^\d{1,3}$/.test(arg) ? Math.min(Number(arg), MAX_PAGE) : 0;
}

/** What to read for a page: one row more than it shows says that there is another. */
export function rangeOf(page: number): { limit: number; offset: number } {
  return { limit: PAGE_SIZE + 1, offset: page * PAGE_SIZE };
}

/** ‹ › for a list of which `count` rows were read; nothing where there is one page. */
export function pagerOf(page: number, count: number, to: (page: number) => Place): DeskButton[][] {
  const row: DeskButton[] = [];
  if (page > 0) row.push({ label: deskTexts.previous, to: to(page - 1) });
  if (count > PAGE_SIZE) row.push({ label: deskTexts.next, to: to(page + 1) });
  return row.length === 0 ? [] : [row];
}

/** The last row of a screen: back, and home. */
export function lastRow(back?: Place): DeskButton[][] {
  const home: DeskButton = { label: deskTexts.home, to: homePlace };
  return [back === undefined ? [home] : [{ label: deskTexts.back, to: back }, home]];
}

/** The id of a short argument; undefined: none. */
export function idArg(arg: string | undefined): string | undefined {
  return expandId(arg ?? "");
}

export const places = {
  find: at("f"),
  queue: at("q"),
  staff: at("st"),
  audit: at("au"),
} as const;

import type { Html } from "./html.ts";
import type { TextLanguage } from "./texts.ts";

/**
 * Isolates for languages that are written from right to left (Unicode UAX #9): without them a sign or a slash at the
 * edge of something Latin jumps to its other side, and "/orders" is shown as "orders/".
 */

/** Makes a line that begins with something Latin, a flag or a number run from right to left all the same. */
export const rlm = "\u200f";

/** Amounts, commands and whatever else always runs from left to right. */
export function ltr(part: Html | string | number): string {
  return `\u2066${part}\u2069`;
}

/** Names and other people's words, which run as their own first letter does. */
export function own(part: Html | string): string {
  return `\u2068${part}\u2069`;
}

const rightToLeft: readonly TextLanguage[] = ["ar"];

/** Like {@link ltr}, on a card that is the same in all languages: the part as it is where nothing can turn it. */
export function ltrIn(language: TextLanguage, part: Html | string): string {
  return rightToLeft.includes(language) ? ltr(part) : part;
}

/** Like {@link own}, on a card that is the same in all languages. */
export function ownIn(language: TextLanguage, part: Html | string): string {
  return rightToLeft.includes(language) ? own(part) : part;
}

/** {@link rlm} where lines run from right to left, else nothing. */
export function rlmIn(language: TextLanguage): string {
  return rightToLeft.includes(language) ? rlm : "";
}

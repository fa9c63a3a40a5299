// @ts-check
import { el, icon } from "./dom.js";

/** @type {Record<string, string>} */
const SIGNS = {
  "⭐": "star",
  "⏳": "hourglass",
  "✅": "done",
  "⚡": "bolt",
  "🔎": "search",
  "📄": "file",
  "📥": "tray",
  "🧾": "receipt",
  "💳": "card",
  "📈": "chart",
  "🏷": "tag",
  "🔌": "plug",
  "🗂": "folder",
  "⏸": "pause",
  "👤": "person",
  "👥": "people",
  "📜": "scroll",
  "🖼": "image",
  "🔔": "bell",
  "🔕": "bell-off",
  "✋": "hand",
  "ⓘ": "info",
  "❓": "question",
  "💵": "money",
  "🚩": "flagged",
  "🚫": "forbidden",
  "🚨": "alarm",
  "🔑": "key",
  "📣": "megaphone",
  "🎟": "ticket",
};
const PICTURED = new RegExp(`[\\u{1F1E6}-\\u{1F1FF}]{2}|${Object.keys(SIGNS).join("|")}`, "gu");
const REGIONAL_A = 0x1f1e6;

/**
 * Text with its flags and signs as pictures. Chat apps bring pictures of their own, because many systems have none: Windows
 * shows flags as letters, and a machine without an emoji font shows boxes. The character itself stays in the text, for
 * copying and for screen readers.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function pictured(text) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let position = 0;
  for (const { 0: character, index } of text.matchAll(PICTURED)) {
    const picture = pictureOf(character);
    if (!picture) continue;
    if (index > position) parts.push(text.slice(position, index));
    parts.push(el("span", { class: "emoji" }, el("span", { class: "unseen" }, character), picture));
    position = index + character.length;
  }
  if (position < text.length) parts.push(text.slice(position));
  return parts;
}

/** @param {string} character */
function pictureOf(character) {
  const sign = SIGNS[character];
  if (sign) {
    const picture = icon(sign);
    picture.classList.add("sign");
    return picture;
  }
  const letters = [...character].map((each) =>
    String.fromCharCode(65 + (each.codePointAt(0) ?? 0) - REGIONAL_A),
  );
  const name = `flag-${letters.join("")}`;
  if (!document.getElementById(`icon-${name}`)) return null;
  const flag = icon(name);
  flag.classList.add("flag");
  return flag;
}

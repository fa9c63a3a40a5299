// @ts-check
import { el } from "./dom.js";
import { pictured } from "./emoji.js";

/**
 * @typedef {import("../ports.ts").TextEntity} TextEntity
 * @typedef {import("./sim-clock.js").SimClock} SimClock
 */

/** The accepted schemes of links, so that a link in a message cannot run a script. */
const SAFE_URL = /^(https?:|mailto:|tel:)/i;
/** @type {Record<string, keyof HTMLElementTagNameMap>} */
const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};

/**
 * Text with its entities as nodes.
 * @param {string} text
 * @param {readonly TextEntity[]} entities
 * @param {{ clock: SimClock, onCommand: (command: string) => void }} context
 * @returns {Node[]}
 */
export function formattedText(text, entities, context) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return nodes(sorted, 0, text.length);

  /**
   * @param {readonly TextEntity[]} inside
   * @param {number} start
   * @param {number} end
   * @returns {Node[]}
   */
  function nodes(inside, start, end) {
    /** @type {Node[]} */
    const result = [];
    let position = start;
    inside.forEach((entity, index) => {
      const from = entity.offset;
      const to = Math.min(from + entity.length, end);
      if (from < position || to <= from) return;
      if (from > position) result.push(...plainText(text.slice(position, from)));
      const nested = inside.slice(index + 1).filter((other) => other.offset < to);
      result.push(wrap(entity, text.slice(from, to), nodes(nested, from, to), context));
      // A block element ends its line, so the line break after it is skipped.
      position = isBlock(entity) && text[to] === "\n" ? to + 1 : to;
    });
    if (position < end) result.push(...plainText(text.slice(position, end)));
    return result;
  }
}

/**
 * @param {string} text
 * @returns {Node[]}
 */
function plainText(text) {
  return pictured(text).map((part) => (typeof part === "string" ? new Text(part) : part));
}

/** @param {TextEntity} entity */
function isBlock({ type }) {
  return type === "pre" || type.endsWith("blockquote");
}

/**
 * @param {TextEntity} entity
 * @param {string} plain
 * @param {Node[]} children
 * @param {{ clock: SimClock, onCommand: (command: string) => void }} context
 * @returns {Node}
 */
function wrap(entity, plain, children, context) {
  const tag = TAGS[entity.type];
  if (tag) return el(tag, {}, ...children);
  switch (entity.type) {
    case "spoiler":
      return spoiler(children);
    case "text_link":
      return link(entity.url ?? "", children);
    case "url":
      return link(/^[a-z]+:/i.test(plain) ? plain : `https://${plain}`, children);
    case "bot_command":
      return command(plain, context.onCommand);
    case "date_time":
      return entity.unixTime === undefined
        ? el("span", {}, ...children)
        : context.clock.timeElement(entity.unixTime, entity.format ?? "");
    default:
      return el("span", {}, ...children);
  }
}

/**
 * @param {string} url
 * @param {Node[]} children
 */
function link(url, children) {
  if (!SAFE_URL.test(url)) return el("span", {}, ...children);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** @param {Node[]} children */
function spoiler(children) {
  const element = el("button", {
    type: "button",
    class: "spoiler",
    "aria-label": "Hidden text, press to show",
  });
  element.append(el("span", { "aria-hidden": "true" }, ...children));
  element.addEventListener(
    "click",
    () => {
      const shown = el("span", {}, ...(element.firstElementChild?.childNodes ?? []));
      shown.tabIndex = -1;
      element.replaceWith(shown);
      shown.focus();
    },
    { once: true },
  );
  return element;
}

/**
 * @param {string} text
 * @param {(command: string) => void} onCommand
 */
function command(text, onCommand) {
  // A button is a paragraph of its own: among Arabic words its slash would stand on the other side.
  const button = el("button", { type: "button", class: "command", dir: "ltr" }, text);
  button.addEventListener("click", () => onCommand(text));
  return button;
}

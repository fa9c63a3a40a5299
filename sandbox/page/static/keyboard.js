// @ts-check
import { el, icon, languageOf } from "./dom.js";
import { pictured } from "./emoji.js";

/**
 * @typedef {import("../ports.ts").ChatMessage} ChatMessage
 * @typedef {import("../ports.ts").ChatButton} ChatButton
 * @typedef {object} ButtonActions
 * @property {(message: ChatMessage, row: number, column: number) => Promise<void>} press
 * @property {(text: string) => Promise<boolean>} copy
 * @property {(message: ChatMessage) => void} openInvoice
 * @property {(query: string) => void} search puts a query to the bot into the message field
 * @property {(payload: string) => Promise<void>} follow opens the bot by a link of its own
 * @property {(link: { url: string, payload: string }) => void} share
 * @property {(text: string) => void} say
 */

const COPIED_MS = 1800;
/** @type {Record<string, string>} */
const ICONS = { copy: "copy", link: "link", start: "link", share: "share", pay: "star", query: "search" };
/** @type {Record<string, [number, number]>} row and column steps */
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * The buttons under a message. One Tab stop for all of them; the arrow keys move between them.
 * @param {ChatMessage} message
 * @param {ButtonActions} actions
 */
export function keyboard(message, actions) {
  const bar = el("div", { class: "keyboard", role: "toolbar", "aria-label": barName(message) });
  const rows = message.keyboard.map((buttons, row) => {
    const line = el("div", { class: "row" });
    const elements = buttons.map((button, column) =>
      buttonElement({ message, button, row, column }, actions),
    );
    line.append(...elements);
    bar.append(line);
    return elements;
  });
  makeRoving(bar, rows);
  return bar;
}

const NAME_CHARS = 40;

/**
 * Each toolbar has a name of its own, so that they can be told apart in a list.
 * @param {ChatMessage} message
 */
function barName(message) {
  const [line = ""] = (message.invoice?.title ?? message.text).split("\n");
  return `Buttons: ${[...line].slice(0, NAME_CHARS).join("") || "message"}`;
}

/** @param {string} text */
function labelElement(text) {
  return el("span", { class: "label", dir: "auto", lang: languageOf(text) }, ...pictured(text));
}

/**
 * @typedef {{ message: ChatMessage, button: ChatButton, row: number, column: number }} Place
 * @param {Place} place
 * @param {ButtonActions} actions
 * @returns {HTMLElement}
 */
function buttonElement(place, actions) {
  const { button, row, column } = place;
  const iconName = ICONS[button.kind];
  const attributes = {
    class: "key",
    "data-kind": button.kind,
    "data-style": button.style,
    "data-place": `${row}:${column}`,
    "aria-disabled": button.kind === "disabled" ? "true" : null,
  };
  const label = labelElement(button.text);
  const children = iconName ? [label, icon(iconName)] : [label];
  if (button.kind === "link" && /^https?:/i.test(button.url)) {
    return el(
      "a",
      { ...attributes, href: button.url, target: "_blank", rel: "noopener noreferrer" },
      ...children,
    );
  }
  const element = el("button", { ...attributes, type: "button" }, ...children);
  element.addEventListener("click", () => void activate(element, place, actions));
  return element;
}

/**
 * @param {HTMLButtonElement} element
 * @param {Place} place
 * @param {ButtonActions} actions
 */
async function activate(element, { message, button, row, column }, actions) {
  if (element.getAttribute("aria-busy") === "true") return;
  switch (button.kind) {
    case "copy":
      if (await actions.copy(button.copyText)) showCopied(element, button.text);
      return;
    case "pay":
      return actions.openInvoice(message);
    case "press":
      element.setAttribute("aria-busy", "true");
      await actions.press(message, row, column);
      element.removeAttribute("aria-busy");
      return;
    case "query":
      return actions.search(button.query);
    case "start":
      return actions.follow(button.payload);
    case "share":
      return actions.share(button);
    case "disabled":
      return;
    default:
      actions.say("This pretend chat cannot do what that button asks for.");
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} label
 */
function showCopied(element, label) {
  element.classList.add("copied");
  element.replaceChildren(labelElement("Copied"), icon("check"));
  setTimeout(() => {
    element.classList.remove("copied");
    element.replaceChildren(labelElement(label), icon("copy"));
  }, COPIED_MS);
}

/**
 * @param {HTMLElement} bar
 * @param {readonly (readonly HTMLElement[])[]} rows
 */
function makeRoving(bar, rows) {
  const all = rows.flat();
  all.forEach((element, index) => {
    element.tabIndex = index === 0 ? 0 : -1;
  });
  bar.addEventListener("focusin", (event) => {
    for (const element of all) element.tabIndex = element === event.target ? 0 : -1;
  });
  bar.addEventListener("keydown", (event) => {
    const target = neighbour(rows, event);
    if (!target) return;
    event.preventDefault();
    target.focus();
  });
}

/**
 * @param {readonly (readonly HTMLElement[])[]} rows
 * @param {KeyboardEvent} event
 */
function neighbour(rows, event) {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return undefined;
  const row = rows.findIndex((line) => line.includes(target));
  const column = rows[row]?.indexOf(target) ?? 0;
  if (event.key === "Home") return rows[0]?.[0];
  if (event.key === "End") return rows.at(-1)?.at(-1);
  const step = ARROWS[event.key];
  if (!step) return undefined;
  const [down, right] = step;
  const line = rows[row + down];
  return right !== 0 ? line?.[column + right] : line?.[Math.min(column, line.length - 1)];
}

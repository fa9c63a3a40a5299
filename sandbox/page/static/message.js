// @ts-check
import { el, icon, languageOf } from "./dom.js";
import { formattedText } from "./formatted-text.js";
import { keyboard } from "./keyboard.js";
import { clockTime } from "./sim-clock.js";

/**
 * @typedef {import("../ports.ts").ChatMessage} ChatMessage
 * @typedef {import("./keyboard.js").ButtonActions} ButtonActions
 * @typedef {{ clock: import("./sim-clock.js").SimClock, botName: () => string, fileUrl: (messageId: number) => string, onCommand: (command: string) => void, actions: ButtonActions }} MessageContext
 */

/**
 * One message as it stands in the log.
 * @param {ChatMessage} message
 * @param {MessageContext} context
 */
export function messageElement(message, context) {
  if (message.notice !== null) return notice(message);
  const author = message.from === "bot" ? context.botName() : "You";
  const time = clockTime(message.sentAt * 1000);
  const article = el("article", {
    class: `message from-${message.from}`,
    "data-id": message.id,
    "aria-label": `${author}, ${time}`,
  });
  const body = el("div", { class: "body" });
  if (message.attachment) body.append(attachment(message.attachment, context.fileUrl(message.id)));
  if (message.invoice) body.append(invoice(message.invoice));
  else if (message.text) {
    body.append(
      el(
        "div",
        { class: "text", dir: "auto", lang: languageOf(message.text) },
        ...formattedText(message.text, message.entities, context),
      ),
    );
  }
  body.append(meta(message, time));
  article.append(body);
  if (message.keyboard.length > 0) article.append(keyboard(message, context.actions));
  return article;
}

/**
 * @param {ChatMessage} message
 * @param {string} time
 */
function meta(message, time) {
  const edited = message.edited ? el("span", { class: "edited" }, "edited") : null;
  return el("p", { class: "meta" }, edited, el("span", {}, time));
}

/**
 * @param {NonNullable<ChatMessage["attachment"]>} attachment
 * @param {string} url
 */
function attachment({ name, isFile }, url) {
  if (!isFile) return el("img", { class: "photo", src: url, alt: name });
  const label = `Download ${name}`;
  return el("a", { class: "attachment", href: url, download: name, "aria-label": label }, icon("file"), name);
}

/** @param {NonNullable<ChatMessage["invoice"]>} invoice */
function invoice({ title, description, stars, paid }) {
  return el(
    "div",
    { class: "invoice" },
    el("p", { class: "invoice-title", dir: "auto", lang: languageOf(title) }, title),
    el("p", { dir: "auto", lang: languageOf(description) }, description),
    el("p", { class: "stars" }, icon("star"), `${stars} pretend Stars`, paid ? " · paid" : null),
  );
}

/** @param {ChatMessage} message */
function notice(message) {
  const text = message.notice ?? "";
  return el("p", { class: "notice", "data-id": message.id, dir: "auto", lang: languageOf(text) }, text);
}

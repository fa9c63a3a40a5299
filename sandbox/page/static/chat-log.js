// @ts-check
import { el } from "./dom.js";
import { messageElement } from "./message.js";
import { introduction } from "./shop-picture.js";

/**
 * @typedef {import("../ports.ts").ChatMessage} ChatMessage
 * @typedef {import("./message.js").MessageContext} MessageContext
 * @typedef {ReturnType<typeof createChatLog>} ChatLog
 */

/** A reader this close to the end follows new messages. */
const NEAR_END_PX = 60;

/**
 * One chat: its messages, where the reader is, what is unread.
 * @param {object} options
 * @param {HTMLElement} options.parent
 * @param {string} options.label
 * @param {MessageContext} options.context
 * @param {() => boolean} options.isWatched true while a person can see this chat
 * @param {() => void} options.onChange after messages, unread count or position changed
 */
export function createChatLog({ parent, label, context, isWatched, onChange }) {
  const root = el("div", { class: "log", role: "log", tabindex: 0, "aria-label": label });
  const intro = el("div", { class: "intro" });
  root.append(intro);
  parent.append(root);
  /** @type {Map<number, { message: ChatMessage, element: HTMLElement }>} */
  const shown = new Map();
  let unread = 0;

  const isAtEnd = () => root.scrollHeight - root.scrollTop - root.clientHeight < NEAR_END_PX;
  const toEnd = () => root.scrollTo({ top: root.scrollHeight });
  const markSeen = () => {
    if (!isWatched() || !isAtEnd()) return;
    unread = 0;
    onChange();
  };
  // An on-screen keyboard or a rotated phone must not hide the newest message.
  let wasAtEnd = true;
  root.addEventListener(
    "scroll",
    () => {
      wasAtEnd = isAtEnd();
      onChange();
      markSeen();
    },
    { passive: true },
  );
  new ResizeObserver(() => wasAtEnd && toEnd()).observe(root);

  /** @param {ChatMessage} message */
  const add = (message) => {
    const element = messageElement(message, context);
    shown.set(message.id, { message, element });
    root.append(element);
  };

  /**
   * @param {ChatMessage} message new, or one whose content changed
   * @returns {boolean} true for a new message of the bot
   */
  const put = (message) => {
    const follow = isAtEnd();
    const before = shown.get(message.id);
    if (before) {
      before.element = replace(
        before.element,
        message,
        context,
        before.message.revision !== message.revision,
      );
      before.message = message;
    } else {
      add(message);
    }
    const isNews = !before && message.from === "bot";
    if (follow || message.from === "person") toEnd();
    if (isNews && !(isWatched() && follow)) unread += 1;
    onChange();
    return isNews;
  };

  /** @param {number} messageId */
  const remove = (messageId) => {
    takeAway(shown.get(messageId)?.element, root);
    shown.delete(messageId);
    onChange();
  };

  return {
    root,
    markSeen,
    toEnd() {
      toEnd();
      markSeen();
    },
    unread: () => unread,
    isAtEnd,
    isEmpty: () => shown.size === 0,
    /** @param {import("../ports.ts").ShopProfile} shop shown above the first message */
    setIntro(shop) {
      intro.replaceChildren(...introduction(shop));
    },
    /**
     * Shows exactly these messages. Those that are already shown, as after a reconnect, stay unchanged.
     * @param {readonly ChatMessage[]} messages everything there is, oldest first
     */
    reset(messages) {
      const isFirst = shown.size === 0;
      const kept = new Set(messages.map(({ id }) => id));
      for (const id of shown.keys()) if (!kept.has(id)) remove(id);
      for (const message of messages) {
        if (JSON.stringify(shown.get(message.id)?.message) !== JSON.stringify(message)) put(message);
      }
      if (isFirst) {
        unread = 0;
        toEnd();
      }
      onChange();
    },
    put,
    remove,
  };
}

/**
 * Removes a message. Where it had the keyboard focus, its chat gets it: else the next Tab would begin at the top of the page.
 * @param {HTMLElement | undefined} element
 * @param {HTMLElement} log
 */
function takeAway(element, log) {
  const hadFocus = element?.contains(document.activeElement) ?? false;
  element?.remove();
  if (hadFocus) log.focus({ preventScroll: true });
}

/**
 * Puts the new content in place without taking the keyboard focus away from the buttons.
 * @param {HTMLElement} old
 * @param {ChatMessage} message
 * @param {MessageContext} context
 * @param {boolean} isEdit
 */
function replace(old, message, context, isEdit) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const place = focused instanceof HTMLElement ? focused.dataset.place : undefined;
  const element = messageElement(message, context);
  if (isEdit) element.classList.add("changed");
  old.replaceWith(element);
  if (focused) {
    const same = place ? element.querySelector(`[data-place="${place}"]`) : null;
    const target = same ?? element.querySelector("[data-place]") ?? element.closest(".log");
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  }
  return element;
}

// @ts-check
import { createChatLog } from "./chat-log.js";
import { byId, el, icon } from "./dom.js";

/**
 * @typedef {import("../ports.ts").ChatMessage} ChatMessage
 * @typedef {import("../ports.ts").BotCommand} BotCommand
 * @typedef {"buyer" | "operator" | "reseller"} Role
 * @typedef {{ name: string, messages: ChatMessage[] }} ChatView
 */

/** @type {readonly Role[]} */
const ROLES = ["buyer", "operator", "reseller"];
/** @type {Record<Role, string>} */
const LABELS = { buyer: "Buyer", operator: "Operator", reseller: "Reseller" };

/**
 * The chats of the buyer, the operator and the reseller, of which one shows at a time.
 * @param {object} options
 * @param {import("./message.js").MessageContext} options.messages
 * @param {() => boolean} options.isShown
 * @param {() => void} options.onChange
 */
export function createChats({ messages, isShown, onChange }) {
  /** @type {Role} */
  let current = "buyer";
  let isLoaded = false;
  /** @type {Record<Role, readonly BotCommand[]>} */
  let commands = { buyer: [], operator: [], reseller: [] };
  const changed = () => {
    showNewer();
    showRoles();
    onChange();
  };
  const logs = {
    buyer: createChatLog(logOptions("buyer")),
    operator: createChatLog(logOptions("operator")),
    reseller: createChatLog(logOptions("reseller")),
  };
  const tabs = roleTabs((role) => {
    current = role;
    for (const each of ROLES) logs[each].root.hidden = each !== role;
    logs[role].toEnd();
    changed();
  });
  for (const role of ROLES) logs[role].root.hidden = role !== current;
  byId("newer").addEventListener("click", () => {
    logs[current].toEnd();
    logs[current].root.focus();
  });

  /** @param {Role} role */
  function logOptions(role) {
    return {
      parent: byId("logs"),
      label: `${LABELS[role]}'s chat`,
      context: messages,
      isWatched: () => current === role && isShown(),
      onChange: () => isLoaded && changed(),
    };
  }

  function showNewer() {
    const log = logs[current];
    const button = byId("newer");
    button.hidden = log.isAtEnd() || log.isEmpty();
    const unread = log.unread();
    button.classList.toggle("some", unread > 0);
    button.setAttribute("aria-label", unread > 0 ? `${unread} new, go to the end` : "Go to the end");
    button.replaceChildren(unread > 0 ? `${unread} new` : "", icon("down"));
  }

  function showRoles() {
    for (const role of ROLES) tabs[role].update(role === current, logs[role].unread());
  }

  return {
    role: () => current,
    isFresh: () => logs[current].isEmpty(),
    unread: () => ROLES.reduce((sum, role) => sum + logs[role].unread(), 0),
    commands: () => commands[current],
    markSeen: () => logs[current].markSeen(),
    /** @param {Record<Role, readonly BotCommand[]>} next */
    setCommands(next) {
      commands = next;
    },
    /**
     * @param {Record<Role, ChatView | null>} views
     * @param {import("../ports.ts").ShopProfile} shop
     */
    reset(views, shop) {
      byId("roles").hidden = ROLES.filter((role) => views[role] !== null).length < 2;
      for (const role of ROLES) {
        tabs[role].root.hidden = views[role] === null;
        logs[role].reset(views[role]?.messages ?? []);
        logs[role].setIntro(shop);
      }
      isLoaded = true;
      changed();
    },
    /**
     * @param {Role} role
     * @param {ChatMessage} message
     */
    put: (role, message) => logs[role].put(message),
    /**
     * @param {Role} role
     * @param {number} messageId
     */
    remove: (role, messageId) => logs[role].remove(messageId),
  };
}

/** @param {(role: Role) => void} onChoose */
function roleTabs(onChoose) {
  /** @param {Role} role */
  const tab = (role) => {
    const badge = el("span", { class: "badge", hidden: true });
    const button = el("button", { type: "button" }, LABELS[role], badge);
    button.addEventListener("click", () => onChoose(role));
    byId("roles").append(button);
    return {
      root: button,
      /**
       * @param {boolean} isCurrent
       * @param {number} unread
       */
      update(isCurrent, unread) {
        button.setAttribute("aria-pressed", String(isCurrent));
        badge.hidden = unread === 0 || isCurrent;
        badge.textContent = String(unread);
      },
    };
  };
  return { buyer: tab("buyer"), operator: tab("operator"), reseller: tab("reseller") };
}

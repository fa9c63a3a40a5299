// @ts-check
import { createChatLog } from "./chat-log.js";
import { byId, el, icon } from "./dom.js";

/**
 * @typedef {import("../ports.ts").ChatMessage} ChatMessage
 * @typedef {import("../ports.ts").BotCommand} BotCommand
 * @typedef {"buyer" | "operator"} Role
 * @typedef {{ name: string, messages: ChatMessage[] }} ChatView
 */

/** @type {readonly Role[]} */
const ROLES = ["buyer", "operator"];
/** @type {Record<Role, string>} */
const LABELS = { buyer: "Buyer", operator: "Operator" };

/**
 * The buyer's chat and the operator's, of which one shows at a time.
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
  let commands = { buyer: [], operator: [] };
  const changed = () => {
    showNewer();
    showRoles();
    onChange();
  };
  const logs = {
    buyer: createChatLog(logOptions("buyer")),
    operator: createChatLog(logOptions("operator")),
  };
  const tabs = roleTabs((role) => {
    current = role;
    for (const each of ROLES) logs[each].root.hidden = each !== role;
    logs[role].toEnd();
    changed();
  });
  logs.operator.root.hidden = true;
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
    unread: () => logs.buyer.unread() + logs.operator.unread(),
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
      byId("roles").hidden = views.operator === null;
      for (const role of ROLES) {
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
  return { buyer: tab("buyer"), operator: tab("operator") };
}

// @ts-check
import { byId, el, icon } from "./dom.js";
import { createInlineSearch } from "./inline-search.js";

/**
 * @typedef {import("../ports.ts").BotCommand} BotCommand
 * @typedef {ReturnType<typeof createComposer>} Composer
 */

/**
 * The foot of the chat: a Start button before the first message, then the field, Send, the command menu and the list of
 * what the bot finds in inline mode.
 * @param {object} options
 * @param {(text: string) => Promise<boolean>} options.send false where the text was not taken
 * @param {() => string} options.startText what Start sends: /start, with the payload of the link that led here
 * @param {(query: string, offset: string) => Promise<import("../ports.ts").InlineChoices | null>} options.ask
 * @param {(choiceId: string) => Promise<boolean>} options.pick false where it was not sent
 */
export function createComposer({ send, startText, ask, pick }) {
  const root = byId("composer");
  const start = el("button", { type: "button", class: "start" }, "Start");
  const input = el("input", {
    type: "text",
    placeholder: "Write a message",
    "aria-label": "Message",
    maxlength: 4096,
    autocomplete: "off",
    enterkeyhint: "send",
  });
  const submit = el("button", { type: "submit", class: "round filled", "aria-label": "Send" }, icon("send"));
  const menu = createCommandMenu(async (text) => {
    await send(text);
    input.focus();
  });
  const search = createInlineSearch({
    input,
    ask,
    onPick: async ({ id }) => {
      const text = input.value;
      input.value = "";
      if (!(await pick(id)) && input.value === "") input.value = text;
    },
  });
  const form = el("form", { class: "write" }, menu.button, input, submit);
  root.append(menu.list, search.root, start, form);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    const isTaken = await send(text);
    if (!isTaken && input.value === "") input.value = text;
  });
  start.addEventListener("click", async () => {
    // Not `disabled`: that would drop the keyboard focus.
    if (start.getAttribute("aria-busy") === "true") return;
    start.setAttribute("aria-busy", "true");
    await send(startText());
    start.removeAttribute("aria-busy");
  });

  let wasFresh = true;
  return {
    /** @param {boolean} isFresh nothing was said in this chat yet */
    setFresh(isFresh) {
      const hadFocus = root.contains(document.activeElement);
      start.hidden = !isFresh;
      form.hidden = isFresh;
      if (hadFocus && isFresh !== wasFresh) (isFresh ? start : input).focus();
      wasFresh = isFresh;
    },
    setCommands: menu.setCommands,
    setUsername: search.setUsername,
    search: search.begin,
  };
}

/** @param {(command: string) => Promise<void>} onChoose */
function createCommandMenu(onChoose) {
  const list = el("div", {
    class: "commands",
    role: "menu",
    id: "commands",
    "aria-label": "Commands",
    hidden: true,
  });
  const button = el(
    "button",
    {
      type: "button",
      class: "round",
      "aria-label": "Commands",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-controls": "commands",
    },
    icon("menu"),
  );

  /** @param {boolean} isOpen */
  const toggle = (isOpen) => {
    list.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) item(0)?.focus();
  };
  /** @param {number} index */
  const item = (index) => {
    const items = [...list.children];
    const found = items.at(items.length === 0 ? 0 : index % items.length);
    return found instanceof HTMLElement ? found : undefined;
  };

  button.addEventListener("click", () => toggle(list.hidden !== false));
  document.addEventListener("pointerdown", (event) => {
    const isInside =
      event.target instanceof Node && (list.contains(event.target) || button.contains(event.target));
    if (!list.hidden && !isInside) toggle(false);
  });
  list.addEventListener("focusout", (event) => {
    const next = event.relatedTarget;
    // Null: the window lost the focus, or a pointer went down, which is handled above.
    if (next instanceof Node && !list.contains(next) && next !== button) toggle(false);
  });
  list.addEventListener("keydown", (event) => {
    const index = [...list.children].indexOf(/** @type {Element} */ (document.activeElement));
    if (event.key === "ArrowDown") item(index + 1)?.focus();
    else if (event.key === "ArrowUp") item(index - 1)?.focus();
    else if (event.key === "Escape") {
      toggle(false);
      button.focus();
    } else return;
    event.preventDefault();
  });

  return {
    button,
    list,
    /** @param {readonly BotCommand[]} commands */
    setCommands(commands) {
      button.hidden = commands.length === 0;
      list.replaceChildren(
        ...commands.map(({ command, description }) => {
          const entry = el(
            "button",
            { type: "button", role: "menuitem", tabindex: -1 },
            el("b", {}, `/${command}`),
            el("span", {}, description),
          );
          entry.addEventListener("click", () => {
            toggle(false);
            void onChoose(`/${command}`);
          });
          return entry;
        }),
      );
    },
  };
}

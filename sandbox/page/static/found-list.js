// @ts-check
import { el, languageOf } from "./dom.js";
import { pictured } from "./emoji.js";

/**
 * @typedef {import("../ports.ts").InlineChoice} InlineChoice
 * @typedef {ReturnType<typeof createFoundList>} FoundList
 */

/**
 * The list above the message field. The focus stays in the field, which becomes a combobox while the list is open.
 * @param {HTMLInputElement} input
 */
export function createFoundList(input) {
  const list = el("div", { role: "listbox", id: "found", "aria-label": "Found by the bot" });
  const nothing = el("p", { class: "hint", role: "status" }, "The bot finds nothing for that.");
  const root = el("div", { class: "found", hidden: true }, list, nothing);
  let active = 0;
  const options = () => [...list.querySelectorAll("[role=option]")];

  return {
    root,
    isOpen: () => !root.hidden,
    count: () => options().length,
    active: () => active,
    /** @param {number} index the one before the first is the last */
    activate(index) {
      const all = options();
      active = all.length === 0 ? 0 : (index + all.length) % all.length;
      all.forEach((each, at) => {
        each.setAttribute("aria-selected", String(at === active));
      });
      const current = all[active];
      current?.scrollIntoView({ block: "nearest" });
      if (current) input.setAttribute("aria-activedescendant", current.id);
      else input.removeAttribute("aria-activedescendant");
    },
    pickActive() {
      const current = options()[active];
      if (current instanceof HTMLElement) current.click();
    },
    clear: () => list.replaceChildren(),
    /**
     * @param {readonly InlineChoice[]} choices
     * @param {(choice: InlineChoice) => void} onPick
     */
    add(choices, onPick) {
      for (const choice of choices) {
        list.append(choiceElement(choice, options().length, () => onPick(choice)));
      }
      nothing.hidden = options().length > 0;
    },
    /** @param {() => void} onMore called once; the entry then goes away */
    addMore(onMore) {
      const element = optionElement(options().length, () => {
        element.remove();
        onMore();
      });
      element.append(el("b", {}, "More…"));
      list.append(element);
    },
    open() {
      root.hidden = false;
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-expanded", "true");
      input.setAttribute("aria-controls", list.id);
    },
    close() {
      root.hidden = true;
      for (const name of ["role", "aria-expanded", "aria-controls", "aria-activedescendant"]) {
        input.removeAttribute(name);
      }
    },
  };
}

/**
 * @param {InlineChoice} choice
 * @param {number} index
 * @param {() => void} onClick
 */
function choiceElement({ title, description }, index, onClick) {
  const element = optionElement(index, onClick);
  element.append(
    el("b", { dir: "auto", lang: languageOf(title) }, ...pictured(title)),
    el("span", { dir: "auto" }, description),
  );
  return element;
}

/**
 * @param {number} index
 * @param {() => void} onClick
 */
function optionElement(index, onClick) {
  const element = el("div", { role: "option", id: `found-${index}`, "aria-selected": "false" });
  // A pointer must not take the focus out of the field.
  element.addEventListener("pointerdown", (event) => event.preventDefault());
  element.addEventListener("click", onClick);
  return element;
}

// @ts-check
import { createFoundList } from "./found-list.js";

/**
 * @typedef {import("../ports.ts").InlineChoice} InlineChoice
 * @typedef {import("../ports.ts").InlineChoices} InlineChoices
 */

/**
 * Inline mode: what the bot finds for "@its_name words" is listed above the message field as the person types. The arrow
 * keys move through the list, Enter picks.
 * @param {object} options
 * @param {HTMLInputElement} options.input
 * @param {(query: string, offset: string) => Promise<InlineChoices | null>} options.ask null: no answer
 * @param {(choice: InlineChoice) => void} options.onPick
 */
export function createInlineSearch({ input, ask, onPick }) {
  const list = createFoundList(input);
  let prefix = "@";
  /** The query in the field; null: the field asks for nothing. @type {string | null} */
  let wanted = null;
  /** The query whose answer is shown, or did not come. @type {string | null} */
  let answered = null;
  let isAsking = false;

  const close = () => {
    wanted = null;
    answered = null;
    list.close();
  };

  /** @param {InlineChoices} answer */
  const add = ({ choices, nextOffset }) => {
    list.add(choices, (choice) => {
      close();
      onPick(choice);
    });
    if (nextOffset !== "") list.addMore(() => void more(nextOffset));
  };

  /** @param {string} offset */
  async function more(offset) {
    const at = list.count();
    const query = answered;
    const answer = query === null ? null : await ask(query, offset);
    if (!answer || query !== wanted) return;
    add(answer);
    list.activate(at);
  }

  /** Asks until the answer is for what is in the field: a slow answer is never shown for another query. */
  async function look() {
    if (isAsking) return;
    isAsking = true;
    while (wanted !== null && wanted !== answered) {
      const query = wanted;
      const answer = await ask(query, "");
      if (wanted !== query) continue;
      answered = query;
      if (!answer) continue;
      list.clear();
      add(answer);
      list.open();
      list.activate(0);
    }
    isAsking = false;
  }

  input.addEventListener("input", () => {
    if (!input.value.toLowerCase().startsWith(prefix)) return close();
    wanted = input.value.slice(prefix.length).trim();
    void look();
  });
  input.addEventListener("keydown", (event) => {
    if (!list.isOpen()) return;
    if (event.key === "ArrowDown") list.activate(list.active() + 1);
    else if (event.key === "ArrowUp") list.activate(list.active() - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") list.pickActive();
    else return;
    event.preventDefault();
  });

  return {
    root: list.root,
    /** @param {string} username the bot's, without "@" */
    setUsername(username) {
      prefix = `@${username} `.toLowerCase();
    },
    /**
     * Puts a query into the field, as the bot's search button does.
     * @param {string} query
     */
    begin(query) {
      input.value = `${prefix}${query}`;
      input.focus();
      input.dispatchEvent(new Event("input"));
    },
  };
}

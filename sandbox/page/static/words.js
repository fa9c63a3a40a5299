// @ts-check
import { byId, el, languageOf } from "./dom.js";

/** What people type: with a typing error, in other languages, the other way round, as a question to the bot's search. */
const WORDS = ["whatsapp uk", "instgram poland", "код ватсап индия", "واتساب بريطانيا", "chatgpt"];

/**
 * Buttons that type for the visitor.
 * @param {{ say: (text: string) => Promise<unknown>, search: () => void }} options
 */
export function createWords({ say, search }) {
  const root = byId("words");
  for (const words of WORDS) {
    const button = el(
      "button",
      { type: "button", class: "word", dir: "auto", lang: languageOf(words) },
      words,
    );
    button.addEventListener("click", () => void say(words));
    root.append(el("li", {}, button));
  }
  const inline = el("button", { type: "button", class: "word", id: "word-inline" }, "@bot whats…");
  inline.addEventListener("click", search);
  root.append(el("li", {}, inline));
}

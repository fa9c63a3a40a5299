// @ts-check
import { byId, el } from "./dom.js";

/**
 * @typedef {import("../ports.ts").TerminalLine} TerminalLine
 * @typedef {{ clients: { id: string, label: string }[], lines: TerminalLine[], isRunning: boolean }} TerminalView
 */

const MARKS = { asked: "> ", answered: "", failed: "✗ " };

/**
 * The reseller's terminal: a published client that buys from the shop, with a key that was made in the chat.
 * @param {{ run: (client: string, key: string) => Promise<boolean> }} options
 */
export function createTerminalPanel({ run }) {
  const root = byId("terminal");
  const key = el("input", {
    type: "text",
    "aria-label": "API key",
    placeholder: "ns… the key from the chat",
    autocomplete: "off",
    spellcheck: "false",
    maxlength: 64,
    required: true,
  });
  const client = el("select", { "aria-label": "Client" });
  const submit = el("button", { type: "submit" }, "Run");
  const form = el("form", { class: "terminal-form" }, key, client, submit);
  const screen = el("div", { class: "terminal-screen", role: "log", tabindex: 0, "aria-label": "Terminal" });
  const hint = el(
    "p",
    { class: "hint" },
    "Send /api in this chat, accept, make a key and paste it here. The program buys from this shop as it would from any provider.",
  );
  root.append(el("h3", {}, "A reseller's program"), hint, form, screen);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await run(client.value, key.value.trim());
  });

  return {
    /** @param {boolean} isShown */
    show(isShown) {
      root.hidden = !isShown;
    },
    /** @param {TerminalView} view */
    update({ clients, lines, isRunning }) {
      if (client.options.length !== clients.length)
        client.replaceChildren(...clients.map(({ id, label }) => el("option", { value: id }, label)));
      root.setAttribute("aria-busy", String(isRunning));
      screen.replaceChildren(
        ...lines.map(({ kind, text }) => el("p", { class: `terminal-line ${kind}` }, MARKS[kind], text)),
      );
      screen.scrollTop = screen.scrollHeight;
    },
  };
}

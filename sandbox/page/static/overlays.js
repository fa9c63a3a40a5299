// @ts-check
import { byId, el, icon, languageOf } from "./dom.js";

/** @typedef {import("../ports.ts").ChatInvoice} ChatInvoice */

/** Long enough to be read: some time to notice it, then a slow reader's pace. */
const TOAST_MS = { least: 3200, notice: 1500, perCharacter: 70, most: 15_000 };
const MAX_TOASTS = 3;

/**
 * Shows a short text that disappears after a while.
 * @param {string} text
 */
export function toast(text) {
  const region = byId("toasts");
  const element = el("p", { class: "toast", dir: "auto", lang: languageOf(text) }, text);
  region.append(element);
  while (region.children.length > MAX_TOASTS) region.firstElementChild?.remove();
  const readingMs = TOAST_MS.notice + TOAST_MS.perCharacter * [...text].length;
  setTimeout(() => element.remove(), Math.min(TOAST_MS.most, Math.max(TOAST_MS.least, readingMs)));
}

/**
 * Shows a text that must be confirmed with "OK".
 * @param {string} text
 * @param {string} from who says it
 */
export function alertDialog(text, from) {
  const close = el("button", { class: "wide filled", type: "button" }, "OK");
  const dialog = openDialog(
    from,
    el("p", { class: "alert-text", dir: "auto", lang: languageOf(text) }, text),
    close,
  );
  close.addEventListener("click", () => dialog.close());
}

/**
 * The sheet to pass a link on. Nobody else is here to get it: it opens as a friend would come by it.
 * @param {{ url: string, payload: string }} link
 * @param {(text: string) => void} copy
 */
export function shareSheet({ url, payload }, copy) {
  const address = `/?${new URLSearchParams({ start: payload })}`;
  const open = el(
    "a",
    { class: "wide filled", href: address, target: "_blank", rel: "noopener" },
    "Open it as a friend, in a new tab",
  );
  const copyIt = el("button", { class: "wide", type: "button" }, icon("copy"), "Copy the link");
  const dialog = openDialog("Share a link", el("p", { class: "address" }, url), open, copyIt);
  dialog.classList.add("sheet");
  open.addEventListener("click", () => dialog.close());
  copyIt.addEventListener("click", () => {
    dialog.close();
    copy(url);
  });
}

/**
 * The sheet to pay an invoice in Stars.
 * @param {ChatInvoice} invoice
 * @param {object} options
 * @param {number} options.balance pretend Stars that the buyer has
 * @param {() => Promise<string | null>} options.pay null when it is paid, else why not
 */
export function invoiceSheet(invoice, { balance, pay }) {
  const isShort = balance < invoice.stars;
  const problem = el("p", { class: "problem", role: "alert" });
  const confirm = el(
    "button",
    { class: "wide filled", type: "button" },
    icon("star"),
    `Pay ${invoice.stars} Stars`,
  );
  const decline = el("button", { class: "wide", type: "button" }, "Not now");
  confirm.disabled = isShort;
  if (isShort) problem.append("You do not have that many pretend Stars.");
  const facts = el(
    "dl",
    { class: "facts" },
    el("dt", {}, "Price"),
    el("dd", { class: "stars" }, icon("star"), String(invoice.stars)),
    el("dt", {}, "You have"),
    el("dd", {}, `${balance.toLocaleString()} pretend Stars`),
  );
  const dialog = openDialog(
    invoice.title,
    el("p", { dir: "auto", lang: languageOf(invoice.description) }, invoice.description),
    facts,
    problem,
    confirm,
    decline,
  );
  dialog.classList.add("sheet");
  (isShort ? decline : confirm).focus();

  decline.addEventListener("click", () => dialog.close());
  confirm.addEventListener("click", async () => {
    if (confirm.getAttribute("aria-busy") === "true") return;
    confirm.setAttribute("aria-busy", "true");
    const why = await pay();
    confirm.removeAttribute("aria-busy");
    if (why === null) return dialog.close();
    problem.replaceChildren(why);
  });
}

/**
 * Opens a modal that is removed when it closes. The browser restores the focus.
 * @param {string} title
 * @param {...Node} children
 */
function openDialog(title, ...children) {
  const id = "dialog-title";
  const heading = el("h2", { id, dir: "auto", lang: languageOf(title) }, title);
  const dialog = el("dialog", { "aria-labelledby": id }, heading, ...children);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

// @ts-check
import { byId, el } from "./dom.js";

/**
 * On a narrow screen one part of the page is shown at a time, and the bar at the bottom switches between them.
 * @param {{ onShow: () => void }} options `onShow` is called when the chat may have become visible
 */
export function createViews({ onShow }) {
  const narrow = window.matchMedia("(max-width: 760px)");
  const buttons = [...byId("views").querySelectorAll("button")];
  const badge = el("span", { class: "badge", hidden: true });
  buttons[0]?.append(badge);
  const newsBadge = el("span", { class: "badge", hidden: true, "aria-label": "news" }, "•");
  buttons[2]?.append(newsBadge);

  /** @param {string} view one of the bar's parts of the page */
  const show = (view) => {
    document.body.dataset.view = view;
    if (view === "under") newsBadge.hidden = true;
    for (const button of buttons) {
      if (button.dataset.view === view) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
    onShow();
  };
  for (const button of buttons) {
    button.addEventListener("click", () => show(button.dataset.view ?? "chat"));
  }
  buttons[0]?.setAttribute("aria-current", "page");
  document.addEventListener("visibilitychange", onShow);
  narrow.addEventListener("change", onShow);
  // Safari on phones draws its keyboard over the page instead of shrinking it.
  const { visualViewport } = window;
  visualViewport?.addEventListener("resize", () => {
    const isZoomed = visualViewport.scale > 1;
    const height = isZoomed ? "" : `${visualViewport.height}px`;
    document.body.style.setProperty("--visible-height", height);
  });

  return {
    show,
    /** True while a person who looks at this tab sees the chat. */
    isChatShown: () => !document.hidden && (!narrow.matches || document.body.dataset.view === "chat"),
    /** Something happened underneath while another part of the page was shown. */
    markNews() {
      newsBadge.hidden = !narrow.matches || document.body.dataset.view === "under";
    },
    /** @param {number} unread */
    setUnread(unread) {
      badge.hidden = unread === 0;
      badge.textContent = String(unread);
      badge.setAttribute("aria-label", `${unread} unread`);
    },
  };
}

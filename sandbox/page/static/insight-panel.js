// @ts-check
import { byId, el } from "./dom.js";
import { dollarsFromMicros } from "./money.js";
import { orderCard, saleCard } from "./order-card.js";
import { preciseTime } from "./sim-clock.js";

/**
 * @typedef {import("../ports.ts").Insight} Insight
 * @typedef {import("./sim-clock.js").SimClock} SimClock
 */

const MAX_CALLS = 40;
const MAX_EVENTS = 40;

/**
 * The panel "What just happened": wallet, order, provider calls, events.
 * @param {{ clock: SimClock, onCopy: (text: string) => Promise<boolean> }} options
 */
export function createInsightPanel({ clock, onCopy }) {
  const parts = [
    part((insight) => saleCard(insight.order, onCopy), ["order"]),
    part((insight) => walletCard(insight.wallet), ["wallet"]),
    part((insight) => orderCard(insight.order), ["order"]),
    part((insight) => callsCard(insight.providerCalls), ["providerCalls"]),
    part((insight) => eventsCard(insight.events), ["events"]),
  ];
  byId("insight").append(...parts.map(({ root }) => root));

  return {
    /** @param {Insight} insight */
    update(insight) {
      clock.sync(insight);
      for (const { update } of parts) update(insight);
    },
    tick() {
      const speed = clock.speed();
      const text = preciseTime(clock.now());
      byId("clock").replaceChildren(text, speed === 1 ? "" : el("span", { class: "chip" }, `time ×${speed}`));
    },
  };
}

/**
 * A part of the panel that is redrawn only when its content has changed, so that a button in it keeps the focus.
 * @param {(insight: Insight) => Node | null} draw
 * @param {(keyof Insight)[]} keys what it depends on
 */
function part(draw, keys) {
  const root = el("div", { class: "part" });
  let shown = "";
  return {
    root,
    /** @param {Insight} insight */
    update(insight) {
      const seen = JSON.stringify(keys.map((key) => insight[key]));
      if (seen === shown) return;
      shown = seen;
      const node = draw(insight);
      root.replaceChildren(...(node ? [node] : []));
    },
  };
}

/** @param {Insight["wallet"]} wallet */
function walletCard(wallet) {
  const amount = (/** @type {string} */ micros) => el("dd", {}, dollarsFromMicros(micros));
  const hasHold = wallet !== null && wallet.heldMicros !== "0";
  return el(
    "section",
    { class: "card", "aria-label": "The buyer's money" },
    el("h3", {}, "The buyer's money"),
    el(
      "dl",
      { class: "wallet" },
      el("div", {}, el("dt", {}, "Available"), amount(wallet?.availableMicros ?? "0")),
      el("div", { class: hasHold ? "held" : "" }, el("dt", {}, "Held"), amount(wallet?.heldMicros ?? "0")),
    ),
  );
}

/** @param {Insight["providerCalls"]} calls */
function callsCard(calls) {
  const rows = calls
    .slice(0, MAX_CALLS)
    .map((call) =>
      el(
        "li",
        { class: `call ${outcomeOf(call.status)}` },
        el("span", { class: "when" }, preciseTime(Date.parse(call.at))),
        el(
          "span",
          { class: "what" },
          el("b", {}, call.provider),
          ` ${call.method} `,
          el("code", {}, call.path),
        ),
        el("span", { class: "status" }, call.status === null ? "no answer" : String(call.status)),
        el("span", { class: "note" }, [call.note, `${Math.round(call.ms)} ms`].filter(Boolean).join(" · ")),
      ),
    );
  const list = rows.length > 0 ? el("ol", { class: "calls" }, ...rows) : empty("No provider was asked yet.");
  return el("section", { class: "card" }, el("h3", {}, "Calls to number providers"), list);
}

/** @param {number | null} status */
function outcomeOf(status) {
  if (status === null || status >= 500) return "broken";
  return status >= 400 ? "refused" : "ok";
}

/** @param {Insight["events"]} events */
function eventsCard(events) {
  const rows = events
    .slice(0, MAX_EVENTS)
    .map(({ at, text }) =>
      el("li", {}, el("span", { class: "when" }, preciseTime(Date.parse(at))), el("span", {}, text)),
    );
  const list = rows.length > 0 ? el("ol", { class: "events" }, ...rows) : empty("Nothing yet.");
  return el("section", { class: "card" }, el("h3", {}, "Inside the shop"), list);
}

/** @param {string} text */
function empty(text) {
  return el("p", { class: "empty" }, text);
}

// @ts-check
import { el, icon } from "./dom.js";
import { dollars } from "./money.js";

/** @typedef {NonNullable<import("../ports.ts").Insight["order"]>} Order */

const SALE_STEPS = ["Asked", "Waiting", "Code", "Done"];
const RELEASED_STEPS = ["Asked", "Waiting", "Released"];

/**
 * For each state: the step of the order, and what it means for the money.
 * @type {Record<string, { steps: string[], step: number, meaning: string }>}
 */
const STATES = {
  placing: { steps: SALE_STEPS, step: 0, meaning: "A provider is being asked. The price is held." },
  in_doubt: {
    steps: SALE_STEPS,
    step: 0,
    meaning:
      "The provider's answer was lost. The price stays held until it is clear whether a number was bought.",
  },
  waiting: { steps: SALE_STEPS, step: 1, meaning: "A number is rented. The price is held, not charged." },
  cancelling: { steps: SALE_STEPS, step: 1, meaning: "The buyer cancels. Waiting for the provider's yes." },
  received: { steps: SALE_STEPS, step: 2, meaning: "The code arrived, so the price was charged." },
  waiting_again: { steps: SALE_STEPS, step: 2, meaning: "Another code was asked for, at no further charge." },
  finished: { steps: SALE_STEPS, step: 3, meaning: "The number was given back. The sale is complete." },
  cancelled: { steps: RELEASED_STEPS, step: 2, meaning: "Cancelled. The price was released in full." },
  expired: { steps: RELEASED_STEPS, step: 2, meaning: "No code came. The price was released in full." },
  failed: {
    steps: RELEASED_STEPS,
    step: 2,
    meaning: "No number was bought. The price was released in full.",
  },
};

/**
 * The order that the buyer has now, or had last.
 * @param {Order | null} order
 */
export function orderCard(order) {
  const heading = el("h3", {}, "The order");
  if (!order) return el("section", { class: "card" }, heading, el("p", { class: "empty" }, "None yet."));
  const known = STATES[order.state];
  return el(
    "section",
    { class: "card", "aria-label": "The order" },
    heading,
    el(
      "p",
      { class: "order-title" },
      `${order.service} · ${order.country}`,
      el("span", {}, dollars(order.priceUsd)),
    ),
    known ? stepper(known) : null,
    el(
      "p",
      { class: "meaning" },
      el("code", { class: "state" }, order.state),
      known ? ` ${known.meaning}` : "",
      order.provider ? el("span", { class: "via" }, ` Provider: ${order.provider}.`) : null,
    ),
  );
}

/** @param {{ steps: string[], step: number }} place */
function stepper({ steps, step }) {
  return el(
    "ol",
    { class: "steps" },
    ...steps.map((label, index) =>
      el(
        "li",
        {
          class: index < step ? "past" : index === step ? "now" : "",
          "aria-current": index === step ? "step" : null,
        },
        label,
      ),
    ),
  );
}

/**
 * What the operator earned, once a sale is charged.
 * @param {Order | null} order
 * @param {(text: string) => Promise<boolean>} onCopy
 */
export function saleCard(order, onCopy) {
  if (!order || order.profitUsd === null || order.costUsd === null) return null;
  const command = el("button", { type: "button", class: "run" }, el("code", {}, "npm start"), icon("copy"));
  command.addEventListener("click", () => void onCopy("npm start"));
  const sum = (/** @type {string} */ label, /** @type {string} */ usd, /** @type {string} */ kind) =>
    el("div", { class: kind }, el("dt", {}, label), el("dd", {}, dollars(usd)));
  return el(
    "section",
    { class: "card sale", "aria-label": "This sale" },
    el("h3", {}, "You just sold a code"),
    el(
      "dl",
      { class: "sums" },
      sum("Sale", order.priceUsd, "part"),
      sum("Cost", order.costUsd, "part"),
      sum("Profit", order.profitUsd, "total"),
    ),
    el("p", { class: "run-line" }, "Run it with your keys: ", command),
  );
}

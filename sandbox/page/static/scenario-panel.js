// @ts-check
import { byId, el } from "./dom.js";

/** @typedef {{ kind: "choice" | "switch" | "action", id: string, label: string, hint: string, active: boolean }} ScenarioView */

/** @type {{ kind: ScenarioView["kind"], title: string }[]} */
const GROUPS = [
  { kind: "choice", title: "The next number" },
  { kind: "switch", title: "Until you switch it off" },
  { kind: "action", title: "Once" },
];

/**
 * The buttons that change how the pretend world behaves.
 * @param {{ run: (id: string) => Promise<void> }} options
 */
export function createScenarioPanel({ run }) {
  const root = byId("scenarios");
  const groups = new Map(GROUPS.map(({ kind, title }) => [kind, group(root, kind, title)]));
  /** @type {Map<string, HTMLButtonElement>} */
  const buttons = new Map();

  /** @param {ScenarioView} scenario */
  const add = (scenario) => {
    const hintId = `hint-${scenario.id}`;
    const button = el(
      "button",
      {
        type: "button",
        class: "scenario",
        "data-kind": scenario.kind,
        "aria-label": scenario.label,
        "aria-describedby": hintId,
      },
      el("span", { class: "scenario-label" }, scenario.label),
      el("span", { class: "hint", id: hintId }, scenario.hint),
    );
    button.addEventListener("click", async () => {
      if (button.getAttribute("aria-busy") === "true") return;
      button.setAttribute("aria-busy", "true");
      await run(scenario.id);
      button.removeAttribute("aria-busy");
    });
    groups.get(scenario.kind)?.append(button);
    buttons.set(scenario.id, button);
    return button;
  };

  return {
    /** @param {readonly ScenarioView[]} scenarios always the same ones, in the same order */
    update(scenarios) {
      for (const scenario of scenarios) {
        const button = buttons.get(scenario.id) ?? add(scenario);
        // An action happens and is over: it is never on.
        if (scenario.kind !== "action") button.setAttribute("aria-pressed", String(scenario.active));
      }
    },
  };
}

/**
 * Those of one kind, under a title.
 * @param {HTMLElement} root
 * @param {string} kind
 * @param {string} title
 */
function group(root, kind, title) {
  const id = `scenarios-${kind}`;
  const element = el(
    "div",
    { class: "scenario-group", role: "group", "aria-labelledby": id },
    el("h3", { id }, title),
  );
  root.append(element);
  return element;
}

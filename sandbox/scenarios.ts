import { randomInt } from "node:crypto";
import type { SandboxClock } from "./clock.ts";
import type { Scenario } from "./page/ports.ts";
import { faults } from "./providers/faults.ts";
import type { AutoDeliver } from "./providers/market-types.ts";
import type { PretendProvider } from "./providers/server.ts";

const CODE_AFTER_MS = 5_000;
/** More than twice what the demo's past week makes usual. */
const LATE_CODE_AFTER_MS = 60_000;
const FAST = 60;
const ALWAYS = 1_000_000;
/** Longer than a menu waits for a supplier, shorter than the shop waits for an answer. */
const LATE_ANSWER_MS = 4_000;
const DEARER_PERCENT = 10n;

interface Stage {
  readonly clock: SandboxClock;
  readonly providers: readonly PretendProvider[];
}

/** The scenario buttons beside the chat. Each changes the pretend Telegram or providers, never the shop. */
export function createScenarios(deps: {
  clock: SandboxClock;
  providers: ReadonlyMap<string, PretendProvider>;
}): Scenario[] {
  const stage = { clock: deps.clock, providers: [...deps.providers.values()] };
  return [...codeScenarios(stage), ...troubleScenarios(stage), ...momentScenarios(stage)];
}

/** What becomes of the next number: one of these. */
function codeScenarios({ providers }: Stage): Scenario[] {
  let current = "";
  const choice = (id: string, label: string, hint: string, policy: () => AutoDeliver | null): Scenario => ({
    kind: "choice",
    id,
    label,
    hint,
    active: () => current === id,
    async run() {
      current = id;
      const chosen = policy();
      for (const { market } of providers) market.setAutoDeliver(chosen);
      return undefined;
    },
  });
  const all = [
    choice("code", "Code in 5 s", "Numbers get their SMS by themselves", () => ({ afterMs: CODE_AFTER_MS })),
    choice("late", "Code in a minute", "The card tells that it is slower than usual", () => ({
      afterMs: LATE_CODE_AFTER_MS,
    })),
    choice(
      "refused",
      "The app refuses a number",
      "No code: press App refused it. The number that replaces it works; time ×60 shortens the wait",
      everySecondNumber,
    ),
    choice(
      "silent",
      "No code → released",
      "Nothing comes: use time ×60 and watch the money come back",
      () => null,
    ),
  ];
  void all[0]?.run();
  return all;
}

/** Of all suppliers together, because the number that replaces another may be somebody else's. */
function everySecondNumber(): AutoDeliver {
  let isAccepted = true;
  return {
    afterMs: CODE_AFTER_MS,
    accepts: () => {
      isAccepted = !isAccepted;
      return isAccepted;
    },
  };
}

/** What is wrong until it is switched off again. */
function troubleScenarios({ providers }: Stage): Scenario[] {
  const [first, second] = providers;
  const stocks = providers.map(({ market }) => new Map(market.offers.map((offer) => [offer, offer.stock])));
  const setStock = (index: number, isEmpty: boolean): void => {
    for (const [{ serviceCode, countryCode }, stock] of stocks[index] ?? [])
      providers[index]?.market.setStock(serviceCode, countryCode, isEmpty ? 0 : stock);
  };
  return [
    toggle("sold-out", "Cheapest sold out", "The cheapest provider sells out; the next one serves", (isOn) =>
      setStock(0, isOn),
    ),
    toggle(
      "gone",
      "Sold out everywhere",
      "Buy, ask to be told when it is back, then switch this off: the message comes within a minute",
      (isOn) => {
        for (const index of providers.keys()) setStock(index, isOn);
      },
    ),
    toggle("down", "Provider down", "The first provider answers 503 to everything", (isOn) => {
      first?.faults.clear();
      if (isOn) first?.faults.add("*", faults.status(503), ALWAYS);
    }),
    toggle(
      "slow",
      "A supplier answers late",
      "A list that nobody opened for a while is completed when it has answered",
      (isOn) => {
        second?.faults.clear();
        if (isOn) second?.faults.add("prices", faults.delay(LATE_ANSWER_MS), ALWAYS);
      },
    ),
  ];
}

function toggle(id: string, label: string, hint: string, set: (isOn: boolean) => void): Scenario {
  let isOn = false;
  return {
    kind: "switch",
    id,
    label,
    hint,
    active: () => isOn,
    async run() {
      isOn = !isOn;
      set(isOn);
      return undefined;
    },
  };
}

/** What happens once, and the speed of time. */
function momentScenarios({ clock, providers }: Stage): Scenario[] {
  const action = (id: string, label: string, hint: string, act: () => string | undefined): Scenario => ({
    kind: "action",
    id,
    label,
    hint,
    active: () => false,
    run: async () => act(),
  });
  return [
    action("again", "SMS again", "One more SMS to the newest number", () => deliverAgain(providers)),
    action("dearer", "Prices rise", "Every supplier asks a tenth more", () => raisePrices(providers)),
    {
      kind: "switch",
      id: "fast",
      label: `Time ×${FAST}`,
      hint: "Twenty minutes pass in twenty seconds",
      active: () => clock.speed() > 1,
      async run() {
        clock.setSpeed(clock.speed() > 1 ? 1 : FAST);
        return undefined;
      },
    },
  ];
}

function raisePrices(providers: readonly PretendProvider[]): string {
  for (const { market } of providers) {
    for (const { serviceCode, countryCode, costMicros } of market.offers)
      market.setPrice(serviceCode, countryCode, (costMicros * (100n + DEARER_PERCENT)) / 100n);
  }
  return "Every supplier asks a tenth more now. What was agreed is not charged above it: you are asked first.";
}

/** Returns what the visitor is told; undefined: the SMS itself shows that it worked. */
function deliverAgain(providers: readonly PretendProvider[]): string | undefined {
  const rentals = providers.flatMap(({ market }) => market.active().map((rental) => ({ market, rental })));
  rentals.sort((a, b) => b.rental.createdAt.getTime() - a.rental.createdAt.getTime());
  const [newest] = rentals;
  if (newest === undefined) return "There is no number to send an SMS to. Buy one first.";
  const code = String(randomInt(100_000, 1_000_000));
  newest.market.deliver(newest.rental.id, { code, text: `Your code is ${code}` });
  return undefined;
}

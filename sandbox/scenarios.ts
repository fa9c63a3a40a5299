import { randomInt } from "node:crypto";
import type { SandboxClock } from "./clock.ts";
import type { Scenario } from "./page/ports.ts";
import { faults } from "./providers/faults.ts";
import type { PretendProvider } from "./providers/server.ts";

const CODE_AFTER_MS = 5_000;
const FAST = 60;
const ALWAYS = 1_000_000;

/** The scenario buttons beside the chat. Each changes the pretend Telegram or providers, never the shop. */
export function createScenarios(deps: {
  clock: SandboxClock;
  providers: ReadonlyMap<string, PretendProvider>;
}): Scenario[] {
  const { clock } = deps;
  const providers = [...deps.providers.values()];
  const [first] = providers;
  let isSilent = false;
  let isSoldOut = false;
  let isDown = false;
  const setSilent = (next: boolean): void => {
    isSilent = next;
    for (const { market } of providers) market.setAutoDeliver(next ? null : { afterMs: CODE_AFTER_MS });
  };
  const stocks = new Map(first?.market.offers.map((offer) => [offer, offer.stock]));
  const setSoldOut = (next: boolean): void => {
    isSoldOut = next;
    for (const [offer, stock] of stocks)
      first?.market.setStock(offer.serviceCode, offer.countryCode, next ? 0 : stock);
  };
  const setDown = (next: boolean): void => {
    isDown = next;
    first?.faults.clear();
    if (next) first?.faults.add("*", faults.status(503), ALWAYS);
  };
  setSilent(false);

  return [
    scenario(
      "choice",
      "code",
      "Code in 5 s",
      "Numbers get their SMS by themselves",
      () => !isSilent,
      () => setSilent(false),
    ),
    scenario(
      "choice",
      "silent",
      "No code → released",
      "Nothing comes: use time ×60 and watch the money come back",
      () => isSilent,
      () => setSilent(!isSilent),
    ),
    scenario(
      "switch",
      "sold-out",
      "Out of stock",
      "The cheapest provider sells out; the next one serves",
      () => isSoldOut,
      () => setSoldOut(!isSoldOut),
    ),
    scenario(
      "switch",
      "down",
      "Provider down",
      "The first provider answers 503 to everything",
      () => isDown,
      () => setDown(!isDown),
    ),
    scenario(
      "action",
      "again",
      "SMS again",
      "One more SMS to the newest number",
      () => false,
      () => deliverAgain(providers),
    ),
    scenario(
      "switch",
      "fast",
      `Time ×${FAST}`,
      "Twenty minutes pass in twenty seconds",
      () => clock.speed() > 1,
      () => clock.setSpeed(clock.speed() > 1 ? 1 : FAST),
    ),
  ];
}

function scenario(
  kind: Scenario["kind"],
  id: string,
  label: string,
  hint: string,
  active: () => boolean,
  act: () => unknown,
): Scenario {
  return { kind, id, label, hint, active, run: async () => told(act()) };
}

/** What an action returned, if it is a sentence. */
function told(result: unknown): string | undefined {
  return typeof result === "string" ? result : undefined;
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

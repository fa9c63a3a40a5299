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
      "code",
      "Code in 5 s",
      "Numbers get their SMS by themselves",
      () => !isSilent,
      () => setSilent(false),
    ),
    scenario(
      "silent",
      "No code → released",
      "Nothing comes: use time ×60 and watch the money come back",
      () => isSilent,
      () => setSilent(!isSilent),
    ),
    scenario(
      "sold-out",
      "Out of stock",
      "The cheapest provider sells out; the next one serves",
      () => isSoldOut,
      () => setSoldOut(!isSoldOut),
    ),
    scenario(
      "down",
      "Provider down",
      "The first provider answers 503 to everything",
      () => isDown,
      () => setDown(!isDown),
    ),
    scenario(
      "again",
      "SMS again",
      "One more SMS to the newest number",
      () => false,
      () => deliverAgain(providers),
    ),
    scenario(
      "fast",
      `Time ×${FAST}`,
      "Twenty minutes pass in twenty seconds",
      () => clock.speed() > 1,
      () => clock.setSpeed(clock.speed() > 1 ? 1 : FAST),
    ),
  ];
}

function scenario(id: string, label: string, hint: string, active: () => boolean, act: () => void): Scenario {
  return { id, label, hint, active, run: async () => act() };
}

function deliverAgain(providers: readonly PretendProvider[]): void {
  const rentals = providers.flatMap(({ market }) => market.active().map((rental) => ({ market, rental })));
  rentals.sort((a, b) => b.rental.createdAt.getTime() - a.rental.createdAt.getTime());
  const [newest] = rentals;
  const code = String(randomInt(100_000, 1_000_000));
  newest?.market.deliver(newest.rental.id, { code, text: `Your code is ${code}` });
}

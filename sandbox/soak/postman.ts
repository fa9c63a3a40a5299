import type { Clock } from "../../src/core/clock.ts";
import type { Protocol } from "../../src/providers/port/provider.ts";
import type { MarketRental } from "../providers/market-types.ts";
import type { PretendProvider } from "../providers/server.ts";
import { createRandom } from "./random.ts";
import type { Witness } from "./witness.ts";

export interface Postman {
  /** Delivers what is due; `promptly`: every number that was shown gets its SMS now. */
  step(promptly?: boolean): void;
}

/** Seven digits, and beyond any process id: a code in a log is a leak. */
const FIRST_CODE = 7_000_001;
/** Of numbers that nobody was ever shown: the number's last renter still gets SMS. */
const STRAY_SHARE = 0.03;
const SILENT_SHARE = 0.2;
const TWICE_SHARE = 0.1;
/** Of the SMS of a supplier that pushes, and that says no number's end: those that come when the shop has released the money. */
const LATE_SHARE = 0.15;
const LATE_MS = { from: 302_000, to: 326_000 };

/**
 * Sends SMS to rented numbers: to most, once they were shown to their buyer, after a while that seed and serial
 * decide; to some never, to some two at once, to some after the shop's end of the order, and to a few that nobody was
 * shown. Every SMS has a code of its own.
 */
export function createPostman(deps: {
  clock: Clock;
  providers: ReadonlyMap<string, PretendProvider>;
  witness: Pick<Witness, "isNumberShown">;
  seed: number;
}): Postman {
  const { clock, providers, witness, seed } = deps;
  const due = new Map<string, { at: number; copies: number }>();
  let nextCode = FIRST_CODE;

  function plan(key: string, rental: MarketRental, protocol: Protocol): void {
    if (due.has(key)) return;
    const random = createRandom(seed + rental.serial * 31 + rental.sms.length * 7);
    const isStray = random.isIn(STRAY_SHARE);
    if (!isStray && !witness.isNumberShown(rental.phone)) return;
    const isSilent = random.isIn(SILENT_SHARE) && !isStray;
    const afterMs = random.between(2_000, 90_000);
    // Who is asked shows the last SMS only: of two at once one cannot be told by anybody. Who pushes tells both.
    const isPushed = protocol === "push-gateway";
    const isTwice = random.isIn(TWICE_SHARE) && isPushed;
    const isLate = random.isIn(LATE_SHARE) && isPushed && rental.sms.length === 0 && !isStray;
    const lateMs = random.between(LATE_MS.from, LATE_MS.to);
    const soon = isSilent ? Number.POSITIVE_INFINITY : clock.now().getTime() + afterMs;
    due.set(key, { at: isLate ? rental.createdAt.getTime() + lateMs : soon, copies: isTwice ? 2 : 1 });
  }

  return {
    step(promptly = false) {
      const now = clock.now().getTime();
      for (const [name, { market, protocol }] of providers) {
        for (const rental of market.active()) {
          if (rental.status === "received") continue;
          const key = `${name} ${rental.id} ${rental.sms.length}`;
          const isHurried = promptly && witness.isNumberShown(rental.phone);
          if (!promptly) plan(key, rental, protocol);
          const letter = due.get(key);
          if (!isHurried && (!letter || letter.at > now)) continue;
          const copies = isHurried ? 1 : (letter?.copies ?? 1);
          for (let copy = 0; copy < copies; copy += 1) {
            const code = String(nextCode);
            nextCode += 1;
            market.deliver(rental.id, { code, text: `Your code is ${code}` });
          }
        }
      }
    },
  };
}

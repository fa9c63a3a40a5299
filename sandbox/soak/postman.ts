import type { Clock } from "../../src/core/clock.ts";
import type { MarketRental } from "../providers/market-types.ts";
import type { PretendProvider } from "../providers/server.ts";
import { createRandom } from "./random.ts";
import type { Witness } from "./witness.ts";

export interface Postman {
  /** Delivers what is due. */
  step(): void;
}

const FIRST_CODE = 1_000_001;
/** Of numbers that nobody was ever shown: the number's last renter still gets SMS. */
const STRAY_SHARE = 0.03;
const SILENT_SHARE = 0.2;
const TWICE_SHARE = 0.1;

/**
 * Sends SMS to rented numbers: to most, once they were shown to their buyer, after a while that seed and serial
 * decide; to some never, to some two at once, and to a few that nobody was shown. Every SMS has a code of its own.
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

  function plan(key: string, rental: MarketRental): void {
    if (due.has(key)) return;
    const random = createRandom(seed + rental.serial * 31 + rental.sms.length * 7);
    const isStray = random.isIn(STRAY_SHARE);
    if (!isStray && !witness.isNumberShown(rental.phone)) return;
    const isSilent = random.isIn(SILENT_SHARE) && !isStray;
    const afterMs = random.between(2_000, 90_000);
    const at = isSilent ? Number.POSITIVE_INFINITY : clock.now().getTime() + afterMs;
    due.set(key, { at, copies: random.isIn(TWICE_SHARE) ? 2 : 1 });
  }

  return {
    step() {
      const now = clock.now().getTime();
      for (const [name, { market }] of providers) {
        for (const rental of market.active()) {
          if (rental.status === "received") continue;
          const key = `${name} ${rental.id} ${rental.sms.length}`;
          plan(key, rental);
          const letter = due.get(key);
          if (!letter || letter.at > now) continue;
          for (let copy = 0; copy < letter.copies; copy += 1) {
            const code = String(nextCode);
            nextCode += 1;
            market.deliver(rental.id, { code, text: `Your code is ${code}` });
          }
        }
      }
    },
  };
}

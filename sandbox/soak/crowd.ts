import { setMaxListeners } from "node:events";
import type { Clock } from "../../src/core/clock.ts";
import type { PretendTelegram } from "../telegram/index.ts";
import type { Cashier } from "./cashier.ts";
import { drawTurn } from "./habits.ts";
import { type CrowdFigures, type Person, takeTurn } from "./person.ts";
import { createRandom } from "./random.ts";

/** Buyers who do what buyers do, in an order that the seed decides; what comes of it depends on the shop. */
export interface Crowd {
  start(): void;
  /** Resolves when everybody has finished what they were at. */
  pause(): Promise<void>;
  readonly ids: readonly number[];
  /** Real milliseconds from tap to answer; taps that were never answered are not in it. */
  readonly answersMs: readonly number[];
  readonly figures: CrowdFigures;
}

const MAX_ANSWERS = 100_000;
/** A tap in the hands of a killed replica waits for its lease (15 s, simulated) to run out, and for a start (real time). */
const PATIENCE = { simulatedMs: 40_000, leastMs: 6_000 };

export function createCrowd(deps: {
  telegram: PretendTelegram;
  cashier: Cashier;
  clock: Clock;
  seed: number;
  size: number;
  /** Simulated seconds per real second. */
  speed: number;
}): Crowd {
  const { telegram, cashier, clock, seed } = deps;
  const answersMs: number[] = [];
  const figures = { taps: 0, unanswered: 0, payments: 0, receipts: 0, farewells: 0 };
  const onAnswer = (ms: number): void => {
    if (answersMs.length < MAX_ANSWERS) answersMs.push(ms);
  };
  const people = Array.from(
    { length: deps.size },
    (_, index): Person => ({
      user: telegram.user({ firstName: `Buyer ${index + 1}` }),
      random: createRandom(seed * 1_000 + index),
      cashier,
      figures,
      patienceMs: Math.max(PATIENCE.leastMs, PATIENCE.simulatedMs / deps.speed),
      onAnswer,
    }),
  );
  let pausing = new AbortController();
  let living: Promise<unknown> = Promise.resolve();

  async function live(person: Person, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const turn = drawTurn(person.random);
      await takeTurn(person, turn, signal).catch((error: unknown) => {
        // A button that is gone between looking and pressing: people meet that too.
        if (!(error instanceof Error) || !/No such button|is not in the chat/.test(error.message))
          throw error;
      });
      await clock.sleep(turn.restMs, signal);
    }
  }

  return {
    ids: people.map(({ user }) => user.id),
    answersMs,
    figures,
    start() {
      pausing = new AbortController();
      setMaxListeners(people.length * 2 + 1, pausing.signal);
      const { signal } = pausing;
      living = Promise.all(people.map((person) => live(person, signal)));
    },
    async pause() {
      pausing.abort();
      await living;
    },
  };
}

import { performance } from "node:perf_hooks";
import { createRandom } from "../soak/random.ts";
import type { TranscriptMessage } from "../telegram/index.ts";
import type { Outside } from "../world.ts";

/** A message with a code that came again, word for word. */
export interface Double {
  readonly code: string;
  /** By performance.now(). */
  readonly firstAtMs: number;
  readonly againAtMs: number;
}

/** SMS with codes of their own to rented numbers, and what became of each. */
export interface Letters {
  /** Sends what is due. */
  step(): void;
  /** Numbers that were shown and whose SMS has not come yet. */
  waiting(): number;
  /** Codes that no message has told yet. */
  untold(): readonly string[];
  /** Milliseconds from each SMS until its first message, of one provider or of all. */
  latenciesMs(provider?: string): readonly number[];
  /** The slowest: provider, when its SMS came (by performance.now()) and how long it took. */
  slowest(
    count: number,
  ): readonly { readonly provider: string; readonly atMs: number; readonly tookMs: number }[];
  doubles(): readonly Double[];
}

interface Letter {
  readonly provider: string;
  readonly code: string;
  readonly sentAtMs: number;
  readonly toldAtMs: number[];
}

const FIRST_CODE = 7_000_001;
const CODE = /\b7\d{6}\b/g;
const WAIT_MS = [1_000, 15_000] as const;

/** Each number that was shown to its buyer gets one SMS, after a while that the seed decides. */
export function createLetters({ telegram, providers }: Outside, seed: number): Letters {
  const random = createRandom(seed);
  const dueAtMs = new Map<string, number>();
  const letters = new Map<string, Letter>();
  const shown = new Set<string>();

  function read(message: TranscriptMessage, isNew: boolean): void {
    if (!message.from.isBot) return;
    for (const [phone] of message.text.matchAll(/\+\d{8,15}/g)) shown.add(phone);
    if (!isNew || message.silent) return;
    const codes = new Set([...message.text.matchAll(CODE)].map(([code]) => code));
    for (const code of codes) letters.get(code)?.toldAtMs.push(performance.now());
  }
  telegram.events.subscribe((event) => {
    if (event.type === "message_sent") read(event.message, true);
    if (event.type === "message_edited") read(event.message, false);
  });

  function send(provider: string, rentalId: string): void {
    const code = String(FIRST_CODE + letters.size);
    letters.set(code, { provider, code, sentAtMs: performance.now(), toldAtMs: [] });
    providers.get(provider)?.market.deliver(rentalId, { code, text: `Your code is ${code}` });
  }

  const told = (provider?: string) =>
    [...letters.values()].flatMap((letter) => {
      const [toldAtMs] = letter.toldAtMs;
      const isAsked = provider === undefined || letter.provider === provider;
      if (toldAtMs === undefined || !isAsked) return [];
      return [{ provider: letter.provider, atMs: letter.sentAtMs, tookMs: toldAtMs - letter.sentAtMs }];
    });

  const waiting = () =>
    [...providers].flatMap(([provider, { market }]) =>
      market
        .active()
        .filter(({ status, phone }) => status === "waiting" && shown.has(phone))
        .map((rental) => ({ provider, rental })),
    );

  return {
    step() {
      for (const { provider, rental } of waiting()) {
        const key = `${provider} ${rental.id}`;
        const at = dueAtMs.get(key) ?? performance.now() + random.between(...WAIT_MS);
        dueAtMs.set(key, at);
        if (at <= performance.now()) send(provider, rental.id);
      }
    },
    waiting: () => waiting().length,
    untold: () =>
      [...letters.values()].flatMap(({ code, toldAtMs }) => (toldAtMs.length === 0 ? [code] : [])),
    latenciesMs: (provider) => told(provider).map(({ tookMs }) => tookMs),
    slowest: (count) =>
      told()
        .sort((a, b) => b.tookMs - a.tookMs)
        .slice(0, count),
    doubles: () =>
      [...letters.values()].flatMap(({ code, toldAtMs: [firstAtMs = 0, ...again] }) =>
        again.map((againAtMs) => ({ code, firstAtMs, againAtMs })),
      ),
  };
}

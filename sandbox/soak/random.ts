export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number, both bounds included. */
  between(min: number, max: number): number;
  isIn(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** Mulberry32: small, good enough for choosing what people do, and the same everywhere for the same seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    isIn: (probability) => next() < probability,
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error("there is nothing to pick from");
      return item;
    },
  };
}

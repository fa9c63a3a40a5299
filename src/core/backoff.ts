export interface BackoffOptions {
  baseMs: number;
  maxMs: number;
}

/**
 * Exponential back-off with full jitter on the upper half: attempt 1 waits about `baseMs`, each later one
 * twice as long, never more than `maxMs`. `random` is in [0, 1).
 */
export function backoffMs(
  attempt: number,
  options: BackoffOptions,
  random: () => number = Math.random,
): number {
  const exponent = Math.min(Math.max(attempt, 1) - 1, 30);
  const ceiling = Math.min(options.baseMs * 2 ** exponent, options.maxMs);
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}

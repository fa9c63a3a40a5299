import { performance } from "node:perf_hooks";

export interface Load {
  readonly perSecond: number;
  /** The latency of each cycle. */
  readonly latenciesMs: readonly number[];
}

/** Repeats `cycle` in `clients` parallel loops for `durationMs`. The cycle gets the number of its client. */
export async function applyLoad(
  clients: number,
  durationMs: number,
  cycle: (client: number) => Promise<void>,
): Promise<Load> {
  const startedAt = performance.now();
  const latenciesMs: number[] = [];
  const client = async (index: number): Promise<void> => {
    while (performance.now() - startedAt < durationMs) {
      const begunAt = performance.now();
      await cycle(index);
      latenciesMs.push(performance.now() - begunAt);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  return { perSecond: (latenciesMs.length * 1000) / (performance.now() - startedAt), latenciesMs };
}

/** Runs `work` and returns its result with the time that it took. */
export async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly tookMs: number }> {
  const startedAt = performance.now();
  const value = await work();
  return { value, tookMs: performance.now() - startedAt };
}

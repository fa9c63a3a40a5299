import type { Clock } from "./clock.ts";

export interface Cached<T> {
  /** The value, loaded anew when older than its time to live. Concurrent callers share one load. */
  get(): Promise<T>;
  /** The last loaded value, however old. */
  peek(): T | undefined;
  /** Makes the next `get` load anew. */
  expire(): void;
}

/** Keeps one loaded value for `ttlMs`. A failed load is not kept: the next call tries again. */
export function createCached<T>(clock: Clock, ttlMs: number, load: () => Promise<T>): Cached<T> {
  let value: { readonly content: T; readonly at: number } | undefined;
  let loading: Promise<T> | undefined;
  let generation = 0;

  async function reload(): Promise<T> {
    const at = clock.now().getTime();
    const begun = generation;
    try {
      const content = await load();
      // If it was expired while it was loaded, this caller may have it and the next one loads anew.
      value = { content, at: begun === generation ? at : Number.NEGATIVE_INFINITY };
      return content;
    } finally {
      loading = undefined;
    }
  }

  return {
    get: async () => {
      if (value && clock.now().getTime() - value.at < ttlMs) return value.content;
      loading ??= reload();
      return await loading;
    },
    peek: () => value?.content,
    expire: () => {
      generation += 1;
      if (value) value = { content: value.content, at: Number.NEGATIVE_INFINITY };
    },
  };
}

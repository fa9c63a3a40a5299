import type { ApiCall } from "./types.ts";

const MAX_CALLS = 10_000;

export interface CallLog {
  add(call: ApiCall): void;
  /** Calls, oldest first; of one method (case does not matter), or all. */
  list(method?: string): ApiCall[];
  clear(): void;
}

export function createCallLog(): CallLog {
  const calls: ApiCall[] = [];
  return {
    add(call) {
      calls.push(call);
      if (calls.length > MAX_CALLS) calls.shift();
    },
    list: (method) =>
      calls.filter((call) => method === undefined || call.method.toLowerCase() === method.toLowerCase()),
    clear() {
      calls.length = 0;
    },
  };
}

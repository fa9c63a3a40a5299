/** A promise that does not hold, with what is needed to look into it: ids only. */
export interface Violation {
  readonly promise: string;
  readonly detail: string;
}

export function broken(promise: string, detail: string): Violation {
  return { promise, detail };
}

/** The states of an order. A CHECK of the database repeats the names. */
export const orderStates = [
  "placing",
  "in_doubt",
  "waiting",
  "cancelling",
  "received",
  "waiting_again",
  "finished",
  "cancelled",
  "expired",
  "failed",
] as const;

export type OrderState = (typeof orderStates)[number];

/** For each state, the states that may follow. transition() refuses every other move. */
const transitions: Readonly<Record<OrderState, readonly OrderState[]>> = {
  /** Order and hold are committed, the provider's answer is not yet known. */
  placing: ["waiting", "failed", "in_doubt"],
  /** The call may or may not have bought a number: the money stays held. */
  in_doubt: ["waiting", "failed"],
  /** A number is rented, no SMS yet. Ended upstream without the buyer's asking, for whatever reason: expired. */
  waiting: ["received", "cancelling", "expired"],
  /** The buyer asked to cancel; the provider has not confirmed. */
  cancelling: ["cancelled", "received", "waiting"],
  /** At least one SMS; the money is captured. */
  received: ["waiting_again", "finished"],
  /** Another SMS was asked for; the money stays captured. */
  waiting_again: ["received", "finished"],
  finished: [],
  cancelled: [],
  expired: [],
  failed: [],
};

/** The states in which the buyer's money is held. */
export const heldStates = [
  "placing",
  "in_doubt",
  "waiting",
  "cancelling",
] as const satisfies readonly OrderState[];

/** The states in which a number is rented and worth watching. */
export const watchedStates = [
  "waiting",
  "cancelling",
  "received",
  "waiting_again",
] as const satisfies readonly OrderState[];

/** The states that an order never leaves. */
export const endStates = [
  "finished",
  "cancelled",
  "expired",
  "failed",
] as const satisfies readonly OrderState[];

export function canMove(from: OrderState, to: OrderState): boolean {
  return transitions[from].includes(to);
}

export function isEnded(state: OrderState): boolean {
  return transitions[state].length === 0;
}

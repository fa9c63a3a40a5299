import { describe, expect, it } from "vitest";
import {
  canMove,
  endStates,
  heldStates,
  isEnded,
  type OrderState,
  orderStates,
} from "../../src/orders/state.ts";

/** Written out a second time, by hand, so that a slip in the table is seen. */
const allowed = new Set([
  "placing>waiting",
  "placing>failed",
  "placing>in_doubt",
  "in_doubt>waiting",
  "in_doubt>failed",
  "waiting>received",
  "waiting>cancelling",
  "waiting>expired",
  "cancelling>cancelled",
  "cancelling>received",
  "cancelling>waiting",
  "received>waiting_again",
  "received>finished",
  "waiting_again>received",
  "waiting_again>finished",
]);

describe("the state table", () => {
  for (const from of orderStates) {
    for (const to of orderStates) {
      const isAllowed = allowed.has(`${from}>${to}`);
      it(`${isAllowed ? "lets" : "does not let"} an order go from ${from} to ${to}`, () => {
        expect(canMove(from, to)).toBe(isAllowed);
      });
    }
  }

  it("has a way to an end from every state", () => {
    const canEnd = (state: OrderState, seen: readonly OrderState[]): boolean =>
      isEnded(state) ||
      orderStates.some(
        (next) => canMove(state, next) && !seen.includes(next) && canEnd(next, [...seen, next]),
      );
    for (const state of orderStates) expect(canEnd(state, [state])).toBe(true);
  });

  it("reaches every state from placing", () => {
    const reached = new Set<OrderState>(["placing"]);
    for (const from of reached) for (const to of orderStates) if (canMove(from, to)) reached.add(to);
    expect([...reached].sort()).toEqual([...orderStates].sort());
  });

  it("holds money in no end state", () => {
    for (const state of endStates) expect(heldStates).not.toContain(state);
  });
});

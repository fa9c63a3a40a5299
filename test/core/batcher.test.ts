import { describe, expect, it } from "vitest";
import { createBatcher } from "../../src/core/batcher.ts";
import { type Deferred, deferred } from "../support/deferred.ts";

/** A batcher whose rounds end when the test says so. */
function open() {
  const rounds: { readonly items: readonly string[]; readonly end: Deferred<string> }[] = [];
  const add = createBatcher((items: readonly string[]) => {
    const end = deferred<string>();
    rounds.push({ items: [...items], end });
    return end.promise;
  });
  return { rounds, add };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("what is done together", () => {
  it("begins with the first item at once, and does all that came meanwhile in one round after it", async () => {
    const { rounds, add } = open();
    const first = add("a");
    await settle();
    const rest = [add("b"), add("c")];
    await settle();
    expect(rounds.map(({ items }) => items)).toEqual([["a"]]);
    rounds[0]?.end.resolve("one");
    expect(await first).toBe("one");
    await settle();
    expect(rounds.map(({ items }) => items)).toEqual([["a"], ["b", "c"]]);
    rounds[1]?.end.resolve("two");
    expect(await Promise.all(rest)).toEqual(["two", "two"]);
  });

  it("begins when it may, and then does all that came until then", async () => {
    const mayBegin = deferred<void>();
    const rounds: (readonly string[])[] = [];
    const add = createBatcher(
      async (items: readonly string[]) => void rounds.push([...items]),
      () => mayBegin.promise,
    );
    const all = [add("a"), add("b")];
    await settle();
    all.push(add("c"));
    expect(rounds).toEqual([]);
    mayBegin.resolve();
    await Promise.all(all);
    expect(rounds).toEqual([["a", "b", "c"]]);
  });

  it("has one round at a time, each item in exactly one", async () => {
    let running = 0;
    let most = 0;
    const seen: number[] = [];
    const add = createBatcher(async (items: readonly number[]) => {
      running += 1;
      most = Math.max(most, running);
      seen.push(...items);
      await settle();
      running -= 1;
      return items.length;
    });
    const all = Array.from({ length: 50 }, async (_, index) => {
      for (let wait = 0; wait < index % 5; wait += 1) await settle();
      await add(index);
    });
    await Promise.all(all);
    expect(most).toBe(1);
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  it("tells a failure to those of its round only; the next round is done", async () => {
    const { rounds, add } = open();
    const first = add("a");
    await settle();
    const second = add("b");
    rounds[0]?.end.reject(new Error("the first round failed"));
    await expect(first).rejects.toThrow("the first round failed");
    await settle();
    rounds[1]?.end.resolve("done");
    expect(await second).toBe("done");
  });

  it("tells a failure to everybody in the round, and goes on afterwards", async () => {
    const { rounds, add } = open();
    const first = add("a");
    await settle();
    const failing = [add("b"), add("c")];
    rounds[0]?.end.resolve("one");
    await first;
    await settle();
    rounds[1]?.end.reject(new Error("down"));
    const told = await Promise.allSettled(failing);
    expect(told.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const later = add("d");
    await settle();
    rounds[2]?.end.resolve("three");
    expect(await later).toBe("three");
  });
});

import { describe, expect, it } from "vitest";
import { createGathered } from "../../src/core/gather.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Finds for each number its double, and notes what was read together. */
function open() {
  const reads: (readonly number[])[] = [];
  const find = createGathered(async (keys: readonly number[]) => {
    reads.push([...keys]);
    if (keys.includes(13)) throw new Error("thirteen");
    return (key) => 2 * key;
  });
  return { reads, find };
}

describe("what is looked up in the same turn of the event loop", () => {
  it("is read together, and everybody gets their own", async () => {
    const { reads, find } = open();
    expect(await Promise.all([find(1), find(2), find(1)])).toEqual([2, 4, 2]);
    expect(reads).toEqual([[1, 2, 1]]);
  });

  it("is not read with what is looked up later: nobody gets what was read before they asked", async () => {
    const { reads, find } = open();
    const first = find(1);
    await turn();
    const second = find(2);
    expect(await Promise.all([first, second])).toEqual([2, 4]);
    expect(reads).toEqual([[1], [2]]);
  });

  it("waits for no earlier read that hangs", async () => {
    let isFirst = true;
    const find = createGathered(async (): Promise<(key: number) => number> => {
      if (isFirst) {
        isFirst = false;
        return await new Promise(() => undefined);
      }
      return (key) => key;
    });
    void find(1);
    await turn();
    expect(await find(2)).toBe(2);
  });

  it("fails together, and leaves later reads alone", async () => {
    const { find } = open();
    const told = await Promise.allSettled([find(1), find(13)]);
    expect(told.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await find(1)).toBe(2);
  });

  it("is read in several rounds of 200 at most", async () => {
    const { reads, find } = open();
    await Promise.all(Array.from({ length: 450 }, (_, index) => find(1_000 + index)));
    expect(reads.map(({ length }) => length)).toEqual([200, 200, 50]);
  });
});

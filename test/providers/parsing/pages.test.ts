import { describe, expect, it } from "vitest";
import { eachPage, type PagedList, watchPages } from "../../../src/providers/parsing/pages.ts";
import { type Deferred, deferred } from "../../support/deferred.ts";

interface Row {
  readonly upstreamId: string;
}

const PAGE = 100;

function rowsFrom(offset: number, count: number): readonly Row[] {
  return Array.from({ length: count }, (_, index) => ({ upstreamId: `u${offset + index}` }));
}

/** A list of open numbers whose pages are answered when the test says so. */
function slowList(length: number) {
  const asked: number[] = [];
  const answers = new Map<number, Deferred<readonly Row[]>>();
  const list: PagedList<Row> = {
    isShrinking: true,
    read(_index, offset) {
      const answer = deferred<readonly Row[]>();
      asked.push(offset);
      answers.set(offset, answer);
      return answer.promise;
    },
  };
  const answer = (offset: number, count = Math.min(PAGE, length - offset)): void =>
    answers.get(offset)?.resolve(rowsFrom(offset, count));
  return { list, asked, answer, fail: (offset: number) => answers.get(offset)?.reject(new Error("away")) };
}

const ids = (count: number): readonly string[] => rowsFrom(0, count).map(({ upstreamId }) => upstreamId);
const observe = () => ({ status: "waiting", sms: [] }) as const;

describe("a list of many pages", () => {
  it("is asked for four pages ahead, so that a slow answer does not hold up the next request", async () => {
    const { list, asked, answer } = slowList(1_000);
    const pages = watchPages(list, ids(1_000), observe);
    const first = pages.next();
    expect(asked).toEqual([0]);
    answer(0);
    expect((await first).value?.size).toBe(100);
    expect(asked).toEqual([0, 95, 190, 285, 380]);
  });

  it("comes in order, whichever page is answered first", async () => {
    const { list, answer } = slowList(300);
    const pages = watchPages(list, ids(300), observe);
    const first = pages.next();
    answer(0);
    await first;
    const second = pages.next();
    answer(190);
    answer(95);
    expect([...((await second).value?.keys() ?? [])][0]).toBe("u95");
    expect([...((await pages.next()).value?.keys() ?? [])][0]).toBe("u190");
  });

  it.each([
    [100, [0]],
    [150, [0, 95]],
    [195, [0, 95]],
    [300, [0, 95, 190, 285]],
  ])("is asked for no page more than its %i numbers fill", async (count, offsets) => {
    const { list, asked, answer } = slowList(count);
    const seen = new Set<string>();
    const reading = (async () => {
      for await (const page of watchPages(list, ids(count), observe))
        for (const id of page.keys()) seen.add(id);
    })();
    for (const offset of offsets) {
      await expect.poll(() => asked).toContain(offset);
      answer(offset);
    }
    await reading;
    expect(asked).toEqual(offsets);
    expect(seen.size).toBe(count);
  });

  it("is read on from where a page that is shorter than the first ends, so that no row is passed over", async () => {
    const { list, asked, answer } = slowList(1_000);
    const pages = watchPages(list, ids(1_000), observe);
    const first = pages.next();
    answer(0);
    await first;
    const second = pages.next();
    answer(95, 40);
    await second;
    void pages.next();
    await expect.poll(() => asked).toEqual([0, 95, 190, 285, 380, 133]);
  });

  it("fails after the pages before the one that failed, and what was asked for ahead troubles nobody", async () => {
    const { list, answer, fail } = slowList(1_000);
    const pages = watchPages(list, ids(1_000), observe);
    const first = pages.next();
    answer(0);
    await first;
    fail(190);
    fail(285);
    answer(95);
    expect((await pages.next()).value?.size).toBe(100);
    await expect(pages.next()).rejects.toThrow("away");
  });

  it("is read page by page where nobody knows how long it is", async () => {
    const { list, asked, answer } = slowList(1_000);
    const pages = eachPage(list);
    const first = pages.next();
    answer(0);
    await first;
    expect(asked).toEqual([0]);
  });
});

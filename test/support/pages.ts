import type { Observation } from "../../src/providers/port/provider.ts";

type Pages = AsyncIterable<ReadonlyMap<string, Observation>>;

/** What each request of a `checkMany` told. */
export async function pagesOf(pages: Pages): Promise<ReadonlyMap<string, Observation>[]> {
  const all = [];
  for await (const page of pages) all.push(page);
  return all;
}

/** What all requests of a `checkMany` told together. */
export async function allOf(pages: Pages): Promise<ReadonlyMap<string, Observation>> {
  return new Map((await pagesOf(pages)).flatMap((page) => [...page]));
}

import type { Observation } from "../port/provider.ts";

/** No account has open numbers for so many pages; a longer list is broken. */
export const MAX_PAGES = 200;

interface Row {
  readonly upstreamId: string;
}

/** A list that an upstream returns page by page. */
export interface PagedList<T extends Row> {
  /** Sends one request and may reject. Gets the number of the page, from 0, and the place in the list where it begins. */
  read(index: number, offset: number): Promise<readonly T[]>;
  /**
   * True: rows vanish from the list when their numbers end, and every later row moves up. A page then begins some rows
   * before the last one ended, so that rows that move meanwhile are not passed over. Such a list holds open numbers only, so
   * that the numbers one watches tell how long it is.
   */
  readonly isShrinking?: boolean;
}

/** A page with at least one row that no earlier page had. */
export interface Page<T extends Row> {
  readonly rows: readonly T[];
  /** The rows of all pages so far, each once by its id; a later page shows it in its newer state. */
  readonly found: ReadonlyMap<string, T>;
}

/** Why reading ended: an empty page, a page with no new row, the reader had enough, or {@link MAX_PAGES}. */
export type End = "empty" | "repeated" | "enough" | "bound";

/**
 * One in twenty rows of a page is read again by the next: five of a hundred. More numbers than that rarely end between two
 * requests. A row that is passed over all the same is absent, and whoever misses it asks about it alone.
 */
const OVERLAP = 20;

/** How a list ended, with its last page. */
interface Ended<T extends Row> extends Page<T> {
  readonly end: End;
}

/**
 * So many pages are on their way at once, where it is known that there are so many: a slow answer does not hold up the next
 * request. The request budget still decides how many there are in a second.
 */
const PAGES_AT_ONCE = 4;

/**
 * Reads a list page by page, one request a page. Only an empty page or a page without new rows ends the list: a short page
 * may be followed by others, because some suppliers return fewer rows than requested. `expected`: how many rows there are at
 * least, as far as the reader knows. The pages that these fill are asked for ahead, and come in order all the same.
 */
export async function* eachPage<T extends Row>(
  list: PagedList<T>,
  expected = 0,
): AsyncGenerator<Page<T>, Ended<T>, undefined> {
  const found = new Map<string, T>();
  const ahead: Promise<readonly T[]>[] = [];
  let offset = 0;
  let fullPage: number | undefined;
  for (let index = 0; index < MAX_PAGES; index += 1) {
    const rows = await (ahead.shift() ?? list.read(index, offset));
    if (rows.length === 0) return { end: "empty", rows, found };
    const known = found.size;
    for (const row of rows) found.set(row.upstreamId, row);
    if (found.size === known) return { end: "repeated", rows, found };
    fullPage ??= rows.length;
    const step = rows.length - (list.isShrinking ? Math.floor(rows.length / OVERLAP) : 0);
    offset += step;
    // What was asked for after a page of another length begins at the wrong place.
    if (rows.length !== fullPage) ahead.length = 0;
    else {
      const isUseful = (): boolean => found.size + ahead.length * step < expected;
      while (ahead.length < PAGES_AT_ONCE && isUseful() && index + ahead.length + 1 < MAX_PAGES)
        ahead.push(begin(list, index + ahead.length + 1, offset + ahead.length * step));
    }
    yield { rows, found };
  }
  return { end: "bound", rows: [], found };
}

/** Asks for a page that may not be wanted any more when it comes: then nobody hears of its failure. */
function begin<T extends Row>(list: PagedList<T>, index: number, offset: number): Promise<readonly T[]> {
  const reading = list.read(index, offset);
  reading.catch(() => undefined);
  return reading;
}

/** Reads the pages of a list until `isEnough`, or to its end. */
export async function readPages<T extends Row>(
  list: PagedList<T>,
  isEnough: (page: Page<T>) => boolean = () => false,
): Promise<Ended<T>> {
  const pages = eachPage(list);
  for (;;) {
    const step = await pages.next();
    if (step.done) return step.value;
    if (isEnough(step.value)) return { ...step.value, end: "enough" };
  }
}

/**
 * Looks for these ids in a list: after each request, what its page tells about them. Reading ends when every id has come up
 * or `isPast`, or with the list. `observe` returns undefined for a row that does not tell an order's state.
 */
export async function* watchPages<T extends Row>(
  list: PagedList<T>,
  upstreamIds: readonly string[],
  observe: (row: T) => Observation | undefined,
  isPast: (page: Page<T>) => boolean = () => false,
): AsyncGenerator<ReadonlyMap<string, Observation>, void, undefined> {
  const missing = new Set(upstreamIds);
  const wanted = new Set(upstreamIds);
  if (missing.size === 0) return;
  for await (const page of eachPage(list, list.isShrinking ? wanted.size : 0)) {
    const seen = new Map<string, Observation>();
    for (const row of page.rows) {
      if (!wanted.has(row.upstreamId)) continue;
      missing.delete(row.upstreamId);
      const observation = observe(row);
      if (observation) seen.set(row.upstreamId, observation);
    }
    yield seen;
    if (missing.size === 0 || isPast(page)) return;
  }
}

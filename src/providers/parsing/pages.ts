/** More pages than any account has open numbers for; a list that goes on is broken. */
export const MAX_PAGES = 200;

interface Row {
  readonly upstreamId: string;
}

export interface PagesRead<T extends Row> {
  /** Each row once, by its id; a later page shows it in its newer state. */
  readonly rows: ReadonlyMap<string, T>;
  /** Why reading ended: an empty page, a page with no new row, `isEnough`, or {@link MAX_PAGES}. */
  readonly end: "empty" | "repeated" | "enough" | "bound";
  /** How many rows the first page had. */
  readonly firstPageRows: number;
}

/**
 * Reads a list page by page. A short page is not the last one: some suppliers give fewer rows than were asked for, so only
 * an empty page or one without anything new ends a list. `page` is given its number from 0 and how many rows came before
 * it; it makes one request and may reject.
 */
export async function readPages<T extends Row>(
  page: (index: number, offset: number) => Promise<readonly T[]>,
  isEnough: (found: ReadonlyMap<string, T>, latest: readonly T[]) => boolean = () => false,
): Promise<PagesRead<T>> {
  const rows = new Map<string, T>();
  let offset = 0;
  let firstPageRows = 0;
  for (let index = 0; index < MAX_PAGES; index += 1) {
    const latest = await page(index, offset);
    if (index === 0) firstPageRows = latest.length;
    if (latest.length === 0) return { rows, end: "empty", firstPageRows };
    const known = rows.size;
    for (const row of latest) rows.set(row.upstreamId, row);
    if (rows.size === known) return { rows, end: "repeated", firstPageRows };
    if (isEnough(rows, latest)) return { rows, end: "enough", firstPageRows };
    offset += latest.length;
  }
  return { rows, end: "bound", firstPageRows };
}

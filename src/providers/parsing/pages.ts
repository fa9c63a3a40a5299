/** No account has open numbers for so many pages; a longer list is broken. */
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
 * Reads a list page by page. Only an empty page or a page without new rows ends the list: a short page may be followed by
 * others, because some suppliers return fewer rows than requested. `page` gets the page number, from 0, and the number of
 * rows before it; it sends one request and may reject.
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

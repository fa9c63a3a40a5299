import type { Page } from "./catalog.ts";

const MAX_PAGE_SIZE = 100;

/** One page of a list. Pages count from 0; a number out of range gives the nearest page. */
export function pageOf<T>(items: readonly T[], page: number, pageSize: number): Page<T> {
  const size = Math.min(Math.max(Math.trunc(pageSize) || 1, 1), MAX_PAGE_SIZE);
  const pageCount = Math.max(Math.ceil(items.length / size), 1);
  const nearest = Math.min(Math.max(Math.trunc(page) || 0, 0), pageCount - 1);
  return { items: items.slice(nearest * size, (nearest + 1) * size), page: nearest, pageCount };
}

import type { Hono } from "hono";
import type { Market } from "./market.ts";

export type Paging = "documented" | "repeats" | "short";

export interface FaceOptions {
  readonly market: Market;
  readonly key: string;
  /** The handler_api dialect; other protocols have none. */
  readonly dialect: string;
  /** The address of the shop's webhook, which may be set after the start. Null: none. */
  readonly webhookUrl: () => string | null;
  /** How lists are paged: as documented, with `start` or `page` ignored, or with fewer rows than requested. */
  readonly paging: Paging;
  /** How many times each webhook call is sent. */
  readonly webhookCopies: number;
}

/** The HTTP interface of one protocol to a market. */
export interface Face {
  readonly app: Hono;
  /** The path of PROVIDER_<NAME>_URL. */
  readonly basePath: string;
  /**
   * The method of the Provider port that a request serves ("buy", "check"; "text" for the text of an SMS), for faults
   * and the request log.
   */
  operationOf(method: string, url: URL): string;
}

/** The rows of a page at a supplier that ignores the requested number of rows. */
export const SHORT_PAGE = 7;

/** The rows of one page. */
export function pageOf<T>(rows: readonly T[], start: number, limit: number, paging: Paging): readonly T[] {
  if (paging === "repeats") return rows;
  return rows.slice(start, start + (paging === "short" ? Math.min(limit, SHORT_PAGE) : limit));
}

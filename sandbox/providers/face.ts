import type { Hono } from "hono";
import type { Market } from "./market.ts";

export type Paging = "documented" | "repeats" | "short";

export interface FaceOptions {
  readonly market: Market;
  readonly key: string;
  /** The handler_api dialect; other protocols have none. */
  readonly dialect: string;
  /** Where a supplier that pushes sends its calls; null: nowhere. May be set after the start. */
  readonly webhookUrl: () => string | null;
  /** How its lists page: as documented, with `start` or `page` ignored, or with fewer rows than were asked for. */
  readonly paging: Paging;
  /** How often it sends each of them. */
  readonly webhookCopies: number;
}

/** A market with a wire protocol on it. */
export interface Face {
  readonly app: Hono;
  /** What an operator puts behind the origin in PROVIDER_<NAME>_URL. */
  readonly basePath: string;
  /**
   * The method of the Provider port that a request serves ("buy", "check"; "text" for the text of an SMS), for faults
   * and the request log.
   */
  operationOf(method: string, url: URL): string;
}

/** What a supplier with short pages gives, however many rows are asked for. */
export const SHORT_PAGE = 7;

/** The rows of one page. */
export function pageOf<T>(rows: readonly T[], start: number, limit: number, paging: Paging): readonly T[] {
  if (paging === "repeats") return rows;
  return rows.slice(start, start + (paging === "short" ? Math.min(limit, SHORT_PAGE) : limit));
}

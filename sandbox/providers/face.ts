import type { Hono } from "hono";
import type { Market } from "./market.ts";

export interface FaceOptions {
  readonly market: Market;
  readonly key: string;
  /** The handler_api dialect; other protocols have none. */
  readonly dialect: string;
  /** Where a supplier that pushes sends its calls; null: nowhere. May be set after the start. */
  readonly webhookUrl: () => string | null;
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

import type { Priority, Reservation } from "../port/provider.ts";

/** The request budget of one upstream account, shared by all replicas. */
export interface RequestGate {
  /**
   * Resolves when the request may be sent. A turn reserved before is used up first. Rejects with a definite ProviderError
   * "rate_limited" (wasAsked: false) when the wait would be too long.
   */
  acquire(priority: Priority): Promise<void>;
  /** See `Provider.reserve`. */
  reserve(priority: Priority, count: number): Promise<Reservation>;
  /**
   * Sends no request of any priority for this long, because the upstream asked for it. "too_fast": it also said that we ask
   * too often (429), so the rate is lowered, and rises again slowly.
   */
  penalise(retryAfterMs: number, reason: "too_fast" | "busy"): Promise<void>;
}

/** The outcome of one request, for metrics and the demo's insight panel. It holds no query and no body. */
export interface RequestRecord {
  readonly provider: string;
  readonly operation: string;
  readonly priority: Priority;
  readonly method: string;
  readonly status: number | null;
  readonly durationMs: number;
  readonly error: string | null;
}

import type { Priority } from "../port/provider.ts";

/**
 * The request budget of one upstream account, shared by all replicas. `acquire` resolves when the request may be sent. It
 * rejects with a definite ProviderError "rate_limited" (wasAsked: false) when the wait would be too long.
 */
export interface RequestGate {
  acquire(priority: Priority): Promise<void>;
  /** Sends no request of any priority for this long, because the upstream asked for it. */
  penalise(retryAfterMs: number): Promise<void>;
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

import type { Priority } from "../port/provider.ts";

/**
 * The request budget of one upstream account, shared by all replicas. `acquire` resolves when the request may
 * be sent, and rejects with a definite ProviderError "rate_limited" (not asked) when its turn would come too late.
 */
export interface RequestGate {
  acquire(priority: Priority): Promise<void>;
  /** The upstream said "not before": no request of any priority is sent until then. */
  penalise(retryAfterMs: number): Promise<void>;
}

/** What happened to one request, for metrics and the demo's "what just happened". No query, no body. */
export interface RequestRecord {
  readonly provider: string;
  readonly operation: string;
  readonly method: string;
  readonly status: number | null;
  readonly durationMs: number;
  readonly error: string | null;
}

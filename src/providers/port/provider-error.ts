/** The reasons why a request to an upstream failed or was refused. */
export const providerErrorKinds = [
  "no_stock",
  "price_moved",
  "no_funds",
  "bad_credentials",
  "suspended",
  "bad_mapping",
  "unknown_order",
  "rate_limited",
  "refused",
  "unreachable",
  "unavailable",
  "timeout",
  "garbage",
  "unsupported",
] as const;

export type ProviderErrorKind = (typeof providerErrorKinds)[number];

export interface ProviderErrorDetails {
  readonly provider: string;
  readonly kind: ProviderErrorKind;
  /**
   * True: the upstream certainly did not act on the request (a documented refusal, or the request was never sent).
   * False: it may have acted. A purchase that ends with false is in doubt, never failed.
   */
  readonly definite: boolean;
  /** False: no request was sent, because our own request budget was spent. Absent: a request was sent or attempted. */
  readonly wasAsked?: false;
  /** For the operator: a token or status, never an upstream body, key, phone number or code. */
  readonly reason: string;
  /** How long the upstream asked us to wait before the next request. */
  readonly retryAfterMs?: number;
  /** Only with "price_moved": the lowest price that the upstream accepts now. */
  readonly minCostMicros?: bigint;
  readonly cause?: unknown;
}

/** The only error that the methods of a Provider reject with. */
export class ProviderError extends Error {
  readonly provider: string;
  readonly kind: ProviderErrorKind;
  readonly definite: boolean;
  readonly wasAsked: boolean;
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
  readonly minCostMicros: bigint | undefined;

  constructor(details: ProviderErrorDetails) {
    super(`${details.provider}: ${details.kind} (${details.reason})`, { cause: details.cause });
    this.name = "ProviderError";
    this.provider = details.provider;
    this.kind = details.kind;
    this.definite = details.definite;
    this.wasAsked = details.wasAsked ?? true;
    this.reason = details.reason;
    this.retryAfterMs = details.retryAfterMs;
    this.minCostMicros = details.minCostMicros;
  }
}

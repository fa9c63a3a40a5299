/** A provider refused a purchase because our account there does not hold enough. */
export interface Shortage {
  /** The least cost that was refused. */
  readonly costMicros: bigint;
  /** When it last refused one. */
  readonly at: Date;
  /** When operators were told of it; null: not yet. */
  readonly toldAt: Date | null;
}

/** After a refusal that the balance does not explain, or of a provider that does not tell it, no purchase is tried for so long. */
const UNEXPLAINED_MS = 60_000;
const UNTOLD_MS = 5 * 60_000;

/**
 * What a look at the balance means for a shortage. "over": the balance covers the refused cost; it need not have risen
 * since the last look, because a top-up may come before that look. `balanceMicros` null: the provider does not tell.
 */
export function afterLook(
  shortage: Shortage,
  balanceMicros: bigint | null,
  now: Date,
): "over" | "short" | "unexplained" {
  const waitedMs = now.getTime() - shortage.at.getTime();
  if (balanceMicros === null) return waitedMs >= UNTOLD_MS ? "over" : "short";
  if (balanceMicros < shortage.costMicros) return "short";
  return waitedMs >= UNEXPLAINED_MS ? "over" : "unexplained";
}

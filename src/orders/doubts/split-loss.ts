/** Which of some purchases took place, judged by the sum that is missing. */
export interface Split {
  /** Indexes into the costs, ascending. */
  readonly bought: readonly number[];
  /** The missing sum less the cost of those; 0n: they explain it exactly. */
  readonly restMicros: bigint;
  /** No other choice explains the missing sum as well. Always false for more than {@link MAX_EXACT} costs. */
  readonly isOnly: boolean;
}

/** Up to so many costs all combinations are tried: about a million. */
export const MAX_EXACT = 20;

/**
 * Finds the costs whose sum comes nearest to `missingMicros`. Of combinations that come equally near, the one with the
 * earlier costs is chosen, so the caller puts the likelier ones first. For more than {@link MAX_EXACT} costs the result
 * is a good guess: the dearest that fit, one after the other.
 */
export function splitLoss(costs: readonly bigint[], missingMicros: bigint): Split {
  return costs.length > MAX_EXACT ? guess(costs, missingMicros) : best(costs, missingMicros);
}

/** Walks through all combinations in an order in which each differs from the one before by one cost (Gray code). */
function best(costs: readonly bigint[], missingMicros: bigint): Split {
  // Micro-dollars of sums that a shop has at a provider are far below 2^53.
  const amounts = costs.map(Number);
  const last = amounts.length - 1;
  const target = Number(missingMicros);
  let [mask, sum] = [0, 0];
  let [bestMask, bestError, ties] = [0, Math.abs(target), 1];
  for (let step = 1; step < 2 ** amounts.length; step += 1) {
    const flipped = 31 - Math.clz32(step & -step);
    // The first cost has the highest bit, so that the greater mask is the one with the earlier costs.
    mask ^= 1 << flipped;
    sum += (mask & (1 << flipped) ? 1 : -1) * (amounts[last - flipped] ?? 0);
    const error = Math.abs(target - sum);
    if (error > bestError) continue;
    ties = error < bestError ? 1 : ties + 1;
    if (error < bestError || mask > bestMask) bestMask = mask;
    bestError = error;
  }
  const bought = costs.flatMap((_, index) => (bestMask & (1 << (last - index)) ? [index] : []));
  return { bought, restMicros: restOf(costs, bought, missingMicros), isOnly: ties === 1 };
}

function guess(costs: readonly bigint[], missingMicros: bigint): Split {
  const dearestFirst = [...costs.keys()].sort((a, b) => Number((costs[b] ?? 0n) - (costs[a] ?? 0n)) || a - b);
  let left = missingMicros;
  const bought = dearestFirst.filter((index) => {
    const cost = costs[index] ?? 0n;
    if (cost > left) return false;
    left -= cost;
    return true;
  });
  bought.sort((a, b) => a - b);
  return { bought, restMicros: restOf(costs, bought, missingMicros), isOnly: false };
}

function restOf(costs: readonly bigint[], bought: readonly number[], missingMicros: bigint): bigint {
  return bought.reduce((rest, index) => rest - (costs[index] ?? 0n), missingMicros);
}

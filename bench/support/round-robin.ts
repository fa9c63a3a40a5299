/** A number as its supplier knows it; times in ms of the same clock. */
export interface Awaited {
  readonly rentedAtMs: number;
  /** Undefined: no SMS came. */
  readonly smsAtMs: number | undefined;
}

/** What a shop may ask its supplier. */
export interface Budget {
  readonly requestsPerSecond: number;
  /** When a request went to something else than a number, such as a purchase: it takes a turn of the round. In order. */
  readonly othersAtMs: readonly number[];
}

/**
 * When a plain round robin would have seen the same SMS with the same budget: it asks about the open numbers in turn, one
 * request every `1 / requestsPerSecond`, and stops asking about a number once it has its code. It may ask about a number as
 * often as it likes; finishes and the time of a request and of a message cost it nothing. Returns the milliseconds from each
 * SMS to its request.
 */
export function roundRobinLatencies(
  numbers: readonly Awaited[],
  { requestsPerSecond, othersAtMs }: Budget,
  endsAtMs: number,
): readonly number[] {
  const coming = [...numbers].sort((a, b) => a.rentedAtMs - b.rentedAtMs);
  const latencies: number[] = [];
  const startsAtMs = coming[0]?.rentedAtMs ?? endsAtMs;
  const others = othersAtMs.filter((atMs) => atMs >= startsAtMs);
  let turns: Awaited[] = [];
  let next = 0;
  let other = 0;
  for (let atMs = startsAtMs; atMs < endsAtMs; atMs += 1000 / requestsPerSecond) {
    for (let number = coming[next]; number && number.rentedAtMs <= atMs; number = coming[next]) {
      turns.push(number);
      next += 1;
    }
    if ((others[other] ?? endsAtMs) <= atMs) {
      other += 1;
      continue;
    }
    const [asked, ...rest] = turns;
    if (!asked) continue;
    const isSeen = asked.smsAtMs !== undefined && asked.smsAtMs <= atMs;
    if (isSeen) latencies.push(atMs - (asked.smsAtMs ?? 0));
    turns = isSeen ? rest : [...rest, asked];
  }
  return latencies;
}

/** More keys at once are read in several rounds, so that no statement grows without a bound. */
const MAX_KEYS = 200;

/**
 * Gathers what is looked up in the same turn of the event loop, and reads it together. `readAll` begins after each of its
 * keys was asked for, so what it finds is never older than the question. Its failure is told to everybody who asked.
 */
export function createGathered<Key, Value>(
  readAll: (keys: readonly Key[]) => Promise<(key: Key) => Value>,
): (key: Key) => Promise<Value> {
  interface Round {
    readonly keys: Key[];
    readonly read: Promise<(key: Key) => Value>;
  }
  let gathering: Round | undefined;

  function begin(): Round {
    const keys: Key[] = [];
    const isOver = new Promise<void>((resolve) => setImmediate(resolve));
    const read = isOver.then(() => {
      if (gathering === round) gathering = undefined;
      return readAll(keys);
    });
    const round: Round = { keys, read };
    return round;
  }

  return async (key) => {
    if (!gathering || gathering.keys.length >= MAX_KEYS) gathering = begin();
    const { keys, read } = gathering;
    keys.push(key);
    return (await read)(key);
  };
}

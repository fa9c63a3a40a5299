/**
 * Gathers what is to be done: the first item is done at once, or when `gather` lets it, and those that come meanwhile or
 * while it is under way are done together. Each caller gets the result of the round that its item was in, or its failure.
 */
export function createBatcher<Item, Result>(
  work: (items: readonly Item[]) => Promise<Result>,
  gather: () => Promise<void> | undefined = () => undefined,
): (item: Item) => Promise<Result> {
  let waiting: Item[] = [];
  let next: Promise<Result> | undefined;
  let current: Promise<unknown> = Promise.resolve();

  function runNext(before: Promise<unknown>): Promise<Result> {
    const round = before
      // Another round's failure is its own.
      .catch(() => undefined)
      .then(gather)
      .then(() => {
        const items = waiting;
        waiting = [];
        next = undefined;
        return work(items);
      });
    current = round;
    return round;
  }

  return (item) => {
    waiting.push(item);
    next ??= runNext(current);
    return next;
  };
}

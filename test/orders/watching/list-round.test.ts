import { describe, expect, it } from "vitest";
import { createBook, type Entry } from "../../../src/orders/watching/book.ts";
import { readList } from "../../../src/orders/watching/list-round.ts";
import type { Observation, Provider } from "../../../src/providers/port/provider.ts";
import { createTestClock } from "../../support/clock.ts";
import { deferred } from "../../support/deferred.ts";
import { createTestLogger } from "../../support/logger.ts";
import { createScriptedProvider, received, waiting } from "../../support/scripted-provider.ts";

const clock = createTestClock();
const deps = { clock, logger: createTestLogger(), checkpoint: () => undefined };

function bookOf(count: number) {
  const book = createBook();
  const now = clock.now();
  const moments = { placedAt: now, rentedAt: now, receivedAt: null, closedAt: null, cancelOpensAt: null };
  const end = { expiresAt: new Date(now.getTime() + 1_200_000), nextCheckAt: now, hintedAt: null };
  const state = { serviceId: "wa", state: "waiting", version: 1, round: 1, lacksText: false };
  for (let index = 0; index < count; index += 1)
    book.put({ id: `o${index}`, upstreamId: `u${index}`, ...state, ...moments, ...end }, now);
  return book;
}

/** A provider whose list has these pages; `asked` counts how many were read. */
function listing(pages: readonly ReadonlyMap<string, Observation>[]) {
  const asked: string[] = [];
  const provider: Provider = {
    ...createScriptedProvider("alpha", { checkMany: true }),
    async *checkMany(_ids, { priority }) {
      for (const page of pages) {
        asked.push(priority);
        yield page;
      }
    },
  };
  return { provider, asked };
}

const page = (id: string, observation: Observation) => new Map([[id, observation]]);
const stored: string[] = [];
const store = async ({ id }: Entry): Promise<void> => void stored.push(id);

describe("a round of a provider's list", () => {
  it("asks for its pages with the priority of lists, so that it does not break off when the budget is short", async () => {
    const { provider, asked } = listing([page("u0", waiting), page("u1", waiting)]);
    const round = { deps, provider, book: bookOf(2), store, isHeld: () => true };
    expect(await readList(round)).toBe("whole");
    expect(asked).toEqual(["list", "list"]);
  });

  it("stores one page while the next is asked for, and ends when all are stored", async () => {
    const storing = deferred<void>();
    const { provider, asked } = listing([page("u0", received("11")), page("u1", waiting)]);
    const round = { deps, provider, book: bookOf(2), store: () => storing.promise, isHeld: () => true };
    let end: string | undefined;
    const reading = readList(round).then((reached) => {
      end = reached;
    });
    await expect.poll(() => asked).toHaveLength(2);
    expect(end).toBeUndefined();
    storing.resolve();
    await reading;
    expect(end).toBe("whole");
  });

  it("ends after the page in hand when another replica may watch, and stores that page", async () => {
    stored.length = 0;
    const { provider, asked } = listing([page("u0", received("11")), page("u1", waiting)]);
    const round = { deps, provider, book: bookOf(2), store, isHeld: () => false };
    expect(await readList(round)).toBe("left");
    expect(asked).toHaveLength(1);
    expect(stored).toEqual(["o0"]);
  });

  it("fails with a fault of ours, and does not take it for a provider that gave no list", async () => {
    const provider = createScriptedProvider("alpha", { checkMany: true });
    provider.onCheckMany = () => {
      throw new TypeError("a fault of ours");
    };
    const round = { deps, provider, book: bookOf(1), store, isHeld: () => true };
    await expect(readList(round)).rejects.toThrow("a fault of ours");
  });
});

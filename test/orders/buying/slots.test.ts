import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../../src/core/ids.ts";
import { createSlots } from "../../../src/orders/buying/slots.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { deferred } from "../../support/deferred.ts";
import { createScriptedProvider, rental } from "../../support/scripted-provider.ts";
import { createTestShop } from "../../support/shop.ts";

/** Lets what was just settled go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("slots", () => {
  it("are given at once up to the limit, and say so", async () => {
    const slots = createSlots(() => 2);
    expect(await slots.take("alpha")).toMatchObject({ hasWaited: false });
    expect(await slots.take("alpha")).toMatchObject({ hasWaited: false });
  });

  it("pass on in the order in which people came, and nobody who comes later overtakes", async () => {
    const slots = createSlots(() => 1);
    const first = await slots.take("alpha");
    const order: string[] = [];
    const wait = async (name: string): Promise<void> => {
      const slot = await slots.take("alpha");
      order.push(name);
      expect(slot?.hasWaited).toBe(true);
      await settle();
      slot?.release();
    };
    const waiting = [wait("a"), wait("b"), wait("c")];
    first?.release();
    waiting.push(wait("d"));
    await Promise.all(waiting);
    expect(order).toEqual(["a", "b", "c", "d"]);
    expect(await slots.take("alpha")).toMatchObject({ hasWaited: false });
  });

  it("of one provider say nothing about another's", async () => {
    const slots = createSlots((name) => (name === "alpha" ? 1 : 2));
    await slots.take("alpha");
    expect(await slots.take("beta")).toMatchObject({ hasWaited: false });
    expect(await slots.take("beta")).toMatchObject({ hasWaited: false });
  });

  it("are not given any more once the process stops: those who wait get nothing, and so does whoever comes", async () => {
    const slots = createSlots(() => 1);
    const first = await slots.take("alpha");
    const waiting = slots.take("alpha");
    slots.stop();
    expect(await waiting).toBeUndefined();
    expect(await slots.take("alpha")).toBeUndefined();
    first?.release();
  });

  it("have ten thousand waiting at most", async () => {
    const slots = createSlots(() => 1);
    await slots.take("alpha");
    const waiting = Array.from({ length: 10_000 }, () => slots.take("alpha"));
    expect(await slots.take("alpha")).toBeUndefined();
    slots.stop();
    expect((await Promise.all(waiting)).every((slot) => slot === undefined)).toBe(true);
  });
});

describe("an order that waits for its slot", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  /** Two orders with one slot: the first is with the provider, the second waits. */
  async function twoOrders() {
    const slots = createSlots(() => 1);
    const alpha = createScriptedProvider("alpha");
    const shop = await createTestShop(database.db, { providers: [alpha], deps: { slots } });
    const answer = deferred<ReturnType<typeof rental>>();
    const nextId = newId();
    let calls = 0;
    alpha.onBuy = () => {
      calls += 1;
      return calls === 1 ? answer.promise : rental(`${nextId}-${calls}`, "+447700900122");
    };
    const place = async (): Promise<string> => {
      const buyerId = await shop.buyer(1_000_000n);
      const quoteId = await shop.quote(buyerId);
      const tap = { buyerId, quoteId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: 1 };
      const result = await shop.orders.purchase(tap);
      if (result.kind !== "placed") throw new Error("not placed");
      return result.orderId;
    };
    const first = await place();
    await alpha.called("buy");
    const second = await place();
    return { shop, alpha, answer, first, second, nextId };
  }

  it("is placed as soon as the first has its number", async () => {
    const { shop, alpha, answer, first, second, nextId } = await twoOrders();
    expect(alpha.calls).toEqual(["buy"]);
    answer.resolve(rental("one", "+447700900121"));
    await shop.orders.drain();
    expect(await shop.order(first)).toMatchObject({ state: "waiting", upstreamId: "one" });
    expect(await shop.order(second)).toMatchObject({ state: "waiting", upstreamId: `${nextId}-2` });
  });

  it("keeps its money held when the process stops, and is placed by another replica", async () => {
    const { shop, answer, second } = await twoOrders();
    const stopped = shop.orders.stop();
    answer.resolve(rental("one-b", "+447700900131"));
    await stopped;
    expect(await shop.order(second)).toMatchObject({ state: "placing", upstreamId: null });
    const other = await createTestShop(database.db, { providers: shop.providers });
    await other.clock.advance(3_000);
    await other.orders.sweep();
    expect(await shop.order(second)).toMatchObject({ state: "waiting" });
    await shop.assertSound();
  });

  it("is placed once when its process was killed: another replica takes it up, and the dead one's place is free", async () => {
    const { shop, alpha, second } = await twoOrders();
    // The first process never comes back: its call gets no answer, and what it waited for is forgotten.
    const other = await createTestShop(database.db, { providers: shop.providers });
    await other.clock.advance(3_000);
    await other.orders.sweep();
    expect(await shop.order(second)).toMatchObject({ state: "waiting" });
    expect(alpha.calls.filter((call) => call === "buy")).toHaveLength(2);
    await shop.assertSound();
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { deferred } from "../../support/deferred.ts";
import { createScriptedProvider, rental } from "../../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../../support/shop.ts";

let database: TestDatabase;
let shop: TestShop;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  shop = await createTestShop(database.db, {
    providers: [createScriptedProvider("alpha"), createScriptedProvider("beta")],
  });
});

const tap = (buyerId: string, quoteId: string) =>
  shop.orders.purchase({ buyerId, quoteId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: 1 });

describe("two processes that place one order at the same moment", () => {
  it("buy once, even where each would choose another provider", async () => {
    const [alpha, beta] = shop.providers;
    const buyerId = await shop.buyer(1_000_000n);
    const quoteId = await shop.quote(buyerId);
    // Their catalogues differ for a moment: one has seen a price change that the other has not.
    const other = await createTestShop(database.db, { providers: [alpha!, beta!] });
    other.offers = [...shop.offers].reverse();
    const answer = deferred<void>();
    for (const provider of [alpha!, beta!])
      provider.onBuy = async () => {
        await answer.promise;
        return rental(`${provider.name}-${quoteId}`, "+447700900155");
      };
    const result = await tap(buyerId, quoteId);
    if (result.kind !== "placed") throw new Error("not placed");
    await Promise.race([alpha!.called("buy"), beta!.called("buy")]);
    await other.clock.advance(3_000);
    await other.orders.sweep();
    answer.resolve();
    await shop.orders.drain();
    expect([...alpha!.calls, ...beta!.calls].filter((call) => call === "buy")).toHaveLength(1);
    expect(await shop.order(result.orderId)).toMatchObject({ state: "waiting", provider: "alpha" });
    await shop.assertSound();
  });

  it("let the database decide where both have read that nobody calls", async () => {
    const [alpha, beta] = shop.providers;
    const buyerId = await shop.buyer(1_000_000n);
    const quoteId = await shop.quote(buyerId);
    // Both choose before either writes down its attempt.
    const bothHaveChosen = deferred<void>();
    let choosing = 0;
    const waitsForBoth = {
      take: async () => {
        choosing += 1;
        if (choosing === 2) bothHaveChosen.resolve();
        await bothHaveChosen.promise;
        return { hasWaited: false, release: () => undefined };
      },
      stop: () => undefined,
    };
    const parts = { providers: [alpha!, beta!], deps: { slots: waitsForBoth } };
    const [here, there] = [
      await createTestShop(database.db, parts),
      await createTestShop(database.db, parts),
    ];
    there.offers = [...here.offers].reverse();
    const ids = { buyerId, quoteId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: 1 };
    const result = await here.orders.purchase(ids);
    if (result.kind !== "placed") throw new Error("not placed");
    await there.clock.advance(3_000);
    await there.orders.sweep();
    await here.orders.drain();
    expect([...alpha!.calls, ...beta!.calls].filter((call) => call === "buy")).toHaveLength(1);
    expect(await shop.order(result.orderId)).toMatchObject({ state: "waiting" });
    await shop.assertSound();
  });
});

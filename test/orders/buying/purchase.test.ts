import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createScriptedProvider, providerError, rental } from "../../support/scripted-provider.ts";
import { ceilingMicros, createTestShop, offerOf, priceMicros, type TestShop } from "../../support/shop.ts";

let database: TestDatabase;
let shop: TestShop;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("outbox").execute();
  shop = await createTestShop(database.db, {
    providers: [createScriptedProvider("alpha"), createScriptedProvider("beta")],
  });
});

const tap = (buyerId: string, quoteId: string, terms: number | null = 1) =>
  shop.orders.purchase({ buyerId, quoteId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: terms });

describe("a purchase", () => {
  it("holds the quoted price before the provider is called, and rents the number", async () => {
    const [alpha] = shop.providers;
    const buyerId = await shop.buyer(1_000_000n);
    let heldAtCall = 0n;
    alpha!.onBuy = async () => {
      heldAtCall = (await shop.balance(buyerId)).heldMicros;
      return rental("a-1", "+447700900001");
    };
    const order = await shop.order(await shop.buy(buyerId));
    expect(heldAtCall).toBe(priceMicros);
    expect(order).toMatchObject({
      state: "waiting",
      provider: "alpha",
      upstreamId: "a-1",
      phone: "+447700900001",
    });
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: 520_000n, heldMicros: priceMicros });
    await shop.assertSound();
  });

  it("buys once for ten taps on one quote", async () => {
    const buyerId = await shop.buyer(10_000_000n);
    const quoteId = await shop.quote(buyerId);
    const results = await Promise.all(Array.from({ length: 10 }, () => tap(buyerId, quoteId)));
    await shop.orders.drain();
    expect(results.filter((result) => result.kind === "placed")).toHaveLength(1);
    expect(results.filter((result) => result.kind === "already")).toHaveLength(9);
    expect(shop.providers[0]!.calls).toEqual(["buy"]);
    await shop.assertSound();
  });

  it("lets exactly one of fifty parallel purchases through when the money is for one", async () => {
    const buyerId = await shop.buyer(priceMicros);
    const quotes = await Promise.all(Array.from({ length: 50 }, () => shop.quote(buyerId)));
    const results = await Promise.all(quotes.map((quoteId) => tap(buyerId, quoteId)));
    await shop.orders.drain();
    expect(results.filter((result) => result.kind === "placed")).toHaveLength(1);
    expect(results.filter((result) => result.kind === "short")).toHaveLength(49);
    expect(shop.providers[0]!.calls).toEqual(["buy"]);
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: 0n, heldMicros: priceMicros });
    await shop.assertSound();
  });

  it("names what is missing when the balance is short, and holds nothing", async () => {
    const buyerId = await shop.buyer(100_000n);
    const result = await tap(buyerId, await shop.quote(buyerId));
    expect(result).toEqual({
      kind: "short",
      missingMicros: 380_000n,
      priceMicros,
      serviceId: "wa",
      countryId: "GB",
    });
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: 100_000n, heldMicros: 0n });
  });

  it("needs the terms once, and takes them with the first tap", async () => {
    const buyerId = await shop.buyer(10_000_000n);
    expect(await tap(buyerId, await shop.quote(buyerId), null)).toMatchObject({ code: "terms_not_accepted" });
    expect(await tap(buyerId, await shop.quote(buyerId), 1)).toMatchObject({ kind: "placed" });
    expect(await tap(buyerId, await shop.quote(buyerId), null)).toMatchObject({ kind: "placed" });
    await shop.orders.drain();
  });

  it("refuses somebody else's quote and an expired one", async () => {
    const owner = await shop.buyer(1_000_000n);
    const thief = await shop.buyer(1_000_000n);
    const quoteId = await shop.quote(owner);
    expect(await tap(thief, quoteId)).toMatchObject({ kind: "refused", code: "quote_expired" });
    await shop.clock.advance(600_000);
    expect(await tap(owner, quoteId)).toMatchObject({ kind: "refused", code: "quote_expired" });
  });

  it("keeps a price until the last moment of its ten minutes", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    const quoteId = await shop.quote(buyerId);
    await shop.clock.advance(599_999);
    expect(await tap(buyerId, quoteId)).toMatchObject({ kind: "placed" });
    await shop.orders.drain();
  });

  it("begins an order's history with the tap", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    const orderId = await shop.buy(buyerId);
    const [first] = await shop.db
      .selectFrom("order_history")
      .select(["version", "from_state", "to_state", "cause", "actor"])
      .where("order_id", "=", orderId)
      .orderBy("version")
      .execute();
    expect(first).toEqual({
      version: 1,
      from_state: null,
      to_state: "placing",
      cause: "tap",
      actor: "buyer",
    });
  });

  it("sells nothing that was put on the blocklist after its price was shown", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    const quoteId = await shop.quote(buyerId);
    shop.blocked.add("wa");
    expect(await tap(buyerId, quoteId)).toMatchObject({ kind: "refused", code: "service_blocked" });
    expect(shop.providers[0]!.calls).toEqual([]);
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: 1_000_000n, heldMicros: 0n });
  });

  it("goes on to the next provider under the same hold after a definite refusal", async () => {
    const [alpha, beta] = shop.providers;
    alpha!.onBuy = () => {
      throw providerError("no_stock", true);
    };
    const buyerId = await shop.buyer(1_000_000n);
    const order = await shop.order(await shop.buy(buyerId));
    expect(order).toMatchObject({ state: "waiting", provider: "beta" });
    expect([alpha!.calls, beta!.calls]).toEqual([["buy"], ["buy"]]);
    expect(shop.refusals).toEqual(["alpha no_stock"]);
    await shop.assertSound();
  });

  it("releases the hold and says why when every provider refuses", async () => {
    for (const provider of shop.providers) {
      provider.onBuy = () => {
        throw providerError("no_stock", true);
      };
    }
    const buyerId = await shop.buyer(1_000_000n);
    const order = await shop.order(await shop.buy(buyerId));
    expect(order).toMatchObject({ state: "failed", failure: "out_of_stock" });
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: 1_000_000n, heldMicros: 0n });
    // The buyer watches the card, which says why.
    expect(await shop.messages("order_failed")).toEqual([]);
    expect((await shop.messages("order_card")).length).toBeGreaterThan(0);
    await shop.assertSound();
  });

  it("tries each offer at most once", async () => {
    const [alpha] = shop.providers;
    alpha!.onBuy = () => {
      throw providerError("no_stock", true);
    };
    shop.offers = [offerOf("alpha", shop.clock.now()), offerOf("alpha", shop.clock.now())];
    await shop.buy(await shop.buyer(1_000_000n));
    expect(alpha!.calls).toEqual(["buy"]);
  });

  it("leaves tries for the others when one provider's many operators refuse", async () => {
    const [alpha, beta] = shop.providers;
    alpha!.onBuy = () => {
      throw providerError("no_stock", true);
    };
    const at = shop.clock.now();
    const operators = Array.from({ length: 8 }, (_, index) => `virtual${index}`);
    shop.offers = [
      ...operators.map((operator) => ({ ...offerOf("alpha", at), operator })),
      offerOf("beta", at),
    ];
    const order = await shop.order(await shop.buy(await shop.buyer(1_000_000n)));
    expect(order).toMatchObject({ state: "waiting", provider: "beta" });
    expect(alpha!.calls).toEqual(["buy", "buy", "buy"]);
    expect(beta!.calls).toEqual(["buy"]);
  });

  it("ends after twelve tries, however many providers there are", async () => {
    const names = Array.from({ length: 15 }, (_, index) => `seller-${index}`);
    const many = names.map((name) => createScriptedProvider(name));
    for (const provider of many) {
      provider.onBuy = () => {
        throw providerError("no_stock", true);
      };
    }
    const crowded = await createTestShop(database.db, { providers: many });
    const order = await crowded.order(await crowded.buy(await crowded.buyer(1_000_000n)));
    expect(order).toMatchObject({ state: "failed", failure: "out_of_stock" });
    expect(many.flatMap(({ calls }) => calls)).toHaveLength(12);
  });

  for (const kind of ["timeout", "unavailable", "garbage"] as const) {
    it(`keeps the hold and calls nobody else when the outcome is unknown (${kind})`, async () => {
      const [alpha, beta] = shop.providers;
      alpha!.onBuy = () => {
        throw providerError(kind, false);
      };
      const buyerId = await shop.buyer(1_000_000n);
      const order = await shop.order(await shop.buy(buyerId));
      expect(order.state).toBe("in_doubt");
      expect(await shop.balance(buyerId)).toEqual({ availableMicros: 520_000n, heldMicros: priceMicros });
      expect([alpha!.calls, beta!.calls]).toEqual([["buy"], []]);
      await shop.assertSound();
    });
  }

  it("gives back a number that cost more than the quote allows, and tries the next offer", async () => {
    const [alpha] = shop.providers;
    alpha!.onBuy = () => rental("dear", "+447700900009", ceilingMicros + 1n);
    const order = await shop.order(await shop.buy(await shop.buyer(1_000_000n)));
    expect(order).toMatchObject({ state: "waiting", provider: "beta" });
    await shop.orders.reconcile("alpha");
    expect(alpha!.calls).toEqual(["buy", "cancel dear"]);
    const [orphan] = await shop.db.selectFrom("orphans").select(["upstream_id", "outcome"]).execute();
    expect(orphan).toEqual({ upstream_id: "dear", outcome: "cancelled" });
  });

  it("treats a number that another order has as a purchase in doubt", async () => {
    const [alpha] = shop.providers;
    alpha!.onBuy = () => rental("same", "+447700900010");
    await shop.buy(await shop.buyer(1_000_000n));
    const second = await shop.order(await shop.buy(await shop.buyer(1_000_000n)));
    expect(second.state).toBe("in_doubt");
    await shop.assertSound();
  });
});

describe("limits", () => {
  const limits = { maxOpenOrders: 2, purchasesPerHour: 100, cancelsPerHour: 100, newBuyerOrdersPerDay: 100 };

  it("caps open orders even for taps at the same time", async () => {
    shop = await createTestShop(database.db, { deps: { limits } });
    const buyerId = await shop.buyer(10_000_000n);
    const quotes = await Promise.all(Array.from({ length: 6 }, () => shop.quote(buyerId)));
    const results = await Promise.all(quotes.map((quoteId) => tap(buyerId, quoteId)));
    await shop.orders.drain();
    expect(results.filter((result) => result.kind === "placed")).toHaveLength(2);
    const refused = results.filter((result) => result.kind === "refused");
    expect(new Set(refused.map((result) => result.code))).toEqual(new Set(["too_many_open_orders"]));
  });

  it("caps purchases in an hour and a new buyer's first day", async () => {
    shop = await createTestShop(database.db, {
      deps: { limits: { ...limits, maxOpenOrders: 9, purchasesPerHour: 1 } },
    });
    const hasty = await shop.buyer(10_000_000n);
    await shop.buy(hasty);
    expect(await tap(hasty, await shop.quote(hasty))).toMatchObject({ code: "too_many_purchases" });
    shop = await createTestShop(database.db, { deps: { limits: { ...limits, newBuyerOrdersPerDay: 1 } } });
    const fresh = await shop.buyer(10_000_000n);
    await shop.buy(fresh);
    expect(await tap(fresh, await shop.quote(fresh))).toMatchObject({ code: "new_buyer_limit" });
  });
});

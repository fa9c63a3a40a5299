import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../../src/core/ids.ts";
import { selectQuote } from "../../../src/db/queries/quotes.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { providerError } from "../../support/scripted-provider.ts";
import {
  clear,
  createBuyer,
  createFixture,
  createSeller,
  price,
  priceCalls,
  sellers,
  selling,
} from "../fixture.ts";

let database: TestDatabase;
let buyerId = "";
beforeAll(async () => {
  database = await createTestDatabase();
  buyerId = await createBuyer(database.db, new Date("2026-03-01T12:00:00Z"));
});
afterAll(() => database.close());
beforeEach(() => clear(database.db));

const pair = { serviceId: "wa", countryId: "GB" };
const request = () => ({ buyerId, ...pair, language: "en" });

describe("a quote", () => {
  it("is the cheapest offer's price, binding for ten minutes, with room up to the minimum profit", async () => {
    const { catalog, clock } = await createFixture(
      database.db,
      sellers(["alpha", 300_000n, 4], ["beta", 180_000n, 3], ["gamma", 100_000n, 0]),
    );
    const result = await catalog.quote(request());
    expect(result).toMatchObject({
      kind: "quote",
      quote: { ...pair, priceMicros: 240_000n, costCeilingMicros: 220_000n },
      offer: { country: { id: "GB", name: "UK" }, priceMicros: 240_000n, stock: 7, successPercent: null },
      facts: { lifetimeMs: 1_200_000, cancelAfterMs: 120_000, another: true },
    });
    if (result.kind !== "quote") throw new Error("no quote");
    expect(result.quote.expiresAt).toEqual(new Date(clock.now().getTime() + 600_000));
    const { fullPriceMicros, ...stored } = result.quote;
    expect(fullPriceMicros).toBeNull();
    expect(await selectQuote(database.db, result.quote.id)).toEqual({
      ...stored,
      buyerId,
      createdAt: clock.now(),
      redemptionId: null,
      orderId: null,
    });
    expect(await selectQuote(database.db, newId())).toBeUndefined();
  });

  it("follows the most specific price rule", async () => {
    const { catalog, clock } = await createFixture(
      database.db,
      sellers(["alpha", 100_000n, 1], ["beta", 150_000n, 1]),
    );
    const rule = { id: newId(), markup_basis_points: 10_000, min_profit_micros: 50_000n, actor: "test" };
    const at = clock.now();
    await database.db
      .insertInto("price_rules")
      .values([
        { ...rule, service_id: "wa", created_at: at },
        {
          ...rule,
          id: newId(),
          provider: "beta",
          markup_basis_points: 0,
          min_profit_micros: 10_000n,
          created_at: at,
        },
      ])
      .execute();
    // alpha would be 0.20, beta is 0.16: the buyer sees the lower price, and it leaves beta's profit.
    expect(await catalog.quote(request())).toMatchObject({
      quote: { priceMicros: 160_000n, costCeilingMicros: 150_000n },
    });
  });

  it("asks for prices older than 60 s first, and not for younger ones", async () => {
    const alpha = selling("alpha", 300_000n, 4);
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    await catalog.quote(request());
    await clock.advance(60_000);
    await catalog.quote(request());
    expect(priceCalls(alpha)).toHaveLength(1);
    alpha.priceList = [price("wa", "16", 400_000n)];
    await clock.advance(1);
    expect(await catalog.quote(request())).toMatchObject({ quote: { priceMicros: 520_000n } });
    expect(priceCalls(alpha)).toHaveLength(2);
  });

  it("is given on the known price when the provider does not answer within 1.5 s", async () => {
    const alpha = selling("alpha", 300_000n, 4);
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    await catalog.quote(request());
    alpha.onPrices = () => new Promise(() => undefined);
    await clock.advance(61_000);
    const quoting = catalog.quote(request());
    await clock.pass(1_500);
    expect(await quoting).toMatchObject({ kind: "quote", quote: { priceMicros: 390_000n } });
  });

  it("tells what is sold out from what cannot be reached", async () => {
    const alpha = selling("alpha", 300_000n, 0);
    const beta = selling("beta", 300_000n, 0);
    const { catalog, clock } = await createFixture(database.db, [alpha, beta]);
    const refused = (code: string) => ({ kind: "refused", code });
    expect(await catalog.quote(request())).toEqual(refused("out_of_stock"));
    expect(await catalog.quote({ ...request(), countryId: "JP" })).toEqual(refused("out_of_stock"));
    expect(await catalog.quote({ ...request(), serviceId: "~aaaaaaaa" })).toEqual(refused("out_of_stock"));
    expect(await catalog.quote({ ...request(), serviceId: "tg" })).toEqual(refused("service_blocked"));

    const fail = () => Promise.reject(providerError("unreachable", true));
    alpha.onPrices = fail;
    await clock.advance(61_000);
    expect(await catalog.quote(request())).toEqual(refused("out_of_stock"));
    beta.onPrices = fail;
    await clock.advance(61_000);
    expect(await catalog.quote(request())).toEqual(refused("providers_unavailable"));
    await database.db
      .insertInto("provider_health")
      .values(["alpha", "beta"].map((provider) => ({ provider, state: "open", updated_at: clock.now() })))
      .execute();
    expect(await catalog.quote(request())).toEqual(refused("providers_unavailable"));
  });

  it("says what the provider that is tried first can do", async () => {
    const alpha = createSeller("alpha", {
      cancel: false,
      another: false,
      lifetimeMs: null,
      cancelAfterMs: 300_000,
    });
    alpha.priceList = [price("wa", "16", 300_000n)];
    const { catalog } = await createFixture(database.db, [alpha]);
    expect(await catalog.quote(request())).toMatchObject({
      facts: { cancelAfterMs: null, another: false, lifetimeMs: 1_200_000 },
    });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compareBalance, missingAt } from "../../src/operations/provider-balance.ts";
import { compareOpenOrders } from "../../src/operations/provider-orders.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  createScriptedProvider,
  rental,
  type ScriptedProvider,
  waiting,
} from "../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../support/shop.ts";

let database: TestDatabase;
let shop: TestShop;
let provider: ScriptedProvider;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  provider = createScriptedProvider(`p${Math.random()}`);
  shop = await createTestShop(database.db, { providers: [provider] });
});

/** A number that is being cancelled upstream: `answer` lets the provider's yes through to us. */
async function rented(): Promise<{ orderId: string; buyerId: string }> {
  const buyerId = await shop.buyer(1_000_000n);
  return { buyerId, orderId: await shop.buy(buyerId) };
}

describe("the self-check of a busy shop", () => {
  it("does not take the money of a cancel that we have not booked yet for a deposit", async () => {
    let balanceMicros = 9_820_000n;
    const { orderId, buyerId } = await rented();
    provider.balance = async () => ({ balanceMicros, escrowMicros: null });
    expect(await compareBalance(shop.deps, provider)).toEqual([]);
    // Paid back upstream; our books follow between the first look and the second.
    let looks = 0;
    provider.balance = async () => {
      looks += 1;
      if (looks === 2) await shop.watch();
      return { balanceMicros, escrowMicros: null };
    };
    provider.onCancel = () => ({ kind: "cancelled" });
    await shop.clock.advance(121_000);
    await shop.orders.cancel(orderId, buyerId);
    balanceMicros = 10_000_000n;
    await compareBalance(shop.deps, provider);
    expect((await shop.order(orderId)).state).toBe("cancelled");
    expect(await compareBalance(shop.deps, provider)).toEqual([]);
  });

  it("takes no more of a rise for a deposit than open numbers cannot explain", async () => {
    let balanceMicros = 9_820_000n;
    const { orderId } = await rented();
    provider.balance = async () => ({ balanceMicros, escrowMicros: null });
    expect(await compareBalance(shop.deps, provider)).toEqual([]);
    // The number has ended there and was paid back; here it is open still. And the operator has paid in.
    balanceMicros += 180_000n;
    expect(await compareBalance(shop.deps, provider)).toBeUndefined();
    expect(await missingAt(shop.deps, provider, 0)).toBeUndefined();
    balanceMicros += 5_000_000n;
    expect(await compareBalance(shop.deps, provider)).toBeUndefined();
    provider.onCheck = () => ({ status: "expired", sms: [] });
    await shop.clock.advance(31_000);
    await shop.watch();
    expect((await shop.order(orderId)).state).toBe("expired");
    expect(await compareBalance(shop.deps, provider)).toEqual([]);
    expect(await missingAt(shop.deps, provider, 0)).toBe(0n);
    balanceMicros -= 1n;
    expect(await compareBalance(shop.deps, provider)).toHaveLength(1);
  });

  it("does not report an order that ended, nor a purchase that began, while the list was on its way", async () => {
    const { orderId, buyerId } = await rented();
    await shop.clock.advance(200_000);
    provider.onBuy = () => rental("young", "+447700900201");
    provider.onActive = async () => {
      await shop.orders.cancel(orderId, buyerId);
      await shop.watch();
      await rented();
      const codes = { serviceCode: "wa", countryCode: "16", costMicros: null, createdAt: null };
      return [{ upstreamId: "young", phone: "+447700900201", ...codes, observation: waiting }];
    };
    expect(await compareOpenOrders(shop.deps, provider)).toEqual([]);
  });
});

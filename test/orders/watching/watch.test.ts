import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../../src/core/ids.ts";
import type { Observation } from "../../../src/providers/port/provider.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { deferred } from "../../support/deferred.ts";
import {
  createScriptedProvider,
  providerError,
  received,
  rental,
  waiting,
} from "../../support/scripted-provider.ts";
import { createTestShop, priceMicros, type TestShop } from "../../support/shop.ts";

let database: TestDatabase;
let shop: TestShop;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("outbox").execute();
  await database.db.deleteFrom("leases").execute();
  await database.db.updateTable("orders").set({ next_check_at: null }).execute();
  shop = await createTestShop(database.db, { providers: [createScriptedProvider(`p${Math.random()}`)] });
});

async function bought(money = 1_000_000n) {
  const buyerId = await shop.buyer(money);
  const orderId = await shop.buy(buyerId);
  return { buyerId, orderId, provider: shop.providers[0]! };
}

async function watchAfter(ms: number): Promise<void> {
  await shop.clock.advance(ms);
  await shop.watch();
}

/** The pass gives up waiting for its straggler. */
async function watchPassed(pass: Promise<void>): Promise<void> {
  await shop.clock.advance(2_000);
  await pass;
}

describe("watching", () => {
  it("charges with the first SMS, tells the code, and books what it cost", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCheck = () => received("0123");
    await watchAfter(3_000);
    expect((await shop.order(orderId)).state).toBe("received");
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: 520_000n, heldMicros: 0n });
    const [told] = await shop.messages("order_code");
    expect(told?.payload).toMatchObject({ chargedMicros: "480000", availableMicros: "520000" });
    const view = await shop.orders.find(orderId, buyerId);
    expect(view?.sms.map((sms) => sms.code)).toEqual(["0123"]);
    const cost = await shop.db
      .selectFrom("transfers")
      .select("amount_micros")
      .where("order_id", "=", orderId)
      .where("kind", "=", "provider_cost")
      .executeTakeFirst();
    expect(cost?.amount_micros).toBe(180_000n);
    await shop.assertSound();
  });

  it("tells the same SMS once, however often it is seen", async () => {
    const { orderId, provider } = await bought();
    provider.onCheck = () => received("4711");
    for (let pass = 0; pass < 4; pass += 1) await watchAfter(31_000);
    expect(await shop.messages("order_code")).toHaveLength(1);
    expect((await shop.order(orderId)).state).toBe("received");
  });

  it("stores every SMS in order, also a second one that nobody asked for", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCheck = () => received("1111");
    await watchAfter(3_000);
    provider.onCheck = () => received("1111", "2222");
    await watchAfter(31_000);
    const view = await shop.orders.find(orderId, buyerId);
    expect(view?.sms.map((sms) => sms.code)).toEqual(["1111", "2222"]);
    const told = await shop.messages("order_code");
    expect(told.map((message) => message.payload.chargedMicros)).toEqual(["480000", null]);
    await shop.assertSound();
  });

  it("owes the buyer a new card for a further SMS, and none for a look that shows nothing new", async () => {
    const { orderId, provider } = await bought();
    provider.onCheck = () => received("1111");
    await watchAfter(3_000);
    const cards = async (): Promise<number> => (await shop.messages("order_card")).length;
    const [before, { version }] = [await cards(), await shop.order(orderId)];
    await watchAfter(31_000);
    expect([await cards(), (await shop.order(orderId)).version]).toEqual([before, version]);
    provider.onCheck = () => received("1111", "2222");
    await watchAfter(31_000);
    expect([await cards(), (await shop.order(orderId)).version]).toEqual([before + 1, version + 1]);
  });

  it("asks for another code only where both the supplier and this number can have one", async () => {
    const [can] = shop.providers;
    const cannot = createScriptedProvider("cannot", { another: false });
    for (const [provider, canAnother] of [
      [can, false],
      [cannot, true],
    ] as const) {
      if (!provider) throw new Error("no provider");
      const own = await createTestShop(database.db, { providers: [provider] });
      provider.onBuy = () => ({ ...rental(newId(), "+447700900777"), canAnother });
      const buyerId = await own.buyer(1_000_000n);
      const orderId = await own.buy(buyerId);
      provider.onCheck = () => received("1111");
      await own.clock.advance(4_000);
      await own.watch();
      expect(await own.orders.another(orderId, buyerId)).toEqual({
        kind: "refused",
        code: "another_not_supported",
      });
      expect(provider.calls.filter((call) => call.startsWith("another"))).toEqual([]);
    }
  });

  it("takes the same code again as new after another SMS was asked for", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCheck = () => received("1111");
    await watchAfter(3_000);
    expect(await shop.orders.another(orderId, buyerId)).toEqual({ kind: "done" });
    expect((await shop.order(orderId)).state).toBe("waiting_again");
    await watchAfter(3_000);
    const view = await shop.orders.find(orderId, buyerId);
    expect(view?.state).toBe("received");
    expect(view?.sms.map((sms) => sms.code)).toEqual(["1111", "1111"]);
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: 520_000n, heldMicros: 0n });
    await shop.assertSound();
  });

  it("releases when the provider says that the number has run out", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCheck = () => ({ status: "expired", sms: [] });
    await watchAfter(3_000);
    expect((await shop.order(orderId)).state).toBe("expired");
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: 1_000_000n, heldMicros: 0n });
    expect(await shop.messages("order_released")).toHaveLength(1);
    await shop.assertSound();
  });

  it("prefers the code to the end when one answer shows both", async () => {
    const { orderId, provider } = await bought();
    provider.onCheck = () => ({ status: "expired", sms: [{ code: "99", text: null }] });
    await watchAfter(3_000);
    const order = await shop.order(orderId);
    expect(order.state).toBe("finished");
    expect(await shop.messages("order_code")).toHaveLength(1);
    expect(await shop.messages("order_released")).toHaveLength(0);
    await shop.assertSound();
  });

  it("tells no old code anew when the last word about a number is all the SMS of its life", async () => {
    const { orderId, buyerId, provider } = await bought();
    provider.onCheck = () => received("1111");
    await watchAfter(3_000);
    await shop.orders.another(orderId, buyerId);
    const old = { code: "1111", text: null };
    provider.onCheck = () => ({ status: "cancelled", sms: [old], isWholeLife: true });
    await watchAfter(3_000);
    expect((await shop.order(orderId)).state).toBe("finished");
    expect(await shop.messages("order_code")).toHaveLength(1);
    await shop.assertSound();
  });

  it("ends no order that has a code by an answer to a question from before its end", async () => {
    const { orderId, buyerId, provider } = await bought();
    provider.onCheck = () => received("1111");
    await watchAfter(3_000);
    await shop.orders.another(orderId, buyerId);
    // Asked a second before the end; on its way a second code comes, and the number runs out.
    const late = deferred<Observation>();
    provider.onCheck = () => late.promise;
    const { expiresAt } = await shop.order(orderId);
    await shop.clock.advance((expiresAt?.getTime() ?? 0) - shop.clock.now().getTime() - 1_000);
    const pass = shop.watch();
    await provider.called("check", 2);
    await shop.clock.advance(1_500);
    late.resolve(waiting);
    await pass;
    expect((await shop.order(orderId)).state).toBe("waiting_again");
    const codes = ["1111", "2222"].map((code) => ({ code, text: null }));
    provider.onCheck = () => ({ status: "cancelled", sms: codes, isWholeLife: true });
    await watchAfter(31_000);
    expect((await shop.order(orderId)).state).toBe("finished");
    expect(await shop.messages("order_code")).toHaveLength(2);
    await shop.assertSound();
  });

  it("lets no order wait for the answer about another one", async () => {
    const { orderId: hanging, provider } = await bought();
    const { orderId: other } = await bought();
    const [stuck, fine] = [await shop.order(hanging), await shop.order(other)];
    const answer = deferred<Observation>();
    provider.onCheck = (id) => (id === stuck.upstreamId ? answer.promise : received("77"));
    await shop.clock.advance(3_000);
    const pass = shop.watch();
    await expect.poll(async () => (await shop.order(other)).state).toBe("received");
    // The pass, and the lease that it renews.
    await expect.poll(() => shop.clock.sleeping()).toBe(2);
    await watchPassed(pass);
    provider.onCheck = (id) => (id === fine.upstreamId ? received("77", "78") : answer.promise);
    await shop.clock.advance(31_000);
    await shop.watch();
    expect(await shop.messages("order_code")).toHaveLength(2);
    expect(provider.calls.filter((call) => call === `check ${stuck.upstreamId}`)).toHaveLength(1);
    answer.resolve(received("11"));
    await expect.poll(async () => (await shop.order(hanging)).state).toBe("received");
    await shop.assertSound();
  });

  it("does not release at the end of a silent number before the provider's yes", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCheck = () => waiting;
    provider.onCancel = () => {
      throw providerError("unavailable", false);
    };
    await watchAfter(1_201_000);
    expect((await shop.order(orderId)).state).toBe("waiting");
    expect((await shop.balance(buyerId)).heldMicros).toBe(priceMicros);
    provider.onCancel = () => ({ kind: "cancelled" });
    await watchAfter(20_000);
    expect((await shop.order(orderId)).state).toBe("expired");
    expect((await shop.balance(buyerId)).heldMicros).toBe(0n);
    await shop.assertSound();
  });

  it("gives the money back an hour after the end when the provider stays silent", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCheck = () => {
      throw providerError("timeout", false);
    };
    await watchAfter(1_201_000 + 3_601_000);
    expect((await shop.order(orderId)).state).toBe("expired");
    expect((await shop.balance(buyerId)).availableMicros).toBe(1_000_000n);
    await shop.assertSound();
  });

  it("concludes nothing from a failed look and looks again", async () => {
    const { orderId, provider } = await bought();
    provider.onCheck = () => {
      throw providerError("unavailable", false);
    };
    await watchAfter(3_000);
    expect((await shop.order(orderId)).state).toBe("waiting");
    provider.onCheck = () => received("7");
    await watchAfter(15_000);
    expect((await shop.order(orderId)).state).toBe("received");
  });

  it("looks at every one of 150 silent orders, none starved", async () => {
    const provider = shop.providers[0]!;
    for (let count = 0; count < 150; count += 1) await bought();
    provider.calls.length = 0;
    await watchAfter(3_000);
    await shop.watch();
    const looked = new Set(provider.calls.filter((call) => call.startsWith("check ")));
    expect(looked.size).toBe(150);
  });

  it("asks about many orders in one request where the provider can, and singly about the rest", async () => {
    const provider = createScriptedProvider("lister", { checkMany: true });
    shop = await createTestShop(database.db, { providers: [provider] });
    const orders = [];
    for (let count = 0; count < 3; count += 1) orders.push(await bought());
    const codes = new Map(
      (await Promise.all(orders.map(({ orderId }) => shop.order(orderId)))).map((row, index) => [
        row.upstreamId,
        index,
      ]),
    );
    provider.onCheckMany = (ids) =>
      new Map(ids.slice(0, 2).map((id) => [id, received(`77${codes.get(id)}`)]));
    provider.calls.length = 0;
    await watchAfter(3_000);
    expect(provider.calls.filter((call) => call.startsWith("checkMany"))).toEqual(["checkMany 3"]);
    expect(provider.calls.filter((call) => call.startsWith("check "))).toHaveLength(1);
    expect(await shop.messages("order_code")).toHaveLength(2);
  });

  it("lets one replica watch a provider at a time, and another take over when its lease has run out", async () => {
    const { provider } = await bought();
    const second = shop.replica("second");
    const signal = new AbortController().signal;
    await watchAfter(3_000);
    provider.calls.length = 0;
    await shop.clock.advance(3_000);
    expect(await second.watch(provider.name, signal)).toBeGreaterThan(0);
    expect(provider.calls).toEqual([]);
    await shop.db
      .updateTable("leases")
      .set({ expires_at: new Date(0) })
      .execute();
    expect(await second.watch(provider.name, signal)).toBe(0);
    expect(provider.calls).toHaveLength(1);
  });

  it("keeps the place of every order that the request budget left out, so that none starves", async () => {
    const provider = shop.providers[0]!;
    for (let count = 0; count < 20; count += 1) await bought();
    await shop.clock.advance(3_000);
    const looked = new Set<string>();
    for (let pass = 0; pass < 10; pass += 1) {
      let budget = 2;
      provider.onCheck = (id) => {
        budget -= 1;
        if (budget < 0) throw providerError("rate_limited", true, { wasAsked: false });
        looked.add(id);
        return waiting;
      };
      await shop.watch();
    }
    expect(looked.size).toBe(20);
  });

  it("puts orders that the provider itself will not be asked about behind the others", async () => {
    const provider = shop.providers[0]!;
    const refused = new Set<string>();
    for (let count = 0; count < 9; count += 1) {
      const { orderId } = await bought();
      refused.add((await shop.order(orderId)).upstreamId ?? "");
    }
    await shop.clock.advance(1_000);
    const { orderId } = await bought();
    provider.onCheck = (id) => {
      if (refused.has(id)) throw providerError("rate_limited", true);
      return received("4711");
    };
    await watchAfter(3_000);
    await watchAfter(0);
    expect((await shop.order(orderId)).state).toBe("received");
  });

  it("tells the provider that an order is done, however long the request budget is spent before", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCheck = () => received("4711");
    await watchAfter(3_000);
    await shop.orders.finish(orderId, buyerId);
    provider.onFinish = () => {
      throw providerError("rate_limited", true, { wasAsked: false });
    };
    for (let pass = 0; pass < 8; pass += 1) await watchAfter(31_000);
    provider.onFinish = () => undefined;
    const before = provider.calls.length;
    await watchAfter(31_000);
    expect(provider.calls.slice(before)).toEqual([expect.stringContaining("finish")]);
  });

  it("gives its lease up at an orderly stop", async () => {
    const { provider } = await bought();
    await watchAfter(3_000);
    await shop.orders.release();
    await shop.clock.advance(3_000);
    expect(await shop.replica("next").watch(provider.name, new AbortController().signal)).toBe(0);
  });

  it("keeps the deadline over a restart", async () => {
    const { orderId } = await bought();
    const before = (await shop.order(orderId)).expiresAt;
    await shop.db.deleteFrom("leases").execute();
    await shop.clock.advance(60_000);
    const restarted = shop.replica("restarted");
    await restarted.sweep();
    await restarted.watch(shop.providers[0]!.name, new AbortController().signal);
    expect((await shop.order(orderId)).expiresAt).toEqual(before);
  });
});

describe("a provider without polling", () => {
  it("delivers by webhook, takes a duplicate once, and expires by the clock", async () => {
    const provider = createScriptedProvider("pusher", { poll: false, cancel: false, activeList: false });
    shop = await createTestShop(database.db, { providers: [provider] });
    const { buyerId, orderId } = await bought();
    const silent = await bought();
    const { phone } = await shop.order(orderId);
    provider.onWebhook = () => ({
      kind: "sms",
      phone: phone ?? "",
      sms: { code: "55", text: "Your code is 55" },
    });
    await shop.orders.takeWebhook("pusher", {});
    await shop.orders.takeWebhook("pusher", {});
    expect(await shop.messages("order_code")).toHaveLength(1);
    expect((await shop.balance(buyerId)).heldMicros).toBe(0n);
    expect(await shop.orders.cancel(silent.orderId, silent.buyerId)).toEqual({
      kind: "refused",
      code: "cancel_not_supported",
    });
    await watchAfter(1_200_000);
    expect((await shop.order(silent.orderId)).state).toBe("expired");
    expect(provider.calls.filter((call) => call.startsWith("check"))).toEqual([]);
    await shop.assertSound();
  });

  it("keeps an SMS that overtakes the purchase's answer", async () => {
    const provider = createScriptedProvider("early", { poll: false, cancel: false });
    shop = await createTestShop(database.db, { providers: [provider] });
    provider.onWebhook = () => ({ kind: "sms", phone: "+447700900555", sms: { code: "12", text: null } });
    provider.onBuy = async () => {
      await shop.orders.takeWebhook("early", {});
      return {
        upstreamId: "e-1",
        phone: "+447700900555",
        costMicros: null,
        expiresAt: null,
        cancelOpensAt: null,
        canAnother: null,
      };
    };
    const { orderId } = await bought();
    expect((await shop.order(orderId)).state).toBe("received");
    expect(await shop.messages("order_code")).toHaveLength(1);
    await shop.assertSound();
  });
});

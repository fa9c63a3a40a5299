import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addMs } from "../../../src/core/clock.ts";
import { rememberListed } from "../../../src/db/queries/listed-numbers.ts";
import { insertOrphan } from "../../../src/db/queries/orphans.ts";
import { compareOpenOrders } from "../../../src/operations/provider-orders.ts";
import type { ActiveRental } from "../../../src/providers/port/provider.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  createScriptedProvider,
  providerError,
  received,
  type ScriptedProvider,
  waiting,
} from "../../support/scripted-provider.ts";
import { createTestShop, offerOf, type TestShop } from "../../support/shop.ts";

let database: TestDatabase;
let shop: TestShop;
let provider: ScriptedProvider;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("outbox").execute();
  provider = createScriptedProvider(`p${Math.random()}`);
  shop = await createTestShop(database.db, { providers: [provider] });
  provider.onBuy = () => {
    throw providerError("timeout", false);
  };
});

async function doubted(): Promise<string> {
  return await shop.buy(await shop.buyer(1_000_000n));
}

function listed(upstreamId: string, change: Partial<ActiveRental> = {}): ActiveRental {
  const product = { serviceCode: "wa", countryCode: "16", costMicros: 180_000n, createdAt: null };
  const phone = `+4477008${upstreamId.replace(/\D/g, "").padStart(5, "0")}`;
  return { upstreamId, phone, ...product, observation: waiting, ...change };
}

/** Two looks a round apart, when no call can be under way any more. */
async function reconcileTwice(): Promise<void> {
  await shop.clock.advance(61_000);
  await shop.orders.reconcile(provider.name);
  await shop.clock.advance(10_000);
  await shop.orders.reconcile(provider.name);
}

const cancels = (): string[] => provider.calls.filter((call) => call.startsWith("cancel"));

describe("a listed number that is older than the purchase in doubt", () => {
  it.each(["waiting", "received"] as const)(
    "by its creation time (%s there) is neither adopted nor cancelled nor booked",
    async (status) => {
      const createdAt = addMs(shop.clock.now(), -60_000);
      const observation = status === "waiting" ? waiting : received("1");
      provider.onActive = () => [listed("1", { createdAt, observation })];
      const orderId = await doubted();
      await reconcileTwice();
      expect((await shop.order(orderId)).state).toBe("failed");
      expect(cancels()).toEqual([]);
      expect(await shop.messages("operator_notice")).toEqual([]);
      const orphans = await database.db
        .selectFrom("orphans")
        .select("upstream_id")
        .where("provider", "=", provider.name)
        .execute();
      expect(orphans).toEqual([]);
    },
  );

  it("because the list showed it before is left alone", async () => {
    provider.onActive = () => [listed("1"), listed("2")];
    await compareOpenOrders(shop.deps, provider);
    await shop.clock.advance(1_000);
    const orderId = await doubted();
    await reconcileTwice();
    expect((await shop.order(orderId)).state).toBe("failed");
    expect(cancels()).toEqual([]);
  });

  it("does not keep the new one from its buyer", async () => {
    const createdAt = addMs(shop.clock.now(), -60_000);
    const orderId = await doubted();
    provider.onActive = () => [
      listed("1", { createdAt }),
      listed("2", { createdAt: addMs(shop.clock.now(), -60_000) }),
    ];
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    expect(await shop.order(orderId)).toMatchObject({ state: "waiting", upstreamId: "2" });
    expect(cancels()).toEqual([]);
  });

  it("does not stop a doubt from ending while another purchase is under way", async () => {
    const createdAt = addMs(shop.clock.now(), -60_000);
    provider.onActive = () => [listed("1", { createdAt })];
    const orderId = await doubted();
    await shop.clock.advance(61_000);
    provider.onBuy = () => new Promise(() => undefined);
    const [buyerId] = [await shop.buyer(1_000_000n)];
    const quoteId = await shop.quote(buyerId);
    await shop.orders.purchase({ buyerId, quoteId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: 1 });
    await provider.called("buy", 2);
    await shop.orders.reconcile(provider.name);
    await shop.orders.reconcile(provider.name);
    expect((await shop.order(orderId)).state).toBe("failed");
  });
});

describe("the memory of listed numbers", () => {
  it("keeps the first time, and forgets a number that was not listed for a day", async () => {
    const { db } = database;
    const { name } = provider;
    const start = shop.clock.now();
    expect(await rememberListed(db, name, ["a", "b", "a"], start)).toEqual(
      new Map([
        ["a", start],
        ["b", start],
      ]),
    );
    const later = addMs(start, 20 * 3_600_000);
    expect((await rememberListed(db, name, ["a"], later)).get("a")).toEqual(start);
    const muchLater = addMs(start, 30 * 3_600_000);
    expect((await rememberListed(db, name, ["a", "b"], muchLater)).get("b")).toEqual(muchLater);
    expect((await rememberListed(db, name, ["a"], muchLater)).get("a")).toEqual(start);
  });
});

describe("a number that is being given back", () => {
  it("is not given to a buyer whose purchase is in doubt about the same product", async () => {
    const orderId = await doubted();
    await insertOrphan(database.db, {
      provider: provider.name,
      upstreamId: "77",
      serviceCode: "wa",
      countryCode: "16",
      costMicros: 180_000n,
      seenAt: shop.clock.now(),
    });
    provider.onCancel = () => ({ kind: "too_early", retryAfterMs: null });
    provider.onActive = () => [listed("77")];
    await reconcileTwice();
    expect((await shop.order(orderId)).state).toBe("failed");
  });

  it("and has had an SMS by the answer to its cancel is booked as lost", async () => {
    await doubted();
    provider.onActive = () => [listed("78"), listed("79")];
    provider.onCancel = () => ({ kind: "has_sms", sms: [] });
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    const losses = await database.db
      .selectFrom("transfers")
      .select("amount_micros")
      .where("kind", "=", "stray_loss")
      .where("idempotency_key", "like", `stray_loss:${provider.name}:%`)
      .execute();
    expect(losses).toEqual([{ amount_micros: 180_000n }]);
  });

  it.each([
    ["purchase", 180_000n],
    ["sms", 0n],
  ] as const)(
    "to a supplier that cannot be asked and charges at the %s costs what that says",
    async (chargedAt, lost) => {
      const push = { poll: false, cancel: false, activeList: false, chargedAt };
      provider = createScriptedProvider(`push${Math.random()}`, push);
      shop = await createTestShop(database.db, { providers: [provider] });
      await insertOrphan(database.db, {
        provider: provider.name,
        upstreamId: "81",
        serviceCode: "wa",
        countryCode: "16",
        costMicros: 180_000n,
        seenAt: shop.clock.now(),
      });
      await shop.clock.advance(21 * 60_000);
      await shop.orders.reconcile(provider.name);
      const losses = await database.db
        .selectFrom("transfers")
        .select("amount_micros")
        .where("idempotency_key", "like", `stray_loss:${provider.name}:%`)
        .execute();
      expect(losses.reduce((sum, loss) => sum + loss.amount_micros, 0n)).toBe(lost);
    },
  );

  it("is given back again when its id is used again, days later", async () => {
    const stray = {
      provider: provider.name,
      upstreamId: "80",
      serviceCode: "wa",
      countryCode: "16",
      costMicros: 180_000n,
    };
    await insertOrphan(database.db, { ...stray, seenAt: shop.clock.now() });
    await shop.orders.reconcile(provider.name);
    await insertOrphan(database.db, { ...stray, seenAt: shop.clock.now() });
    await shop.orders.reconcile(provider.name);
    expect(cancels()).toHaveLength(1);
    await shop.clock.advance(23 * 3_600_000);
    await insertOrphan(database.db, { ...stray, seenAt: shop.clock.now() });
    await shop.orders.reconcile(provider.name);
    expect(cancels()).toHaveLength(1);
    await shop.clock.advance(26 * 3_600_000);
    await insertOrphan(database.db, { ...stray, seenAt: shop.clock.now() });
    await shop.orders.reconcile(provider.name);
    expect(cancels()).toHaveLength(2);
  });
});

describe("a surplus number beside a doubt that is not ripe yet", () => {
  it("is kept: it may be that doubt's", async () => {
    const first = await doubted();
    await shop.clock.advance(50_000);
    const second = await doubted();
    provider.onActive = () => [listed("91"), listed("92")];
    await shop.clock.advance(11_000);
    await shop.orders.reconcile(provider.name);
    expect((await shop.order(first)).state).toBe("waiting");
    expect(cancels()).toEqual([]);
    await shop.clock.advance(50_000);
    await shop.orders.reconcile(provider.name);
    expect((await shop.order(second)).state).toBe("waiting");
    expect(cancels()).toEqual([]);
    await shop.assertSound();
  });
});

describe("doubts that only the balance can settle", () => {
  it("are all possible losses when it cannot be read, and the operators hear of each", async () => {
    provider = createScriptedProvider(`p${Math.random()}`, { activeList: false });
    const missingAt = async (): Promise<bigint> => {
      throw providerError("timeout", false);
    };
    shop = await createTestShop(database.db, { providers: [provider], deps: { missingAt } });
    provider.onBuy = () => {
      throw providerError("timeout", false);
    };
    const orders = [await doubted(), await doubted()];
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    expect(await lossesOf(orders)).toEqual([180_000n, 180_000n]);
    expect(await shop.messages("operator_notice")).toHaveLength(2);
  });

  it("are booked as the sum that is missing, and the notice says how sure that is", async () => {
    provider = createScriptedProvider(`p${Math.random()}`, { activeList: false });
    const costs = [180_000n, 213_500n, 98_700n, 151_300n, 305_000n, 117_400n];
    const missingMicros = 213_500n + 151_300n + 117_400n;
    shop = await createTestShop(database.db, {
      providers: [provider],
      deps: { missingAt: async () => missingMicros },
    });
    provider.onBuy = () => {
      throw providerError("timeout", false);
    };
    const orders: string[] = [];
    for (const cost of costs) {
      shop.offers = [offerOf(provider.name, shop.clock.now(), cost)];
      orders.push(await doubted());
      await shop.clock.advance(1_000);
    }
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    expect((await lossesOf(orders)).reduce((sum, loss) => sum + loss, 0n)).toBe(missingMicros);
    const reasons = (await shop.messages("operator_notice")).map(
      ({ payload }) => (payload.params as { why: string }).why,
    );
    expect(reasons).toEqual(Array.from({ length: 3 }, () => "the provider's balance fell by exactly this"));
    await shop.assertSound();
  });

  async function lossesOf(orders: readonly string[]): Promise<bigint[]> {
    const rows = await database.db
      .selectFrom("transfers")
      .select("amount_micros")
      .where("kind", "=", "provider_loss")
      .where("order_id", "in", orders)
      .execute();
    return rows.map((row) => row.amount_micros);
  }
});

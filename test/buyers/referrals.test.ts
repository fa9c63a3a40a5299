import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createBuyers } from "../../src/buyers/buyers.ts";
import { createReferral, type ReferralTerms } from "../../src/buyers/referrals.ts";
import { newId } from "../../src/core/ids.ts";
import { selectBalance, selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { createWalletReader } from "../../src/wallet/reader.ts";
import { adjust } from "../../src/wallet/wallet.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createScriptedProvider, received, type ScriptedProvider } from "../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../support/shop.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

const terms: ReferralTerms = {
  shareBasisPoints: 2_000n,
  orders: 2,
  perFriendMicros: 1_000_000n,
  perMonthMicros: 20_000_000n,
};
const HOUR_MS = 3_600_000;
let database: TestDatabase;
let provider: ScriptedProvider;
let shop: TestShop;
let topups: TestTopups;
let telegramId = 880_000;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  topups = await createTestTopups(database.db);
  provider = createScriptedProvider(`p${newId()}`);
  shop = await createTestShop(database.db, { providers: [provider] });
});
afterEach(() => shop.assertSound());

const referral = (change: Partial<ReferralTerms> = {}) =>
  createReferral({ db: database.db, clock: shop.clock, terms: { ...terms, ...change } });
const buyers = (referralTerms: ReferralTerms | null = terms) =>
  createBuyers({ db: database.db, clock: shop.clock, referralTerms });
const available = async (buyerId: string) => (await selectBalance(database.db, buyerId)).availableMicros;

interface Person {
  readonly buyerId: string;
  readonly telegramId: number;
}

async function person(): Promise<Person> {
  telegramId += 1;
  const { id } = await buyers().meet({ telegramId, language: "en" });
  return { buyerId: id, telegramId };
}

async function comeBy(referrer: Person, friend: Person): Promise<void> {
  const code = await referral().codeOf(referrer.buyerId);
  await referral().arrived({ ...friend, code: code ?? "" });
}

async function give(buyerId: string, amountMicros: bigint): Promise<void> {
  const change = { key: newId(), buyerId, actor: "test", reason: "test", at: shop.clock.now() };
  await adjust(database.db, { ...change, amountMicros });
}

/** Two people, the second of whom came by the link of the first. */
async function pair(): Promise<{ referrer: Person; friend: Person }> {
  const referrer = await person();
  const friend = await person();
  await comeBy(referrer, friend);
  return { referrer, friend };
}

/** An order that brought its code. Returns a fifth of what the shop earned with it. */
async function charged(buyerId: string): Promise<bigint> {
  await give(buyerId, 480_000n);
  return await deliver(await shop.buy(buyerId));
}

async function deliver(orderId: string): Promise<bigint> {
  provider.onCheck = () => received("482913");
  await shop.clock.advance(60_000);
  await shop.watch();
  const { state, priceMicros, costMicros } = await shop.order(orderId);
  expect(state).toBe("received");
  expect(costMicros).not.toBeNull();
  return (priceMicros - (costMicros ?? 0n)) / 5n;
}

async function pay(buyer: Person, stars: number) {
  const begun = await topups.topups.beginStars({
    buyerId: buyer.buyerId,
    chatId: buyer.telegramId,
    stars,
    resume: null,
  });
  if (begun.kind !== "begun") throw new Error(begun.code);
  const charge = { chargeId: newId(), telegramId: buyer.telegramId, stars };
  await topups.pay({ ...charge, payload: begun.invoice.payload, paidAt: topups.clock.now() });
  return charge;
}

describe("a friend's charged orders", () => {
  it("pay a share of the profit, as a line of its own, until the first ones are rewarded", async () => {
    const { referrer, friend } = await pair();
    const share = await charged(friend.buyerId);
    expect(share).toBeGreaterThan(0n);
    await charged(friend.buyerId);
    await charged(friend.buyerId);
    await referral().settle();
    expect(await available(referrer.buyerId)).toBe(2n * share);
    const { items } = await createWalletReader(database.db).statement(referrer.buyerId, {
      limit: 9,
      offset: 0,
    });
    expect(items.map(({ kind, amountMicros }) => [kind, amountMicros])).toEqual([
      ["referral", share],
      ["referral", share],
    ]);
    expect(await referral().invitations(referrer.buyerId)).toEqual({ friends: 1, earnedMicros: 2n * share });
  });

  it("are rewarded once, however many processes settle at once", async () => {
    const { referrer, friend } = await pair();
    const share = await charged(friend.buyerId);
    await Promise.all(Array.from({ length: 6 }, () => referral().settle()));
    await referral().settle();
    expect(await available(referrer.buyerId)).toBe(share);
  });

  it("are rewarded no more when the operator lowers their number below what is rewarded already", async () => {
    const { referrer, friend } = await pair();
    const terms = { orders: 3 };
    const share = await charged(friend.buyerId);
    await charged(friend.buyerId);
    await referral(terms).settle();
    await charged(friend.buyerId);
    await referral({ orders: 1 }).settle();
    await referral(terms).settle();
    expect(await available(referrer.buyerId)).toBe(2n * share);
  });

  it("count one order only where one counts, although two codes come at the same moment", async () => {
    const { referrer, friend } = await pair();
    await give(friend.buyerId, 960_000n);
    const orders = [await shop.buy(friend.buyerId), await shop.buy(friend.buyerId)];
    const share = await deliver(orders[0] ?? "");
    expect((await shop.order(orders[1] ?? "")).state).toBe("received");
    await Promise.all([referral({ orders: 1 }).settle(), referral({ orders: 1 }).settle()]);
    expect(await available(referrer.buyerId)).toBe(share);
  });

  it("pay nothing for an order that ended without a code", async () => {
    const { referrer, friend } = await pair();
    await give(friend.buyerId, 480_000n);
    const orderId = await shop.buy(friend.buyerId);
    await shop.orders.cancel(orderId, friend.buyerId);
    await shop.clock.advance(1_300_000);
    await shop.watch();
    await referral().settle();
    expect(await available(referrer.buyerId)).toBe(0n);
  });

  it("pay no more than the limits for a friend and for a month", async () => {
    const { referrer, friend } = await pair();
    const share = await charged(friend.buyerId);
    await charged(friend.buyerId);
    await referral({ perFriendMicros: share + 1n }).settle();
    expect(await available(referrer.buyerId)).toBe(share + 1n);
    const second = await person();
    await comeBy(referrer, second);
    await charged(second.buyerId);
    const month = { perMonthMicros: share + 3n };
    await referral(month).settle();
    expect(await available(referrer.buyerId)).toBe(share + 3n);
    await shop.clock.advance(31 * 24 * HOUR_MS);
    const third = await person();
    await comeBy(referrer, third);
    await charged(third.buyerId);
    await referral(month).settle();
    expect(await available(referrer.buyerId)).toBe(2n * share + 3n);
  });
});

describe("a friend", () => {
  const friendsOf = async ({ buyerId }: Person) => (await referral().invitations(buyerId)).friends;

  it("cannot be oneself, not even after deleting one's data", async () => {
    const self = await person();
    await comeBy(self, self);
    expect(await friendsOf(self)).toBe(0);
    const other = await person();
    expect(await buyers().forget(self.buyerId)).toBe("forgotten");
    const { id: buyerId } = await buyers().meet({ telegramId: self.telegramId, language: "en" });
    await comeBy(other, { buyerId, telegramId: self.telegramId });
    expect(await friendsOf(other)).toBe(0);
  });

  it("counts only if new: not after an order, a payment, an hour, or an invitation by somebody else", async () => {
    const referrer = await person();
    const bought = await person();
    await charged(bought.buyerId);
    const paid = await person();
    await pay(paid, 50);
    const invited = (await pair()).friend;
    for (const old of [bought, paid, invited]) await comeBy(referrer, old);
    const late = await person();
    await shop.clock.advance(HOUR_MS);
    await comeBy(referrer, late);
    expect(await friendsOf(referrer)).toBe(0);
  });

  it("stays the friend of whoever came first when the link is told again", async () => {
    const { referrer, friend } = await pair();
    await comeBy(await person(), friend);
    await comeBy(referrer, friend);
    expect(await friendsOf(referrer)).toBe(1);
  });
});

describe("a refund of money that a friend had spent", () => {
  it("takes the rewards back and ends the referral, also when it comes while an order is charged", async () => {
    const { referrer, friend } = await pair();
    const charge = await pay(friend, 75);
    const share = await deliver(await shop.buy(friend.buyerId));
    await referral().settle();
    expect(await available(referrer.buyerId)).toBe(share);
    const orderId = await shop.buy(friend.buyerId).catch(() => undefined);
    await Promise.all([
      topups.refundByTelegram(charge),
      referral().settle(),
      orderId === undefined ? undefined : deliver(orderId),
    ]);
    await referral().settle();
    await referral().settle();
    expect(await available(referrer.buyerId)).toBe(0n);
    expect(await referral().invitations(referrer.buyerId)).toEqual({ friends: 1, earnedMicros: 0n });
  });

  it("takes no more than the referrer has: the rest is the shop's loss", async () => {
    const { referrer, friend } = await pair();
    const charge = await pay(friend, 50);
    const share = await deliver(await shop.buy(friend.buyerId));
    await referral().settle();
    await give(referrer.buyerId, -(share - 5n));
    await topups.refundByTelegram(charge);
    await referral().settle();
    expect(await available(referrer.buyerId)).toBe(0n);
  });

  it("by an operator does the same", async () => {
    const { referrer, friend } = await pair();
    const charge = await pay(friend, 50);
    await deliver(await shop.buy(friend.buyerId));
    await referral().settle();
    const { chargeId } = charge;
    expect(await topups.topups.refundStars({ chargeId, actor: "operator:1", reason: "test" })).toMatchObject({
      kind: "refunded",
    });
    await referral().settle();
    expect(await available(referrer.buyerId)).toBe(0n);
  });

  it("leaves the rewards alone where the friend's balance covered it: no order was bought with that money", async () => {
    const { referrer, friend } = await pair();
    const share = await charged(friend.buyerId);
    await topups.refundByTelegram(await pay(friend, 50));
    await referral().settle();
    expect(await available(referrer.buyerId)).toBe(share);
  });
});

describe("an order that the shop gave the money back for", () => {
  /** As the desk refunds an order. */
  const refundOrder = async (orderId: string) => {
    const { buyerId, priceMicros } = await shop.order(orderId);
    const why = { actor: "operator:1", reason: "wrong service", at: shop.clock.now() };
    const money = { key: `order-refund:${orderId}`, buyerId, amountMicros: priceMicros, orderId };
    await adjust(database.db, { ...money, ...why });
  };
  const bought = async ({ buyerId }: Person) => {
    await give(buyerId, 480_000n);
    const orderId = await shop.buy(buyerId);
    return { orderId, share: await deliver(orderId) };
  };

  it("is not rewarded, and does not count as one of the first", async () => {
    const { referrer, friend } = await pair();
    await refundOrder((await bought(friend)).orderId);
    await referral({ orders: 1 }).settle();
    expect(await available(referrer.buyerId)).toBe(0n);
    const { share } = await bought(friend);
    await referral({ orders: 1 }).settle();
    expect(await available(referrer.buyerId)).toBe(share);
  });

  it("costs the reward that it brought, once, also after the last order that counts; the others stay", async () => {
    const { referrer, friend } = await pair();
    const first = await bought(friend);
    const second = await bought(friend);
    await referral().settle();
    expect(await available(referrer.buyerId)).toBe(first.share + second.share);
    await refundOrder(first.orderId);
    await Promise.all([referral().settle(), referral().settle()]);
    await referral().settle();
    expect(await available(referrer.buyerId)).toBe(second.share);
    expect(await referral().invitations(referrer.buyerId)).toEqual({
      friends: 1,
      earnedMicros: second.share,
    });
  });

  it("costs no more than the referrer has: the rest is the shop's loss", async () => {
    const { referrer, friend } = await pair();
    const { orderId, share } = await bought(friend);
    await referral().settle();
    await give(referrer.buyerId, 5n - share);
    await refundOrder(orderId);
    await referral().settle();
    expect(await available(referrer.buyerId)).toBe(0n);
  });
});

describe("deleting data", () => {
  it("pays what is due first, then leaves no link between the two, in either direction", async () => {
    const { referrer, friend } = await pair();
    const orderId = await dueOrder(friend);
    await shop.orders.finish(orderId, friend.buyerId);
    await shop.watch();
    expect(await buyers().forget(friend.buyerId)).toBe("forgotten");
    expect(await available(referrer.buyerId)).toBeGreaterThan(0n);
    expect(await linksOf(friend)).toBe(0);
    const second = await person();
    await comeBy(referrer, second);
    await charged(second.buyerId);
    await referral().settle();
    expect(await linksOf(referrer)).toBeGreaterThan(0);
    expect(await buyers().forget(referrer.buyerId)).toBe("forgotten");
    expect(await linksOf(referrer)).toBe(0);
    await referral().settle();
  });

  async function dueOrder(friend: Person): Promise<string> {
    await give(friend.buyerId, 480_000n);
    const orderId = await shop.buy(friend.buyerId);
    await deliver(orderId);
    return orderId;
  }

  async function linksOf({ buyerId }: Person): Promise<number> {
    const { db } = database;
    const links = await db
      .selectFrom("referrals")
      .select("friend_id")
      .where((eb) => eb.or([eb("friend_id", "=", buyerId), eb("referrer_id", "=", buyerId)]))
      .execute();
    const rewards = await db
      .selectFrom("referral_rewards")
      .select("id")
      .where((eb) => eb.or([eb("friend_id", "=", buyerId), eb("referrer_id", "=", buyerId)]))
      .execute();
    return links.length + rewards.length;
  }

  it("pays nothing and remembers nobody where referral is off", async () => {
    const { referrer, friend } = await pair();
    const orderId = await dueOrder(friend);
    await shop.orders.finish(orderId, friend.buyerId);
    await shop.watch();
    const before = await database.db.selectFrom("earlier_people").selectAll().execute();
    expect(await buyers(null).forget(friend.buyerId)).toBe("forgotten");
    expect(await available(referrer.buyerId)).toBe(0n);
    expect(await database.db.selectFrom("earlier_people").selectAll().execute()).toEqual(before);
  });
});

describe("the self-check", () => {
  it("tells when what referral paid is not what its rewards say", async () => {
    const { friend } = await pair();
    await charged(friend.buyerId);
    await referral().settle();
    let found: readonly { readonly check: string }[] = [];
    await inTransaction(database.db, async (tx) => {
      await tx.updateTable("referral_rewards").set({ amount_micros: 10_000_000n }).execute();
      found = await selectLedgerDifferences(tx);
      throw new Error("undo");
    }).catch((error: unknown) => expect(String(error)).toContain("undo"));
    expect(found.map(({ check }) => check)).toContain("referral");
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { createWalletReader } from "../../src/wallet/reader.ts";
import { adjust } from "../../src/wallet/wallet.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createScriptedProvider, received, type ScriptedProvider } from "../support/scripted-provider.ts";
import { createTestShop, priceMicros, type TestShop } from "../support/shop.ts";

let database: TestDatabase;
let provider: ScriptedProvider;
let shop: TestShop;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  provider = createScriptedProvider(`p${newId()}`);
  shop = await createTestShop(database.db, { providers: [provider] });
});

const wallet = () => createWalletReader(database.db);
const lines = async (buyerId: string) =>
  (await wallet().statement(buyerId, { limit: 50, offset: 0 })).items.map((line) => [
    line.kind,
    line.serviceId,
    line.amountMicros,
    line.balanceMicros,
  ]);

async function buyAndReceive(buyerId: string): Promise<string> {
  const orderId = await shop.buy(buyerId);
  provider.onCheck = () => received("482913");
  await shop.clock.advance(60_000);
  await shop.watch();
  expect((await shop.order(orderId)).state).toBe("received");
  return orderId;
}

async function buyInVain(buyerId: string): Promise<string> {
  const orderId = await shop.buy(buyerId);
  await shop.orders.cancel(orderId, buyerId);
  await shop.clock.advance(1_300_000);
  await shop.watch();
  expect((await shop.order(orderId)).closedAt).not.toBeNull();
  return orderId;
}

describe("a buyer's statement", () => {
  it("has a line for what was charged, none for what was held and released, and what was left after each", async () => {
    const buyerId = await shop.buyer(2_000_000n);
    await buyInVain(buyerId);
    await buyAndReceive(buyerId);
    await shop.buy(buyerId);
    await adjust(database.db, {
      key: newId(),
      buyerId,
      amountMicros: 500_000n,
      actor: "test",
      reason: "test",
      at: shop.clock.now(),
    });
    expect(await lines(buyerId)).toEqual([
      ["adjustment", null, 500_000n, 2_500_000n - priceMicros],
      ["capture", "wa", -priceMicros, 2_000_000n - priceMicros],
      ["adjustment", null, 2_000_000n, 2_000_000n],
    ]);
    const { availableMicros, heldMicros } = await wallet().balance(buyerId);
    expect(availableMicros + heldMicros).toBe(2_500_000n - priceMicros);
  });

  it("is read piece by piece without a line missing or twice", async () => {
    const buyerId = await shop.buyer(1n);
    for (let index = 0; index < 10; index++) {
      const change = { key: newId(), buyerId, actor: "test", reason: "test", at: shop.clock.now() };
      await adjust(database.db, { ...change, amountMicros: index % 3 === 2 ? -1n : 2n });
    }
    const { items, total } = await wallet().statement(buyerId, { limit: 50, offset: 0 });
    expect(total).toBe(11);
    const pieces = [];
    for (let last: (typeof items)[number] | undefined; ; ) {
      const piece = await wallet().statementBefore(buyerId, last, 3);
      pieces.push(...piece);
      last = piece.at(-1);
      if (piece.length < 3) break;
    }
    expect(pieces).toEqual(items);
    const pages = await Promise.all(
      [0, 4, 8].map((offset) => wallet().statement(buyerId, { limit: 4, offset })),
    );
    expect(pages.flatMap((page) => page.items)).toEqual(items);
  });

  it("tells of an order what was held, and what became of it", async () => {
    const buyerId = await shop.buyer(2_000_000n);
    const kinds = async (orderId: string) => (await wallet().ofOrder(orderId)).map(({ kind }) => kind);
    expect(await kinds(await buyInVain(buyerId))).toEqual(["hold", "release"]);
    expect(await kinds(await buyAndReceive(buyerId))).toEqual(["hold", "capture"]);
  });
});

describe("a buyer's orders", () => {
  it("come each once, newest first, open ones by themselves, and piece by piece", async () => {
    const buyerId = await shop.buyer(9_000_000n);
    const all: string[] = [];
    for (let index = 0; index < 3; index++) all.unshift(await buyInVain(buyerId));
    all.unshift(await shop.buy(buyerId));
    const list = await shop.orders.list(buyerId, { page: 0, isOpenOnly: false });
    expect(list.items.map(({ id }) => id)).toEqual(all);
    expect(list.openCount).toBe(1);
    const open = await shop.orders.list(buyerId, { page: 7, isOpenOnly: true });
    expect(open.items.map(({ id }) => id)).toEqual(all.slice(0, 1));
    expect(open.page).toBe(0);
    const first = await shop.orders.listBefore(buyerId, undefined, 3);
    const rest = await shop.orders.listBefore(buyerId, first.at(-1), 3);
    expect([...first, ...rest].map(({ id }) => id)).toEqual(all);
  });
});

describe("files", () => {
  it("are made once a minute for one buyer, however many ask at once", async () => {
    const buyerId = await shop.buyer(0n);
    const at = shop.clock.now();
    const asked = await Promise.all(Array.from({ length: 5 }, () => wallet().mayExport(buyerId, at)));
    expect(asked.filter(Boolean)).toHaveLength(1);
    expect(await wallet().mayExport(buyerId, new Date(at.getTime() + 59_999))).toBe(false);
    expect(await wallet().mayExport(buyerId, new Date(at.getTime() + 60_000))).toBe(true);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { selectAttempts } from "../../src/db/queries/order-attempts.ts";
import {
  selectOrdersBefore,
  selectOrdersInStates,
  selectOrdersOfBuyer,
  selectOrdersPastEnd,
} from "../../src/db/queries/order-lists.ts";
import { insertSms, selectSms } from "../../src/db/queries/order-sms.ts";
import { selectOrderByPhone, selectOrderByUpstream } from "../../src/db/queries/orders.ts";
import { insertOrphan, selectDoubts, selectOpenOrphans } from "../../src/db/queries/orphans.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { viewOrders } from "../../src/orders/view.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestShop } from "../support/shop.ts";

/** Neither the order of the rows in the table nor that of their ids is the one that is promised. */
const SHUFFLED = [3, 1, 4, 2, 5];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const minute = (count: number): Date => new Date(Date.UTC(2026, 2, 1, 12, count));

async function newBuyer(): Promise<string> {
  const telegramId = Math.floor(Math.random() * 1e12);
  const person = { telegramId, languageCode: "en", at: minute(0) };
  return (await inTransaction(database.db, (tx) => upsertBuyer(tx, person))).id;
}

interface Given {
  readonly buyerId: string;
  readonly provider: string;
  readonly state: string;
  readonly placedAt: Date;
  readonly closedAt: Date | null;
  readonly expiresAt: Date;
  readonly upstreamId: string;
  readonly phone: string;
}

/** An order as it stands in the table, with the defaults that these tests do not care about. */
async function insertOrder(given: Partial<Given> & { readonly provider: string }): Promise<string> {
  const id = newId();
  const placedAt = given.placedAt ?? minute(0);
  await database.db
    .insertInto("orders")
    .values({
      id,
      buyer_id: given.buyerId ?? (await newBuyer()),
      quote_id: newId(),
      service_id: "wa",
      country_id: "GB",
      state: given.state ?? "waiting",
      price_micros: 480_000n,
      cost_ceiling_micros: 460_000n,
      provider: given.provider,
      upstream_id: given.upstreamId ?? id,
      phone: given.phone ?? "+447700900123",
      placed_at: placedAt,
      rented_at: placedAt,
      expires_at: given.expiresAt ?? minute(20),
      next_check_at: given.closedAt ? null : placedAt,
      closed_at: given.closedAt ?? null,
      chat_id: 1n,
    })
    .execute();
  return id;
}

async function insertAttempt(orderId: string, provider: string, startedAt: Date): Promise<string> {
  const id = newId();
  const product = { service_code: "wa", country_code: "16", cost_micros: 180_000n, outcome: "in_doubt" };
  const attempt = {
    id,
    order_id: orderId,
    provider,
    // An index would bring the attempts in the order of their operators.
    operator: String(9e15 - startedAt.getTime()),
    started_at: startedAt,
    ended_at: startedAt,
  };
  await database.db
    .insertInto("order_attempts")
    .values({ ...attempt, ...product })
    .execute();
  return id;
}

/** Makes one thing for each minute, in shuffled order; returns them in the order of the minutes. */
async function ofMinutes<T>(make: (at: Date) => Promise<T>): Promise<T[]> {
  const made = new Map<number, T>();
  for (const count of SHUFFLED) made.set(count, await make(minute(count)));
  return [...made].sort(([a], [b]) => a - b).map(([, thing]) => thing);
}

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);

describe("when not all can be taken at once, those come first", () => {
  it("whose number ended the longest ago", async () => {
    const orders = await ofMinutes((expiresAt) => insertOrder({ provider: "ended", expiresAt }));
    expect(idsOf(await selectOrdersPastEnd(database.db, "ended", minute(5), 3))).toEqual(orders.slice(0, 3));
    expect(idsOf(await selectOrdersPastEnd(database.db, "ended", minute(5), 9))).toEqual(orders.slice(0, 4));
  });

  it("that were placed the longest ago", async () => {
    const orders = await ofMinutes((placedAt) =>
      insertOrder({ provider: "placed", placedAt, state: "placing" }),
    );
    const filter = { provider: "placed", limit: 3 };
    expect(idsOf(await selectOrdersInStates(database.db, ["placing"], filter))).toEqual(orders.slice(0, 3));
  });

  it("that were in doubt the longest", async () => {
    const orders = await ofMinutes(async (startedAt) => {
      const orderId = await insertOrder({ provider: "doubted", state: "in_doubt" });
      await insertAttempt(orderId, "doubted", startedAt);
      return orderId;
    });
    const doubts = await selectDoubts(database.db, "doubted", 3);
    expect(doubts.map(({ orderId }) => orderId)).toEqual(orders.slice(0, 3));
  });

  it("that were strays the longest", async () => {
    const strays = await ofMinutes(async (seenAt) => {
      const upstreamId = newId();
      const product = { serviceCode: "wa", countryCode: "16", costMicros: 1n };
      await insertOrphan(database.db, { provider: "strays", upstreamId, seenAt, ...product });
      return upstreamId;
    });
    const open = await selectOpenOrphans(database.db, "strays", 3);
    expect(open.map(({ upstreamId }) => upstreamId)).toEqual(strays.slice(0, 3));
  });
});

describe("a buyer's orders", () => {
  it("are shown newest first, page by page, also those of one moment", async () => {
    const buyerId = await newBuyer();
    const orders = await ofMinutes((placedAt) => insertOrder({ provider: "shown", buyerId, placedAt }));
    const twins = [await insertOrder({ provider: "shown", buyerId, placedAt: minute(9) })];
    twins.push(await insertOrder({ provider: "shown", buyerId, placedAt: minute(9) }));
    const newestFirst = [...[...twins].sort().reverse(), ...[...orders].reverse()];
    const page = (offset: number) =>
      selectOrdersOfBuyer(database.db, buyerId, { isOpenOnly: false, limit: 3, offset });
    expect(idsOf([...(await page(0)), ...(await page(3)), ...(await page(6))])).toEqual(newestFirst);
    const first = await selectOrdersBefore(database.db, buyerId, undefined, 1);
    const rest = await selectOrdersBefore(database.db, buyerId, first[0], 9);
    expect(idsOf([...first, ...rest])).toEqual(newestFirst);
  });
});

describe("the pages of a buyer's orders", () => {
  it("hold eight each, newest first, without a gap or an order twice; a page out of range is the nearest", async () => {
    const { deps } = await createTestShop(database.db);
    const buyerId = await newBuyer();
    const orders: string[] = [];
    for (let count = 0; count < 20; count += 1) {
      const isOver = count % 2 === 0;
      const over = isOver ? { state: "expired", closedAt: minute(count) } : {};
      orders.unshift(await insertOrder({ provider: "alpha", buyerId, placedAt: minute(count), ...over }));
    }
    const read = (page: number, isOpenOnly = false) => viewOrders(deps, buyerId, { page, isOpenOnly });
    const pages = [await read(0), await read(1), await read(2)];
    expect(pages.map(({ items }) => items.length)).toEqual([8, 8, 4]);
    expect(pages.flatMap(({ items }) => idsOf(items))).toEqual(orders);
    expect(pages[1]).toMatchObject({ page: 1, pageCount: 3, openCount: 10 });
    for (const [asked, shown] of [
      [-1, 0],
      [3, 2],
      [1e9, 2],
      [0.5, 0],
    ] as const)
      expect((await read(asked)).page, String(asked)).toBe(shown);
    const open = [await read(0, true), await read(1, true)];
    expect(open.flatMap(({ items }) => idsOf(items))).toEqual(orders.filter((_, index) => index % 2 === 0));
    expect(open[1]).toMatchObject({ page: 1, pageCount: 2 });
    expect(await viewOrders(deps, await newBuyer(), { page: 4, isOpenOnly: false })).toMatchObject({
      items: [],
      page: 0,
      pageCount: 1,
    });
  });
});

describe("an order's", () => {
  it("attempts are told in the order in which they began", async () => {
    const orderId = await insertOrder({ provider: "tried" });
    const attempts = await ofMinutes((startedAt) => insertAttempt(orderId, "tried", startedAt));
    expect(idsOf(await selectAttempts(database.db, orderId))).toEqual(attempts);
  });

  it("SMS are told in the order in which they came, the first order's apart from the second's", async () => {
    const orderIds = [await insertOrder({ provider: "sms" }), await insertOrder({ provider: "sms" })];
    for (const sequence of SHUFFLED) {
      for (const orderId of orderIds) {
        const content = { contentDigest: newId(), code: String(sequence), text: null, receivedAt: minute(0) };
        const kept = { withheldAt: null, offeredAt: null };
        await insertSms(database.db, { id: newId(), orderId, sequence, round: 1, ...content, ...kept });
      }
    }
    const told = await selectSms(database.db, orderIds);
    for (const orderId of orderIds) {
      const codes = told.filter((sms) => sms.orderId === orderId).map(({ code }) => code);
      expect(codes).toEqual(["1", "2", "3", "4", "5"]);
    }
  });
});

describe.each([
  ["an upstream id", (provider: string) => selectOrderByUpstream(database.db, provider, "used-again")],
  ["a number", (provider: string) => selectOrderByPhone(database.db, provider, "+447700900999", minute(0))],
] as const)("%s that was sold several times belongs to", (name, find) => {
  const again = { upstreamId: "used-again", phone: "+447700900999" };

  it("the newest order, when all are over", async () => {
    const provider = `over ${name}`;
    const orders = await ofMinutes((placedAt) =>
      insertOrder({ provider, placedAt, closedAt: minute(30), state: "expired", ...again }),
    );
    expect((await find(provider))?.id).toBe(orders.at(-1));
  });

  it("the open order, although newer ones are over", async () => {
    const provider = `open ${name}`;
    const over = { provider, closedAt: minute(30), state: "expired", ...again };
    await insertOrder({ ...over, placedAt: minute(1) });
    const open = await insertOrder({ provider, placedAt: minute(2), ...again });
    await insertOrder({ ...over, placedAt: minute(3) });
    expect((await find(provider))?.id).toBe(open);
  });
});

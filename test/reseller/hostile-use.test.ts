import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { addMs } from "../../src/core/clock.ts";
import type { RequestRecord } from "../../src/providers/transport/gate.ts";
import { createResellerClient } from "../support/reseller-client.ts";
import { type ResellerWorld, startResellerWorld, type TestReseller } from "../support/reseller-world.ts";

let world: ResellerWorld;
let reseller: TestReseller;
let priceMicros: bigint;
const requests: RequestRecord[] = [];
const row = z.object({ id: z.string() });
const product = { service: "wa", country: 16 };
beforeAll(async () => {
  world = await startResellerWorld({ onProviderRequest: (request) => requests.push(request) });
  const first = await world.newReseller();
  await first.number();
  priceMicros = (await first.balance()).heldMicros;
});
beforeEach(async () => {
  world.provider.faults.clear();
  reseller = await world.newReseller();
});
afterAll(() => world.close());

const keys = () => world.reseller.keys;

/** A new key for the buyer's newest one, as a client of its own. */
async function rotated(buyerId: string, keyId: string) {
  const made = await keys().rotate(buyerId, keyId);
  if (made.kind !== "made") throw new Error(made.kind);
  return { keyId: made.key.id, client: createResellerClient(world.url, made.text) };
}

it("a rotated key goes on with the spend, the open orders and the names of the key before it", async () => {
  const { buyerId, keyId } = reseller;
  await keys().change(buyerId, keyId, { dailyCapMicros: priceMicros * 2n, maxOpen: 2 });
  const named = await reseller.ask("getNumber", { ...product, orderId: "mine" });
  const { client } = await rotated(buyerId, keyId);
  expect(await client.ask("getNumber", { ...product, orderId: "mine" })).toBe(named);
  await client.number();
  expect(await client.ask("getNumber", product)).toBe("NO_BALANCE");
  expect(await reseller.ask("getNumber", product)).toBe("NO_BALANCE");
});

it("rotating again ends the older key, so that two keys of a chain work at most", async () => {
  const { buyerId, keyId } = reseller;
  const second = await rotated(buyerId, keyId);
  expect(await reseller.ask("getBalance")).toMatch(/^ACCESS_BALANCE/);
  const third = await rotated(buyerId, second.keyId);
  expect(await reseller.ask("getBalance")).toBe("BAD_KEY");
  expect(await second.client.ask("getBalance")).toMatch(/^ACCESS_BALANCE/);
  expect(await third.client.ask("getBalance")).toMatch(/^ACCESS_BALANCE/);
});

it("five keys are five chains: revoking a new key does not make room while the key before it still works", async () => {
  const { buyerId, keyId } = reseller;
  for (let made = 1; made < 5; made += 1) await keys().create(buyerId, `key ${made}`);
  const second = await rotated(buyerId, keyId);
  await keys().revoke(buyerId, second.keyId);
  expect((await keys().create(buyerId, "sixth")).kind).toBe("too_many");
  await keys().revoke(buyerId, keyId);
  expect((await keys().create(buyerId, "fifth")).kind).toBe("made");
});

it("a name whose number went back untold buys a new number, one for all who repeat it", async () => {
  const named = { ...product, orderId: "mine" };
  const { phone: lost } = await reseller.number(named);
  await leaveUntold(reseller.buyerId);
  world.clock.setSpeed(300);
  await expect.poll(() => reseller.states()).toEqual(["cancelled"]);
  world.clock.setSpeed(1);
  const answers = await Promise.all([1, 2, 3].map(() => reseller.ask("getNumber", named)));
  expect(answers[0]).toMatch(/^ACCESS_NUMBER:100002:/);
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).not.toContain(lost);
  expect(await reseller.states()).toEqual(["cancelled", "waiting"]);
});

it("a name whose number was told stands for that number, also after it was given back", async () => {
  const named = { ...product, orderId: "mine" };
  const answer = await reseller.ask("getNumber", named);
  await expect.poll(() => toldAt(reseller.buyerId)).not.toBeNull();
  await world.database.db
    .updateTable("orders")
    .set({ cancel_opens_at: world.clock.now() })
    .where("buyer_id", "=", reseller.buyerId)
    .execute();
  world.clock.setSpeed(2_000);
  await world.clock.sleep(125_000);
  world.clock.setSpeed(1);
  expect(await reseller.set("100001", 8)).toBe("ACCESS_CANCEL");
  expect(await reseller.ask("getNumber", named)).toBe(answer);
});

const priceRequests = () => requests.filter(({ operation }) => operation === "prices");
const quotes = async (buyerId: string) =>
  (await world.database.db.selectFrom("quotes").select("id").where("buyer_id", "=", buyerId).execute())
    .length;

it("a key that cannot buy makes the shop ask no supplier and store no quote", async () => {
  const unread = { service: "go", country: 22 };
  const poor = await world.newReseller(0n);
  const short = await world.newReseller(priceMicros / 4n);
  const capped = await world.newReseller();
  await keys().change(capped.buyerId, capped.keyId, { dailyCapMicros: 1n });
  // Old prices would be asked for again.
  world.clock.setSpeed(2_000);
  await world.clock.sleep(90_000);
  world.clock.setSpeed(1);
  requests.length = 0;
  expect(await poor.ask("getNumber", unread)).toBe("NO_BALANCE");
  expect(await poor.ask("getNumber", product)).toBe("NO_BALANCE");
  expect(await short.ask("getNumber", product)).toBe("NO_BALANCE");
  expect(await capped.ask("getNumber", product)).toBe("NO_BALANCE");
  expect(await reseller.ask("getNumber", { ...product, maxPrice: "0.01" })).toMatch(
    /^WRONG_MAX_PRICE:0\.\d+$/,
  );
  expect(priceRequests()).toEqual([]);
  for (const { buyerId } of [poor, short, capped, reseller]) expect(await quotes(buyerId)).toBe(0);
});

it("what resellers ask for is asked of suppliers after what people in the chat ask for", async () => {
  requests.length = 0;
  await reseller.ask("getNumber", { service: "go", country: 22 });
  await reseller.ask("getPrices", { service: "ig", country: 22 });
  expect(priceRequests().length).toBeGreaterThan(0);
  expect(new Set(priceRequests().map(({ priority }) => priority))).toEqual(new Set(["background"]));
});

it("what keys give back does not count in the chat, and what people give back there not for keys", async () => {
  const { buyerId } = reseller;
  await reseller.number();
  await reseller.number();
  const { db } = world.database;
  const orders = db.selectFrom("orders").select("id").where("buyer_id", "=", buyerId).orderBy("placed_at");
  const [{ id: byKey }, { id: inChat }] = z.tuple([row, row]).parse(await orders.execute());
  await db
    .updateTable("orders")
    .set({ channel: "chat", api_key_id: null, api_number: null, wait_until: null })
    .where("id", "=", inChat)
    .execute();
  const at = world.clock.now();
  const moved = { from_state: "waiting", to_state: "cancelling", actor: "buyer", cause: "tap", at };
  await db
    .insertInto("order_history")
    .values(Array.from({ length: 600 }, (_, index) => ({ ...moved, order_id: byKey, version: index + 10 })))
    .execute();
  expect(await world.world.shop.services.orders.cancel(inChat, buyerId)).toMatchObject({ kind: "queued" });
  const inChatToo = Array.from({ length: 600 }, (_, index) => ({
    ...moved,
    order_id: inChat,
    version: index + 10,
  }));
  await db.deleteFrom("order_history").where("order_id", "=", byKey).execute();
  await db.insertInto("order_history").values(inChatToo).execute();
  expect(await world.world.shop.services.orders.byKey.cancel(byKey, buyerId, 600)).toMatchObject({
    kind: "queued",
  });
});

async function toldAt(buyerId: string): Promise<Date | null> {
  const query = world.database.db.selectFrom("orders").select("told_at").where("buyer_id", "=", buyerId);
  return (await query.executeTakeFirstOrThrow()).told_at;
}

/** As if the client had hung up some minutes ago, before it heard its number. */
async function leaveUntold(buyerId: string): Promise<void> {
  await expect.poll(() => toldAt(buyerId)).not.toBeNull();
  const past = addMs(world.clock.now(), -300_000);
  await world.database.db
    .updateTable("orders")
    .set({ told_at: null, wait_until: past, rented_at: past, cancel_opens_at: past })
    .where("buyer_id", "=", buyerId)
    .execute();
}

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { faults } from "../../sandbox/providers/faults.ts";
import { createResellerClient } from "../support/reseller-client.ts";
import { type ResellerWorld, startResellerWorld, type TestReseller } from "../support/reseller-world.ts";

let world: ResellerWorld;
let reseller: TestReseller;
const product = { service: "wa", country: 16 };
beforeAll(async () => {
  world = await startResellerWorld();
  // Its prices are read now, so that no other purchase waits for them.
  const first = await world.newReseller();
  await first.number();
});
beforeEach(async () => {
  world.provider.faults.clear();
  reseller = await world.newReseller();
});
afterAll(() => world.close());

/** Asks for a number and hangs up before the answer. */
async function hangUp(client: TestReseller, afterMs: number): Promise<void> {
  const query = new URLSearchParams({
    api_key: client.key,
    action: "getNumber",
    service: "wa",
    country: "16",
  });
  const gone = AbortSignal.timeout(afterMs);
  await fetch(`${world.url}/stubs/handler_api.php?${query}`, { signal: gone }).catch(() => undefined);
}

const orders = () =>
  world.database.db
    .selectFrom("orders")
    .select(["state", "told_at", "api_number"])
    .where("buyer_id", "=", reseller.buyerId)
    .orderBy("placed_at")
    .execute();

it("a client that hangs up and asks again gets its own number, and pays for one", async () => {
  world.provider.faults.add("buy", faults.delay(600));
  await hangUp(reseller, 300);
  const { id } = await reseller.number();
  expect(id).toBe("100001");
  expect(await reseller.states()).toEqual(["waiting"]);
  await expect.poll(async () => (await orders())[0]?.told_at).not.toBeNull();
});

it("a number that was told is given to nobody else: an equal request buys another one", async () => {
  const first = await reseller.number();
  await expect.poll(async () => (await orders())[0]?.told_at).not.toBeNull();
  const second = await reseller.number();
  expect(second.id).not.toBe(first.id);
  expect(second.phone).not.toBe(first.phone);
});

it("requests at the same moment are purchases of their own", async () => {
  const numbers = await Promise.all([1, 2, 3].map(() => reseller.number()));
  expect(new Set(numbers.map(({ phone }) => phone)).size).toBe(3);
});

it("the same orderId is the same purchase, and with another product it is refused", async () => {
  const named = { ...product, orderId: "mine-1" };
  const answers = await Promise.all([1, 2, 3].map(() => reseller.ask("getNumber", named)));
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toMatch(/^ACCESS_NUMBER:100001:/);
  expect(await reseller.ask("getNumber", { ...named, country: 22 })).toBe("BAD_ACTION");
  expect(await reseller.states()).toEqual(["waiting"]);
});

it("a number that nobody asks for again goes back, and the money with it", async () => {
  const before = await reseller.balance();
  world.provider.faults.add("buy", faults.delay(600));
  await hangUp(reseller, 300);
  await expect.poll(() => reseller.states()).toEqual(["waiting"]);
  world.clock.setSpeed(60);
  await expect.poll(() => reseller.states()).toEqual(["cancelled"]);
  world.clock.setSpeed(1);
  expect(await reseller.balance()).toEqual(before);
});

it("an SMS to a number that nobody was told is not paid for: the buyer gets the money back", async () => {
  const before = await reseller.balance();
  world.provider.faults.add("buy", faults.delay(600));
  await hangUp(reseller, 300);
  await expect.poll(() => reseller.states()).toEqual(["waiting"]);
  const { phone } = await world.database.db
    .selectFrom("orders")
    .select("phone")
    .where("buyer_id", "=", reseller.buyerId)
    .executeTakeFirstOrThrow();
  world.deliver((phone ?? "").replace("+", ""), "482913");
  await expect.poll(() => reseller.states()).toEqual(["expired"]);
  expect(await reseller.balance()).toEqual(before);
});

it("a supplier that answers too late costs the client nothing: NO_NUMBERS within 8 s, and the next request gets the number", async () => {
  world.provider.faults.add("buy", faults.delay(9_000));
  world.clock.setSpeed(4);
  const startedAt = world.clock.now().getTime();
  expect(await reseller.ask("getNumber", product)).toBe("NO_NUMBERS");
  expect(world.clock.now().getTime() - startedAt).toBeLessThan(9_000);
  world.clock.setSpeed(1);
  expect(await reseller.ask("getNumber", product)).toMatch(/^ACCESS_NUMBER:100001:/);
});

it("fifty requests at once with money for five buy five numbers", async () => {
  const { number } = reseller;
  const { id } = await number();
  const price = (await reseller.balance()).heldMicros;
  await reseller.set(id, 6);
  const poor = await world.newReseller(price * 5n + price / 2n);
  const answers = await Promise.all(Array.from({ length: 50 }, () => poor.ask("getNumber", product)));
  expect(answers.filter((text) => text.startsWith("ACCESS_NUMBER"))).toHaveLength(5);
  expect(answers.filter((text) => text === "NO_BALANCE")).toHaveLength(45);
  expect((await poor.balance()).heldMicros).toBe(price * 5n);
});

it("a daily cap holds however many requests come at once", async () => {
  await reseller.number();
  const price = (await reseller.balance()).heldMicros;
  const capped = await world.newReseller(price * 20n);
  await world.reseller.keys.change(capped.buyerId, capped.keyId, { dailyCapMicros: price * 3n });
  const answers = await Promise.all(Array.from({ length: 10 }, () => capped.ask("getNumber", product)));
  expect(answers.filter((text) => text.startsWith("ACCESS_NUMBER"))).toHaveLength(3);
  expect(answers.filter((text) => text === "NO_BALANCE")).toHaveLength(7);
});

it("a revoked key buys nothing from that moment on, also where it is remembered", async () => {
  expect(await reseller.ask("getBalance")).toMatch(/^ACCESS_BALANCE/);
  const row = { revoked_at: world.clock.now() };
  await world.database.db.updateTable("api_keys").set(row).where("id", "=", reseller.keyId).execute();
  expect(await reseller.ask("getNumber", product)).toBe("BAD_KEY");
  const other = createResellerClient(world.url, reseller.key);
  expect(await other.ask("getBalance")).toBe("BAD_KEY");
});

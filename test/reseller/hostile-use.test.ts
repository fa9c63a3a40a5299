import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createResellerClient } from "../support/reseller-client.ts";
import { type ResellerWorld, startResellerWorld, type TestReseller } from "../support/reseller-world.ts";

let world: ResellerWorld;
let reseller: TestReseller;
let priceMicros: bigint;
const product = { service: "wa", country: 16 };
beforeAll(async () => {
  world = await startResellerWorld();
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

import { afterAll, beforeAll, expect, it } from "vitest";
import { type ResellerWorld, startResellerWorld, type TestReseller } from "../support/reseller-world.ts";

let world: ResellerWorld;
let reseller: TestReseller;
beforeAll(async () => {
  world = await startResellerWorld();
  reseller = await world.newReseller();
});
afterAll(() => world.close());

it("a tool buys a number, reads its code, asks for another and finishes, all from the same wallet", async () => {
  expect(await reseller.ask("getBalance")).toBe("ACCESS_BALANCE:20.00");
  const { id, phone } = await reseller.number();
  expect(id).toBe("100001");
  expect(phone).toMatch(/^44\d{9,10}$/);
  expect(await reseller.status(id)).toBe("STATUS_WAIT_CODE");
  expect(await reseller.set(id, 1)).toBe("ACCESS_READY");
  expect(await reseller.set(id, 3)).toBe("BAD_STATUS");
  expect((await reseller.balance()).heldMicros).toBeGreaterThan(0n);

  world.deliver(phone, "482913");
  await expect.poll(() => reseller.status(id)).toBe("STATUS_OK:482913");
  expect(await reseller.set(id, 8)).toBe("BAD_STATUS");
  expect((await reseller.balance()).heldMicros).toBe(0n);

  expect(await reseller.set(id, 3)).toBe("ACCESS_RETRY_GET");
  expect(await reseller.status(id)).toBe("STATUS_WAIT_CODE");
  world.deliver(phone, "771204");
  await expect.poll(() => reseller.status(id)).toBe("STATUS_OK:771204");

  expect(await reseller.set(id, 6)).toBe("ACCESS_ACTIVATION");
  expect(await reseller.set(id, 6)).toBe("ACCESS_ACTIVATION");
  expect(await reseller.status(id)).toBe("STATUS_OK:771204");
  const sent = await world.database.db.selectFrom("outbox").select("kind").execute();
  expect(sent).toEqual([]);
});

it("a cancel gives the money back, and is refused but not queued while the supplier's lock is closed", async () => {
  const before = await reseller.balance();
  const { id } = await reseller.number();
  expect(await reseller.set(id, 8)).toBe("EARLY_CANCEL_DENIED");
  expect(await reseller.status(id)).toBe("STATUS_WAIT_CODE");
  expect(await reseller.states()).toEqual(["finished", "waiting"]);
  world.clock.setSpeed(2_000);
  await world.clock.sleep(125_000);
  world.clock.setSpeed(1);
  expect(await reseller.set(id, 8)).toBe("ACCESS_CANCEL");
  expect(await reseller.status(id)).toBe("STATUS_CANCEL");
  expect(await reseller.set(id, -1)).toBe("ACCESS_CANCEL");
  expect(await reseller.balance()).toEqual(before);
});

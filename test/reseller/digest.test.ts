import { afterAll, beforeAll, expect, it } from "vitest";
import { sendDigests } from "../../src/reseller/digest.ts";
import { type ResellerWorld, startResellerWorld } from "../support/reseller-world.ts";

let world: ResellerWorld;
beforeAll(async () => {
  world = await startResellerWorld();
});
afterAll(() => world.close());

const DAY_MS = 86_400_000;

it("an owner of keys gets one message about the day before, and no card for any order", async () => {
  const { db } = world.database;
  const reseller = await world.newReseller();
  await expect.poll(() => reseller.ask("getPrices", { service: "wa", country: 16 })).toMatch(/"16":\{"wa"/);
  const first = await reseller.number();
  await reseller.number();
  const price = (await reseller.balance()).heldMicros / 2n;
  world.deliver(first.phone, "482913");
  await world.sped(() => expect.poll(() => reseller.status(first.id)).toBe("STATUS_OK:482913"));
  const owed = () => db.selectFrom("outbox").select(["kind", "payload", "chat_id"]).execute();
  expect(await owed()).toEqual([]);

  // All of it happened on one day, and the message comes on the next one, not on that day and not much later.
  const [placed] = await db.selectFrom("orders").select("placed_at").execute();
  const midnight = Math.floor((placed?.placed_at.getTime() ?? 0) / DAY_MS) * DAY_MS;
  const noon = new Date(midnight + DAY_MS / 2);
  await db.updateTable("orders").set({ placed_at: noon, told_at: noon }).execute();
  await db.updateTable("orders").set({ received_at: noon }).where("received_at", "is not", null).execute();
  const at = (ms: number) => ({
    db,
    clock: { ...world.clock, now: () => new Date(midnight + ms) },
    onMessages: () => undefined,
  });
  for (const tooEarlyOrLate of [DAY_MS - 1, DAY_MS + 60_000, DAY_MS + DAY_MS * 0.6, 2 * DAY_MS + DAY_MS / 4])
    await sendDigests(at(tooEarlyOrLate));
  expect(await owed()).toEqual([]);
  for (const _ of ["once", "again", "on another replica"]) await sendDigests(at(DAY_MS + DAY_MS / 4));
  expect(await owed()).toEqual([
    {
      kind: "api_digest",
      chat_id: BigInt(reseller.telegramId),
      payload: {
        kind: "api_digest",
        day: noon.toISOString().slice(0, 10),
        sold: 2,
        codes: 1,
        spentMicros: price.toString(),
      },
    },
  ]);
});

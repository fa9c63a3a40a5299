import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { selectBalance } from "../../src/db/queries/ledger.ts";
import { type ResellerWorld, startResellerWorld, type TestReseller } from "../support/reseller-world.ts";

let world: ResellerWorld;
let reseller: TestReseller;
beforeAll(async () => {
  world = await startResellerWorld();
  reseller = await world.newReseller();
});
afterAll(async () => {
  // The orders of the table were written without their money.
  await world.world.close();
  await world.database.close();
});

const ended = ["finished", "cancelled", "expired", "failed"];
const withCode = ["received", "waiting_again", "finished"];
let numbers = 200_000;

/** An order in this state at a supplier that nobody watches, so that it stays so. Returns its number. */
async function orderIn(state: string): Promise<string> {
  const { db } = world.database;
  const [id, at] = [newId(), world.clock.now()];
  numbers += 1;
  await db
    .insertInto("orders")
    .values({
      id,
      buyer_id: reseller.buyerId,
      quote_id: id,
      service_id: "wa",
      country_id: "GB",
      state,
      price_micros: 480_000n,
      cost_ceiling_micros: 480_000n,
      provider: "closed-down",
      upstream_id: id,
      phone: "+447700900123",
      placed_at: at,
      rented_at: at,
      cancel_opens_at: new Date(at.getTime() + 120_000),
      expires_at: new Date(at.getTime() + 1_200_000),
      received_at: withCode.includes(state) ? at : null,
      closed_at: ended.includes(state) ? at : null,
      chat_id: 1n,
      channel: "api",
      api_key_id: reseller.keyId,
      api_number: numbers,
      wait_until: at,
      told_at: at,
    })
    .execute();
  if (withCode.includes(state)) {
    const sms = { order_id: id, sequence: 1, round: 0, content_digest: "x", received_at: at };
    await db
      .insertInto("order_sms")
      .values({ ...sms, id: newId(), code: "482913", text: "Your code: 482913" })
      .execute();
  }
  return String(numbers);
}

describe("setStatus and getStatus, by the order's state", () => {
  // What would act on the supplier is in the tests of purchases.
  it.each([
    [
      "waiting",
      "STATUS_WAIT_CODE",
      {
        1: "ACCESS_READY",
        3: "BAD_STATUS",
        6: "BAD_STATUS",
        8: "EARLY_CANCEL_DENIED",
        "-1": "EARLY_CANCEL_DENIED",
      },
    ],
    ["cancelling", "STATUS_WAIT_CODE", { 1: "ACCESS_READY", 3: "BAD_STATUS", 6: "BAD_STATUS" }],
    ["received", "STATUS_OK:482913", { 1: "ACCESS_READY", 8: "BAD_STATUS", "-1": "BAD_STATUS" }],
    ["waiting_again", "STATUS_WAIT_CODE", { 1: "ACCESS_READY", 8: "BAD_STATUS", "-1": "BAD_STATUS" }],
    [
      "finished",
      "STATUS_OK:482913",
      { 1: "BAD_STATUS", 3: "BAD_STATUS", 6: "ACCESS_ACTIVATION", 8: "BAD_STATUS", "-1": "BAD_STATUS" },
    ],
    [
      "cancelled",
      "STATUS_CANCEL",
      { 1: "BAD_STATUS", 3: "BAD_STATUS", 6: "BAD_STATUS", 8: "ACCESS_CANCEL", "-1": "ACCESS_CANCEL" },
    ],
    [
      "expired",
      "STATUS_CANCEL",
      { 1: "BAD_STATUS", 3: "BAD_STATUS", 6: "BAD_STATUS", 8: "ACCESS_CANCEL", "-1": "ACCESS_CANCEL" },
    ],
    [
      "failed",
      "STATUS_CANCEL",
      { 1: "BAD_STATUS", 3: "BAD_STATUS", 6: "BAD_STATUS", 8: "ACCESS_CANCEL", "-1": "ACCESS_CANCEL" },
    ],
  ] as const)("%s: %s, and its word for each status", async (state, word, words) => {
    const id = await orderIn(state);
    expect(await reseller.status(id)).toBe(word);
    for (const [status, answer] of Object.entries(words))
      expect([status, await reseller.set(id, Number(status))]).toEqual([status, answer]);
    for (const unknown of [0, 2, 5, 7, 9, 99, 1.5])
      expect(await reseller.set(id, unknown)).toBe("BAD_STATUS");
    expect(await reseller.status(id)).toBe(word);
  });

  it.each([
    ["wait", "STATUS_WAIT_CODE"],
    ["retry", "STATUS_WAIT_RETRY:482913"],
    ["resend", "STATUS_WAIT_RESEND"],
  ] as const)(
    "the key's style %s says %s while another SMS is waited for, and changes no other word",
    async (style, word) => {
      await world.reseller.keys.change(reseller.buyerId, reseller.keyId, { style });
      expect(await reseller.status(await orderIn("waiting_again"))).toBe(word);
      expect(await reseller.status(await orderIn("waiting"))).toBe("STATUS_WAIT_CODE");
      expect(await reseller.status(await orderIn("received"))).toBe("STATUS_OK:482913");
      await world.reseller.keys.change(reseller.buyerId, reseller.keyId, { style: "wait" });
    },
  );

  it("another buyer's order and one that never was have the same words for everything", async () => {
    const id = await orderIn("received");
    const other = await world.newReseller();
    for (const each of [id, "999999"]) {
      expect(await other.status(each)).toBe("NO_ACTIVATION");
      for (const status of [1, 3, 6, 8, -1]) expect(await other.set(each, status)).toBe("NO_ACTIVATION");
    }
  });
});

it("while Telegram is away the API sells, tells the code and ends the order", async () => {
  const buyer = await world.newReseller();
  await expect.poll(() => buyer.ask("getPrices", { service: "wa", country: 16 })).toMatch(/"16":\{"wa"/);
  await world.world.telegram.close();
  const { id, phone } = await buyer.number();
  const { heldMicros } = await buyer.balance();
  world.deliver(phone, "482913");
  await world.sped(() => expect.poll(() => buyer.status(id)).toBe("STATUS_OK:482913"));
  expect(await buyer.set(id, 6)).toBe("ACCESS_ACTIVATION");
  expect(await selectBalance(world.database.db, buyer.buyerId)).toEqual({
    availableMicros: 20_000_000n - heldMicros,
    heldMicros: 0n,
  });
});

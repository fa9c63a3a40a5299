import { afterEach, expect, it } from "vitest";
import { type RoutingWorld, startRoutingWorld } from "./routing-world.ts";

let shop: RoutingWorld | undefined;
afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

it.each([
  ["by country", '{"22": "0.30"}'],
  ["by service", '{"wa": {"22": "0.30"}}'],
])(
  "sells a handler_api number at the operator's own price, without asking for one (%s)",
  async (_name, prices) => {
    shop = await startRoutingWorld({ only: "handler-api" }, { PROVIDER_ONLY_PRICES: prices });
    const { db } = shop.database;
    // Until the supplier's lists are read, nothing is found.
    const listed = () => db.selectFrom("provider_services").select("code").execute();
    await expect.poll(listed).not.toEqual([]);
    const buyer = await shop.buyer();
    const confirm = await buyer.say("whatsapp india", "is held; you pay only");
    // 30 % on top.
    expect(confirm.text).toContain("$0.39");
    await buyer.tap(confirm, " · $", "waiting for the code");
    const { market } = shop.provider("only");
    expect(market.rentals()).toHaveLength(1);
    expect(shop.sent("only", "prices")).toBe(0);
    const order = await db.selectFrom("orders").select("cost_micros").executeTakeFirstOrThrow();
    expect(BigInt(order.cost_micros ?? 0)).toBe(300_000n);
  },
);

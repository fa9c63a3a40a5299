import { afterEach, describe, expect, it } from "vitest";
import { type Protocol, protocols } from "../../src/providers/port/provider.ts";
import { type RoutingWorld, startRoutingWorld } from "./routing-world.ts";

let shop: RoutingWorld | undefined;
afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

/** The lists that a supplier was asked for: services, countries, prices. */
const listOperations = ["services", "countries", "prices"];
/** A push-gateway has no price list, and its numbers serve any service. */
const listing = protocols.filter(
  (protocol): protocol is Exclude<Protocol, "push-gateway"> => protocol !== "push-gateway",
);

async function untilListed({ world, clock }: RoutingWorld): Promise<void> {
  const read = world.shop.db.selectFrom("offer_scopes").select("observed_at").where("scope", "=", "#lists");
  for (let look = 0; look < 200; look += 1) {
    // What comes after the note, before the chat knows it, is a moment.
    await clock.sleep(100);
    if ((await read.executeTakeFirst())?.observed_at) return await clock.sleep(100);
  }
  throw new Error("the lists were not read");
}

describe("from the start of the shop to the first sale", () => {
  it.each(listing)("asks for each list once: start, lists, view, quote, sale (%s)", async (protocol) => {
    shop = await startRoutingWorld({ only: protocol });
    const buyer = await shop.buyer();
    await untilListed(shop);
    const { market, requests } = shop.provider("only");
    const found = await buyer.say("whatsapp", "");
    // Where there are several kinds of WhatsApp, the buyer chooses first.
    const isCountries = found.text.includes("choose a country");
    const countries = isCountries ? found : await buyer.tap(found, "WhatsApp", "choose a country");
    const confirm = await buyer.tap(countries, "India", "is held; you pay only");
    await buyer.tap(confirm, " · $", "waiting for the code");
    expect(market.rentals()).toHaveLength(1);
    const asked = requests().filter(({ operation }) => listOperations.includes(operation));
    const paths = asked.map(({ path }) => path);
    expect(paths).toEqual([...new Set(paths)]);
    expect(shop.sent("only", "prices")).toBeGreaterThan(0);
  });
});

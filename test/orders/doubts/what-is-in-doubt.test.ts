import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selectDoubts } from "../../../src/db/queries/orphans.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createScriptedProvider, providerError } from "../../support/scripted-provider.ts";
import { createTestShop } from "../../support/shop.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

async function doubtsAt(provider: string): Promise<string[]> {
  return (await selectDoubts(database.db, provider, 10)).map(({ orderId }) => orderId);
}

describe("the purchases in doubt at a provider", () => {
  it("are those whose answer never came, until they are settled", async () => {
    const provider = createScriptedProvider("silent", { activeList: false });
    provider.onBuy = () => {
      throw providerError("timeout", false);
    };
    const shop = await createTestShop(database.db, { providers: [provider] });
    const orderId = await shop.buy(await shop.buyer(1_000_000n));
    expect(await doubtsAt(provider.name)).toEqual([orderId]);
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    expect((await shop.order(orderId)).state).toBe("failed");
    expect(await doubtsAt(provider.name)).toEqual([]);
    await shop.assertSound();
  });

  it("are not those that it refused, although another provider's answer about the same order never came", async () => {
    const [refusing, silent] = [createScriptedProvider("refusing"), createScriptedProvider("speechless")];
    refusing.onBuy = () => {
      throw providerError("no_stock", true);
    };
    silent.onBuy = () => {
      throw providerError("timeout", false);
    };
    const shop = await createTestShop(database.db, { providers: [refusing, silent] });
    const orderId = await shop.buy(await shop.buyer(1_000_000n));
    expect((await shop.order(orderId)).state).toBe("in_doubt");
    expect(await doubtsAt(refusing.name)).toEqual([]);
    expect(await doubtsAt(silent.name)).toEqual([orderId]);
  });
});

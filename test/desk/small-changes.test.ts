import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at } from "../../src/bot/desk/place.ts";
import { DeskRefusal } from "../../src/core/desk-refusal.ts";
import { newId, shortenId } from "../../src/core/ids.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDesk, labels, type Operator, ownerId, type TestDesk } from "../support/desk.ts";
import { createScriptedProvider, received, type ScriptedProvider } from "../support/scripted-provider.ts";
import { createTestShop, priceMicros, type TestShop } from "../support/shop.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

const DAY_MS = 86_400_000;
let database: TestDatabase;
let provider: ScriptedProvider;
let shop: TestShop;
let money: TestTopups;
let desk: TestDesk;
let owner: Operator;

beforeAll(async () => {
  database = await createTestDatabase();
  provider = createScriptedProvider();
  shop = await createTestShop(database.db, { providers: [provider] });
  money = await createTestTopups(database.db, { operatorChatIds: [ownerId] });
  desk = createTestDesk(database, shop.clock, [ownerId], { orders: shop.orders, topups: money.topups });
  owner = desk.operator(ownerId);
});
afterAll(() => database.close());

const available = async (buyerId: string) => (await shop.balance(buyerId)).availableMicros;

async function receipt(): Promise<{ claimId: string; buyerId: string }> {
  const { buyerId, telegramId } = await money.buyer();
  const amountMicros = 5_000_000n;
  const begun = await money.topups.beginManual({ buyerId, chatId: telegramId, amountMicros, resume: null });
  if (begun.kind !== "begun") throw new Error("not begun");
  const proof = { topupId: begun.invoice.topupId, buyerId, note: `transfer ${newId()}` };
  const claimed = await money.topups.claimManual({ ...proof, fileId: null, fileUniqueId: null });
  if (claimed.kind !== "begun") throw new Error("not claimed");
  return { buyerId, claimId: claimed.invoice.claimId };
}

describe("a receipt over another amount than what came in", () => {
  const offer = async (claimId: string, amount: string) => {
    await owner.open(at("q", "receipt", shortenId(claimId)));
    await owner.press("Other amount…");
    return await owner.type(amount);
  };

  it("is approved with what came in, after before and after, once", async () => {
    const { claimId, buyerId } = await receipt();
    await offer(claimId, "4.25");
    await owner.press("The fee was taken off.");
    expect(owner.card.html).toMatch(/\$5\.00.*\$4\.25/);
    const confirm = owner.card.rows[0]?.[0];
    if (!confirm || !("to" in confirm)) throw new Error("no confirm");
    await Promise.all([owner.open(confirm.to), owner.open(confirm.to)]);
    expect(await available(buyerId)).toBe(4_250_000n);
    const [entry] = await database.db
      .selectFrom("audit_log")
      .selectAll()
      .where("action", "=", "manual top-up approved")
      .where("buyer_id", "=", buyerId)
      .execute();
    expect(entry).toMatchObject({
      before: { announcedMicros: "5000000" },
      after: { amountMicros: "4250000" },
      reason: "The fee was taken off.",
    });
    await offer(claimId, "4.25").catch(() => undefined);
    expect(await available(buyerId)).toBe(4_250_000n);
  });

  it.each(["4,25", "0", "-1", "1e9", "NaN"])(
    "is not approved with %s: it is asked for again",
    async (amount) => {
      const { claimId } = await receipt();
      expect((await offer(claimId, amount))?.kind).toBe("again");
    },
  );

  it("has to be typed once more where it is more than what the buyer announced", async () => {
    const { claimId, buyerId } = await receipt();
    await offer(claimId, "6");
    await owner.press("The amount that came in is another one.");
    await owner.press(/Confirm/);
    await owner.type("6.00");
    expect(await available(buyerId)).toBe(6_000_000n);
  });
});

describe("an order", () => {
  async function delivered(): Promise<{ orderId: string; buyerId: string }> {
    const buyerId = await shop.buyer(priceMicros);
    const orderId = await shop.buy(buyerId);
    provider.onCheck = () => received("31");
    await shop.clock.advance(60_000);
    await shop.watch();
    return { orderId, buyerId };
  }

  it("with its code can be finished for the buyer; what was charged stays charged", async () => {
    const { orderId, buyerId } = await delivered();
    await owner.open(at("o", shortenId(orderId)));
    await owner.press("✔ Finish");
    await owner.press("asked for by the buyer");
    await owner.press("✅ Confirm");
    expect(await shop.order(orderId)).toMatchObject({ state: "finished", finishDue: true });
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: 0n, heldMicros: 0n });
    await owner.open(at("o", shortenId(orderId)));
    expect(labels(owner.card)).not.toContain("Finish");
    await shop.assertSound();
  });

  it("of yesterday is not among those of today", async () => {
    const yesterday = await delivered();
    await shop.clock.advance(DAY_MS);
    const today = await delivered();
    await owner.open(at("os"));
    await owner.press("today");
    const places = JSON.stringify(owner.card.rows);
    expect(places).toContain(shortenId(today.orderId));
    expect(places).not.toContain(shortenId(yesterday.orderId));
  });
});

describe("the six characters of an API key", () => {
  it("lead to its owner, also when the key is revoked", async () => {
    const buyerId = await shop.buyer(0n);
    const { telegram_id } = await database.db
      .selectFrom("buyers")
      .select("telegram_id")
      .where("id", "=", buyerId)
      .executeTakeFirstOrThrow();
    const key = {
      id: "aB3dE9",
      buyer_id: buyerId,
      chain_id: "aB3dE9",
      name: "tool",
      secret_hash: Buffer.alloc(32),
      scope: "buy",
    };
    await database.db
      .insertInto("api_keys")
      .values({ ...key, created_at: shop.clock.now(), revoked_at: shop.clock.now() })
      .execute();
    await owner.open();
    await owner.press("🔎 Find");
    await owner.type("aB3dE9");
    await owner.press("👤 Buyer");
    expect(owner.card.html).toContain(String(telegram_id));
    await owner.open();
    await owner.press("🔎 Find");
    expect((await owner.type("zzzzz9"))?.kind).toBe("again");
  });
});

describe("a forged button with an id that is none", () => {
  it.each(["switch.on", "price.undo"])("begins no change: %s", async (kind) => {
    const staff = { telegramId: ownerId, role: "owner" } as const;
    const noVersion = "00000000-0000-0000-0000-00000000000a";
    const content = { switchId: noVersion, changeId: noVersion };
    const begun = desk.services.drafts.begin({ staff, kind, content, back: "" });
    await expect(begun).rejects.toThrow(new DeskRefusal("not_found"));
  });
});

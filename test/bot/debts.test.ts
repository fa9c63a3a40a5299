import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { languages } from "../../src/texts/index.ts";
import { type OutboxShop, startOutboxShop } from "../support/bot-outbox.ts";

let outbox: OutboxShop;

beforeEach(async () => {
  outbox = await startOutboxShop();
  outbox.shop.fakes.buyers.change(outbox.buyerId, { language: "en" });
});
afterEach(() => outbox.shop.close());

const shown = (): string => outbox.shop.last(outbox.user).text;
const owe = (debtMicros: bigint) => {
  Object.assign(outbox.shop.fakes.wallet.state, { debtMicros, availableMicros: 0n });
};

describe("a debt", () => {
  it("is shown by /balance, and nothing is said where there is none", async () => {
    const { shop, user } = outbox;
    await shop.say(user, "/balance");
    expect(shown()).not.toContain("owe");
    owe(650_000n);
    await shop.say(user, "/balance");
    expect(shown()).toContain("You owe the shop $0.65");
  });

  it("is named when a purchase is refused for it, and the Stars offered pay both", async () => {
    const { shop, user } = outbox;
    owe(650_000n);
    const { orders, topups } = shop.fakes;
    const product = { serviceId: "wa", countryId: "GB" };
    orders.state.purchaseResult = {
      kind: "short",
      missingMicros: 1_130_000n,
      priceMicros: 480_000n,
      ...product,
    };
    await shop.say(user, "whatsapp uk");
    expect(shown()).toContain("You owe the shop $0.65");
    expect(shown()).toContain("You need $1.13 (⭐87) more.");
    await shop.press(user, "Pay ⭐87 and buy");
    expect(topups.state.begun[0]).toMatchObject({ stars: 87, resume: product });
  });

  it("is told with the refund that made it, which names what really left the balance", async () => {
    const refunded = { kind: "topup_refunded" as const, stars: 1000, availableMicros: "0" };
    await outbox.send({ ...refunded, amountMicros: "12350000", debtMicros: "650000" });
    expect(shown()).toContain("$12.35 left your balance, which is now $0.00");
    expect(shown()).toContain("You owe the shop $0.65");
    await outbox.send({ ...refunded, amountMicros: "13000000" });
    expect(shown()).not.toContain("owe");
  });

  it("is told as it is paid, in every language", async () => {
    const settled = { kind: "debt_settled" as const, amountMicros: "130000", availableMicros: "0" };
    for (const { language } of languages) {
      outbox.shop.fakes.buyers.change(outbox.buyerId, { language });
      await outbox.send({ ...settled, debtMicros: "520000" });
      expect(shown(), language).toContain("$0.13");
      expect(shown(), language).toContain("$0.52");
      await outbox.send({ ...settled, debtMicros: "0" });
      expect(shown(), language).not.toContain("$0.52");
    }
  });
});

describe("/privacy", () => {
  it("says in every language what stays after a deletion, and for how long", async () => {
    const { shop, user } = outbox;
    for (const { language } of languages) {
      shop.fakes.buyers.change(outbox.buyerId, { language });
      await shop.say(user, "/privacy");
      expect(shown(), language).toContain("48");
    }
  });
});

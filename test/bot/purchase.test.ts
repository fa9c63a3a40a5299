import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import type { Buyer } from "../../src/buyers/buyers.ts";
import { type BotShop, labelsOf, startBotShop } from "../support/bot.ts";

let shop: BotShop;
let user: PretendUser;

beforeEach(async () => {
  shop = await startBotShop();
  user = shop.telegram.user({ languageCode: "en" });
});

afterEach(async () => {
  expect(shop.rejected).toEqual([]);
  await shop.close();
});

const shown = (): string => shop.last(user).text;
const labels = (): string[] => labelsOf(shop.last(user));

function buyerOf(person: PretendUser): Buyer {
  const buyer = shop.fakes.buyers.state.known.get(person.id);
  if (!buyer) throw new Error("this person has not written yet");
  return buyer;
}

describe("Get number", () => {
  it("places an order whose card is the message that was tapped", async () => {
    await shop.say(user, "whatsapp uk");
    const card = shop.last(user).messageId;
    await shop.press(user, /^Get number/);
    expect(shop.fakes.orders.state.purchases).toEqual([
      {
        buyerId: buyerOf(user).id,
        quoteId: expect.any(String),
        chatId: user.id,
        cardMessageId: card,
        acceptsTermsVersion: null,
      },
    ]);
    await shop.say(user, "/buy");
    expect(user.messages().some(({ messageId }) => messageId === card)).toBe(true);
  });

  it("makes one order of ten quick taps", async () => {
    await shop.say(user, "whatsapp uk");
    const { messageId } = shop.last(user);
    const taps = Array.from({ length: 10 }, () =>
      user.press(messageId, (button) => button.text.startsWith("Get")),
    );
    const answers = await Promise.all(taps);
    await shop.idle();
    expect(answers.every(({ answer }) => answer !== undefined)).toBe(true);
    expect(shop.fakes.orders.state.views.size).toBe(1);
    expect(shop.fakes.orders.state.purchases).toHaveLength(10);
  });

  it("asks to accept the terms with the first purchase, and hands on the version that was shown", async () => {
    await shop.say(user, "/start");
    shop.fakes.buyers.change(buyerOf(user).id, { termsVersion: null });
    await shop.say(user, "whatsapp uk");
    expect(shown()).toContain("By continuing you accept /terms");
    await shop.press(user, "Accept · get · $0.48");
    expect(shop.fakes.orders.state.purchases[0]?.acceptsTermsVersion).toBe(1);
  });

  /** The balance lacks $0.38 of the product's $0.48. */
  const short = () => {
    shop.fakes.wallet.state.availableMicros = 100_000n;
    shop.fakes.orders.state.purchaseResult = {
      kind: "short",
      missingMicros: 380_000n,
      priceMicros: 480_000n,
      serviceId: "wa",
      countryId: "GB",
    };
  };
  /** The quote is that of the card: one agreement makes one order. */
  const agreed = {
    serviceId: "wa",
    countryId: "GB",
    priceMicros: 480_000n,
    quoteId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  };

  it("is replaced by paying exactly what is missing when money is short", async () => {
    short();
    await shop.say(user, "whatsapp uk");
    expect(shown()).toContain("You need $0.38 (⭐30) more.");
    expect(labels()).toEqual(["Pay ⭐30 and buy", "Other amount", "☆ Save", "Back", "Home"]);
    await shop.press(user, "Pay ⭐30 and buy");
    const [topup] = shop.fakes.topups.state.begun;
    expect(topup).toMatchObject({ stars: 30, resume: agreed });
    expect(shop.last(user).invoice).toMatchObject({
      stars: 30,
      payload: topup?.payload,
      startParameter: "topup",
    });
  });

  it.each([
    [["stars"], "Other amount"],
    [["manual"], "Other amount"],
    [["stars", "crypto-pay"], "Other ways"],
  ] as const)("offers what there is beside it: with %s, %s", async (gateways, label) => {
    short();
    shop.fakes.topups.state.gateways = [...gateways];
    await shop.say(user, "whatsapp uk");
    expect(labels()[1]).toBe(label);
  });

  it.each([
    ["crypto-pay", 1_000_000n, "Pay $1.00 and buy"],
    ["manual", 1_000_000n, "Pay $1.00 and buy"],
  ] as const)(
    "is replaced by paying in dollars where Stars are off (%s)",
    async (gateway, amountMicros, label) => {
      short();
      shop.fakes.topups.state.gateways = [gateway];
      await shop.say(user, "whatsapp uk");
      expect(shown()).toContain("You need $0.38 more.");
      await shop.press(user, label);
      expect(shop.fakes.topups.state.begun[0]).toMatchObject({ gateway, amountMicros, resume: agreed });
    },
  );

  it("accepts the terms with the tap that pays", async () => {
    await shop.say(user, "/start");
    shop.fakes.buyers.change(buyerOf(user).id, { termsVersion: null });
    short();
    await shop.say(user, "whatsapp uk");
    expect(shown()).toContain("By continuing you accept /terms");
    await shop.press(user, /^Pay/);
    expect(shop.fakes.orders.state.purchases[0]?.acceptsTermsVersion).toBe(1);
  });

  it("shows how to pay when the money was spent between the card and the tap", async () => {
    await shop.say(user, "whatsapp uk");
    short();
    await shop.press(user, /^Get number/);
    expect(labels()[0]).toBe("Pay ⭐30 and buy");
  });

  it("puts the missing Stars first among the other amounts", async () => {
    short();
    await shop.say(user, "whatsapp uk");
    await shop.press(user, "Other amount");
    expect(shown()).toContain("Top up for WhatsApp · 🇬🇧 United Kingdom");
    expect(labels()[0]).toBe("⭐30 · $0.39");
    await shop.press(user, "⭐30 · $0.39");
    expect(shop.fakes.topups.state.begun[0]).toMatchObject({ stars: 30, resume: agreed });
  });

  it("buys at once when the money came in before the tap that pays", async () => {
    shop.fakes.wallet.state.availableMicros = 100_000n;
    await shop.say(user, "whatsapp uk");
    await shop.press(user, "Pay ⭐30 and buy");
    expect(shop.fakes.topups.state.begun).toEqual([]);
    expect(shop.fakes.orders.state.views.size).toBe(1);
  });

  it.each(["quote_expired", "quote_used", "price_moved"] as const)(
    "asks again at the new price after %s",
    async (code) => {
      await shop.say(user, "whatsapp uk");
      shop.fakes.orders.state.purchaseResult = { kind: "refused", code, serviceId: "wa", countryId: "GB" };
      const before = shop.fakes.catalog.state.quotes.size;
      await shop.press(user, /^Get number/);
      expect(shop.fakes.catalog.state.quotes.size).toBe(before + 1);
      expect(labels()[0]).toBe("Get number · $0.48");
    },
  );

  it("names other countries when this one just sold out", async () => {
    await shop.say(user, "whatsapp uk");
    shop.fakes.orders.state.purchaseResult = {
      kind: "refused",
      code: "out_of_stock",
      serviceId: "wa",
      countryId: "GB",
    };
    await shop.press(user, /^Get number/);
    expect(shown()).toContain("Just sold out.");
    expect(labels()[0]).toBe("Try 🇺🇸 Unite… $0.62 · 84%");
    await shop.press(user, /^Try/);
    expect(labels()[0]).toBe("Get number · $0.62");
  });

  it("says what stands in the way of a purchase, without a new quote", async () => {
    await shop.say(user, "whatsapp uk");
    shop.fakes.orders.state.purchaseResult = {
      kind: "refused",
      code: "too_many_open_orders",
      serviceId: "wa",
      countryId: "GB",
    };
    await shop.press(user, /^Get number/);
    expect(shown()).toContain("You have too many open orders.");
  });
});

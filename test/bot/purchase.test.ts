import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import type { Buyer } from "../../src/bot/deps.ts";
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
    await shop.press(user, "Accept and get number · $0.48");
    expect(shop.fakes.orders.state.purchases[0]?.acceptsTermsVersion).toBe(1);
  });

  it("offers exactly what is missing when money is short", async () => {
    await shop.say(user, "whatsapp uk");
    shop.fakes.wallet.state.availableMicros = 100_000n;
    shop.fakes.orders.state.purchaseResult = {
      kind: "short",
      missingMicros: 380_000n,
      priceMicros: 480_000n,
      serviceId: "wa",
      countryId: "GB",
    };
    await shop.press(user, /^Get number/);
    expect(shown()).toBe("You need $0.38 more for WhatsApp · 🇬🇧 United Kingdom.");
    expect(labels()).toEqual(["Pay 30 Stars and buy", "Other ways", "Back"]);
    await shop.press(user, "Pay 30 Stars and buy");
    const [topup] = shop.fakes.topups.state.begun;
    expect(topup).toMatchObject({ stars: 30, resume: { serviceId: "wa", countryId: "GB" } });
    expect(shop.last(user).invoice).toMatchObject({
      stars: 30,
      payload: topup?.payload,
      startParameter: "topup",
    });
  });

  it("puts the missing Stars first among the other ways to pay", async () => {
    await shop.say(user, "whatsapp uk");
    shop.fakes.wallet.state.availableMicros = 100_000n;
    shop.fakes.orders.state.purchaseResult = {
      kind: "short",
      missingMicros: 380_000n,
      priceMicros: 480_000n,
      serviceId: "wa",
      countryId: "GB",
    };
    await shop.press(user, /^Get number/);
    await shop.press(user, "Other ways");
    expect(shown()).toContain("Top up for WhatsApp · 🇬🇧 United Kingdom");
    expect(labels()[0]).toBe("30 Stars · $0.39");
    await shop.press(user, "30 Stars · $0.39");
    expect(shop.fakes.topups.state.begun[0]).toMatchObject({
      stars: 30,
      resume: { serviceId: "wa", countryId: "GB" },
    });
  });

  it("goes back to the confirm card when the money came in meanwhile", async () => {
    await shop.say(user, "whatsapp uk");
    shop.fakes.orders.state.purchaseResult = {
      kind: "short",
      missingMicros: 1n,
      priceMicros: 480_000n,
      serviceId: "wa",
      countryId: "GB",
    };
    await shop.press(user, /^Get number/);
    await shop.press(user, "Pay 1 Stars and buy");
    expect(shop.fakes.topups.state.begun).toEqual([]);
    expect(labels()[0]).toBe("Get number · $0.48");
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
    expect(labels()[0]).toBe("Try 🇺🇸 United States $0.62 · 84%");
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

describe("an order's card", () => {
  const openOrder = async () => {
    await shop.say(user, "/start");
    return shop.fakes.orders.add({ buyerId: buyerOf(user).id, chatId: user.id });
  };

  it("opens from /orders with copy buttons, and becomes the order's card", async () => {
    const order = await openOrder();
    await shop.say(user, "/orders");
    expect(shown()).toContain("Open: 1");
    await shop.press(user, "WhatsApp 🇬🇧 · waiting for the code");
    expect(shown()).toContain("+447700900123");
    expect(labels()).toEqual(["Copy +447700900123", "Copy 7700900123", "Cancel"]);
    expect(shop.fakes.orders.state.views.get(order.id)?.cardMessageId).toBe(shop.last(user).messageId);
  });

  it("shows the end as a relative time that the reader's app counts down", async () => {
    await openOrder();
    await shop.say(user, "/orders");
    await shop.press(user, /waiting/);
    const time = shop.last(user).entities.find(({ type }) => type === "date_time");
    expect(time).toMatchObject({ unix_time: 1_772_367_600, date_time_format: "r" });
  });

  it("has one message an order: reopening takes the earlier one away", async () => {
    await openOrder();
    await shop.say(user, "/orders");
    await shop.press(user, /waiting/);
    const first = shop.last(user).messageId;
    await shop.press(user, /waiting/);
    expect(user.messages().some(({ messageId }) => messageId === first)).toBe(false);
  });

  it("queues an early cancel and says so", async () => {
    const order = await openOrder();
    shop.fakes.orders.state.cancel = { kind: "queued", at: new Date() };
    await shop.say(user, "/orders");
    await shop.press(user, /waiting/);
    expect(await shop.press(user, "Cancel")).toBe("Too early: your cancel waits and goes out by itself.");
    expect(shop.fakes.orders.state.asked).toEqual([`cancel ${order.id}`]);
  });

  it("explains a refused cancel in the answer to the tap", async () => {
    await openOrder();
    shop.fakes.orders.state.cancel = { kind: "refused", code: "too_many_cancels" };
    await shop.say(user, "/orders");
    await shop.press(user, /waiting/);
    expect(await shop.press(user, "Cancel")).toContain("Too many cancels in one hour.");
  });

  it("does another code and done for an order that has one", async () => {
    const order = await openOrder();
    shop.fakes.orders.change(order.id, {
      state: "received",
      sms: [{ id: "s", sequence: 1, code: "482913", text: "Your code: 482913", receivedAt: new Date() }],
      actions: { cancel: false, another: true, finish: true },
    });
    await shop.say(user, "/orders");
    await shop.press(user, /code received/);
    expect(labels()).toEqual([
      "Copy 482913",
      "Copy +447700900123",
      "Copy 7700900123",
      "Another code",
      "Done",
    ]);
    await shop.press(user, "Another code");
    expect(await shop.press(user, "Done")).toBe("Done. Thank you!");
    expect(shop.fakes.orders.state.asked).toEqual([`another ${order.id}`, `finish ${order.id}`]);
  });

  it("pages through past orders", async () => {
    await shop.say(user, "/start");
    for (let index = 0; index < 12; index++) {
      shop.fakes.orders.add({
        buyerId: buyerOf(user).id,
        chatId: user.id,
        state: "finished",
        closedAt: new Date(),
        actions: { cancel: false, another: false, finish: false },
      });
    }
    await shop.say(user, "/orders");
    await shop.press(user, "Next");
    await shop.press(user, "Next");
    expect(labels()).toEqual(expect.arrayContaining(["3/3", "Previous"]));
    await shop.press(user, /done/);
    expect(labels()).toEqual(["Buy again", "Home"]);
  });

  it("does not exist for anyone but its buyer", async () => {
    await openOrder();
    await shop.say(user, "/orders");
    await shop.press(user, /waiting/);
    const buttons = shop.last(user).buttons.flat();
    const cancelData = buttons.find(({ text }) => text === "Cancel")?.callback_data ?? "";
    const openData = `1O${cancelData.slice(2)}`;
    const stranger = shop.telegram.user();
    await shop.say(stranger, "/start");
    const { messageId } = shop.last(stranger);
    const refused = await stranger.pressData(messageId, cancelData);
    expect(refused.answer?.text).toContain("I cannot find that order.");
    await stranger.pressData(messageId, openData);
    await shop.idle();
    expect(shop.last(stranger).text).toContain("I cannot find that order.");
    expect(shop.last(stranger).text).not.toContain("7700900123");
  });
});

describe("balance", () => {
  it("names what is available and what is held, and pages through the movements", async () => {
    const { state } = shop.fakes.wallet;
    state.heldMicros = 480_000n;
    state.movements = Array.from({ length: 19 }, (_, index) => ({
      kind: index === 0 ? "hold" : "topup",
      amountMicros: index === 0 ? -480_000n : 650_000n,
      at: new Date("2026-03-01T10:00:00Z"),
    }));
    await shop.say(user, "/balance");
    expect(shown()).toContain("Available $3.20");
    expect(shown()).toContain("Held for open orders $0.48");
    expect(shown()).toContain("Set aside for an order -$0.48");
    expect(shown()).toContain("Top-up +$0.65");
    await shop.press(user, "Next");
    await shop.press(user, "Next");
    expect(labels()).toContain("3/3");
    await shop.press(user, "Top up");
    expect(labels()).toContain("50 Stars · $0.65");
  });
});

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

describe("an order's card", () => {
  const openOrder = async () => {
    await shop.say(user, "/start");
    return shop.fakes.orders.add({ buyerId: buyerOf(user).id, chatId: user.id });
  };

  it("opens from /orders with copy buttons, and becomes the order's card", async () => {
    const order = await openOrder();
    await shop.say(user, "/orders");
    expect(shown()).toContain("Open: 1");
    await shop.press(user, "⏳ WhatsApp 🇬🇧 $0.48");
    expect(shown()).toContain("+447700900123");
    expect(labels()).toEqual(["Copy +447700900123", "Copy 7700900123", "Cancel", "App refused it"]);
    expect(shop.fakes.orders.state.views.get(order.id)?.cardMessageId).toBe(shop.last(user).messageId);
  });

  it("shows the end as a relative time that the reader's app counts down", async () => {
    await openOrder();
    await shop.say(user, "/orders");
    await shop.press(user, /WhatsApp 🇬🇧/);
    const time = shop.last(user).entities.find(({ type }) => type === "date_time");
    expect(time).toMatchObject({ unix_time: 1_772_367_600, date_time_format: "r" });
  });

  it("has one message an order: reopening takes the earlier one away", async () => {
    await openOrder();
    await shop.say(user, "/orders");
    await shop.press(user, /WhatsApp 🇬🇧/);
    const first = shop.last(user).messageId;
    await shop.press(user, /WhatsApp 🇬🇧/);
    expect(user.messages().some(({ messageId }) => messageId === first)).toBe(false);
  });

  it("queues an early cancel and says so", async () => {
    const order = await openOrder();
    shop.fakes.orders.state.cancel = { kind: "queued", at: new Date() };
    await shop.say(user, "/orders");
    await shop.press(user, /WhatsApp 🇬🇧/);
    expect(await shop.press(user, "Cancel")).toBe(
      "Too early to cancel. We'll do it as soon as it is possible.",
    );
    expect(shop.fakes.orders.state.asked).toEqual([`cancel ${order.id}`]);
  });

  it("explains a refused cancel in the answer to the tap", async () => {
    await openOrder();
    shop.fakes.orders.state.cancel = { kind: "refused", code: "too_many_cancels" };
    await shop.say(user, "/orders");
    await shop.press(user, /WhatsApp 🇬🇧/);
    expect(await shop.press(user, "Cancel")).toContain("Too many cancellations in one hour.");
  });

  it("exchanges a number that the app refused, and says why not where that cannot be", async () => {
    const order = await openOrder();
    await shop.say(user, "/orders");
    await shop.press(user, /WhatsApp 🇬🇧/);
    expect(await shop.press(user, "App refused it")).toContain("Exchanging the number.");
    shop.fakes.orders.state.cancel = { kind: "queued", at: new Date() };
    expect(await shop.press(user, "App refused it")).toContain("Too early to exchange.");
    shop.fakes.orders.state.cancel = { kind: "refused", code: "too_many_swaps" };
    expect(await shop.press(user, "App refused it")).toContain("Too many exchanged numbers");
    expect(shop.fakes.orders.state.asked).toEqual(Array(3).fill(`swap ${order.id}`));
  });

  it("lets a queued cancel be taken back, and then has no other button that changes the order", async () => {
    const order = await openOrder();
    shop.fakes.orders.change(order.id, {
      state: "cancelling",
      cancelOpensAt: new Date(Date.now() + 10 ** 12),
      actions: { cancel: false, swap: false, keepWaiting: true, another: false, finish: false },
    });
    await shop.say(user, "/orders");
    await shop.press(user, /WhatsApp 🇬🇧/);
    expect(labels()).toEqual(["Copy +447700900123", "Copy 7700900123", "Keep waiting"]);
    expect(await shop.press(user, "Keep waiting")).toBe("We keep waiting for the code.");
    shop.fakes.orders.state.keepWaiting = { kind: "refused", code: "cancel_begun" };
    expect(await shop.press(user, "Keep waiting")).toContain("already with the supplier");
  });

  it("says that the wait is slow, and what to do", async () => {
    const order = await openOrder();
    shop.fakes.orders.change(order.id, { isSlow: true });
    await shop.say(user, "/orders");
    await shop.press(user, /WhatsApp 🇬🇧/);
    expect(shown()).toContain("Slower than usual.");
  });

  it("does another code and done for an order that has one", async () => {
    const order = await openOrder();
    shop.fakes.orders.change(order.id, {
      state: "received",
      sms: [{ id: "s", sequence: 1, code: "482913", text: "Your code: 482913", receivedAt: new Date() }],
      actions: { cancel: false, swap: false, keepWaiting: false, another: true, finish: true },
    });
    await shop.say(user, "/orders");
    await shop.press(user, /WhatsApp 🇬🇧/);
    // The code's own message has the button that copies it.
    expect(labels()).toEqual(["Copy +447700900123", "Copy 7700900123", "Another code", "Close number"]);
    expect(shown()).toContain("More codes possible; ends 12:20 UTC");
    expect(await shop.press(user, "Another code")).toBe("Asking for another code…");
    expect(await shop.press(user, "Close number")).toBe("Done. Thank you!");
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
        actions: { cancel: false, swap: false, keepWaiting: false, another: false, finish: false },
      });
    }
    await shop.say(user, "/orders");
    await shop.press(user, "Next");
    await shop.press(user, "Next");
    expect(shown()).toContain("Page 3 of 3");
    expect(labels()).toContain("Previous");
    await shop.press(user, /WhatsApp 🇬🇧/);
    expect(labels()).toEqual(["Buy again", "Back", "Home"]);
    await shop.press(user, "Back");
    expect(shown()).toContain("Page 3 of 3");
  });

  it("does not exist for anyone but its buyer", async () => {
    await openOrder();
    await shop.say(user, "/orders");
    await shop.press(user, /WhatsApp 🇬🇧/);
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
  it("names what is available and what is held, and pages through a statement by product", async () => {
    const { state } = shop.fakes.wallet;
    state.lines = Array.from({ length: 19 }, (_, index) => ({
      id: BigInt(19 - index),
      kind: index === 0 ? "capture" : "topup",
      amountMicros: index === 0 ? -480_000n : 650_000n,
      balanceMicros: 3_680_000n,
      orderId: null,
      serviceId: index === 0 ? "wa" : null,
      countryId: index === 0 ? "GB" : null,
      at: new Date("2026-03-01T10:00:00Z"),
    }));
    await shop.say(user, "/start");
    state.heldMicros = 480_000n;
    shop.fakes.orders.add({ buyerId: buyerOf(user).id, chatId: user.id });
    await shop.say(user, "/balance");
    expect(shown()).toContain("Available $3.20");
    expect(shown()).toContain("Held for open orders $0.48");
    expect(shown()).toContain("WhatsApp · 🇬🇧 United Kingdom · $0.48 held");
    expect(shown()).toContain("WhatsApp · 🇬🇧 United Kingdom -$0.48 = $3.68");
    expect(shown()).toContain("Top-up +$0.65");
    await shop.press(user, "Next");
    await shop.press(user, "Next");
    expect(shown()).toContain("Page 3 of 3");
    await shop.press(user, "Top up");
    expect(labels()).toContain("⭐50 · $0.65");
  });
});

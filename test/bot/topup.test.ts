import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { type BotShop, labelsOf, startBotShop } from "../support/bot.ts";

let shop: BotShop;
let user: PretendUser;

beforeEach(async () => {
  shop = await startBotShop();
  user = shop.telegram.user({ languageCode: "en" });
});

afterEach(async () => {
  await shop.close();
});

const shown = (): string => shop.last(user).text;
const labels = (): string[] => labelsOf(shop.last(user));
const begun = () => shop.fakes.topups.state.begun;

describe("the top-up menu", () => {
  it("offers presets with what they are worth, and sends an invoice for the tapped one", async () => {
    await shop.say(user, "/topup");
    expect(labels()).toEqual([
      "⭐50 · $0.65",
      "⭐100 · $1.30",
      "⭐250 · $3.25",
      "⭐500 · $6.50",
      "⭐1000 · $13.00",
      "Other amount",
      "Home",
    ]);
    await shop.press(user, "⭐250 · $3.25");
    expect(shop.last(user).invoice).toMatchObject({ stars: 250, title: "Balance top-up" });
    expect(begun()).toHaveLength(1);
  });

  it("goes home on the same card", async () => {
    await shop.say(user, "/topup");
    await shop.press(user, "Home");
    expect(user.messages().filter(({ from }) => from.isBot)).toHaveLength(1);
    expect(labels()).toContain("Buy a number");
  });

  it("shows the ways to pay that are switched on, and no others", async () => {
    shop.fakes.topups.state.gateways = ["stars", "crypto-pay", "manual"];
    await shop.say(user, "/topup");
    expect(labels()).toEqual(expect.arrayContaining(["Crypto", "Transfer to the shop"]));
    await shop.press(user, "Crypto");
    expect(labels()).toEqual(expect.arrayContaining(["Pay $5.00", "Telegram ⭐"]));
    await shop.press(user, "Pay $10.00");
    expect(begun()[0]).toMatchObject({ gateway: "crypto-pay", amountMicros: 10_000_000n });
    expect(shop.last(user).buttons[0]?.[0]?.url).toBe("https://t.me/CryptoBot?start=pretend");
  });

  it("redraws itself when a button does not fit it any more", async () => {
    shop.fakes.topups.state.gateways = ["stars", "crypto-pay"];
    await shop.say(user, "/topup");
    shop.fakes.topups.state.gateways = ["stars"];
    expect(await shop.press(user, "Crypto")).toContain("has expired");
    expect(labels()).not.toContain("Crypto");
    expect(begun()).toEqual([]);
  });
});

describe("the rows of the top-up menu", () => {
  const rows = (): string[][] => shop.last(user).buttons.map((row) => row.map(({ text }) => text));

  it("are two columns of amounts where there is one way to pay", async () => {
    await shop.say(user, "/topup");
    expect(rows().map((row) => row.length)).toEqual([2, 2, 1, 2]);
  });

  it("begin with the ways to pay where there are several, the chosen one marked", async () => {
    shop.fakes.topups.state.gateways = ["stars", "crypto-pay", "manual"];
    await shop.say(user, "/topup");
    expect(rows().slice(0, 3)).toEqual([
      ["✓ Telegram ⭐", "Crypto"],
      ["Transfer to the shop"],
      ["⭐50 · $0.65", "⭐100 · $1.30"],
    ]);
    await shop.press(user, "Crypto");
    expect(rows().slice(0, 3)).toEqual([
      ["Telegram ⭐", "✓ Crypto"],
      ["Transfer to the shop"],
      ["Pay $5.00", "Pay $10.00"],
    ]);
  });

  it("still offer what the waiting purchase lacks after Back from the question for an amount", async () => {
    shop.fakes.wallet.state.availableMicros = 0n;
    await shop.say(user, "whatsapp uk");
    const quote = [...shop.fakes.catalog.state.quotes.values()].at(-1);
    shop.fakes.orders.state.purchaseResult = {
      kind: "short",
      missingMicros: 480_000n,
      priceMicros: quote?.priceMicros ?? 0n,
      serviceId: "wa",
      countryId: "GB",
    };
    await shop.press(user, "Other amount");
    expect(rows()[0]).toEqual(["⭐37 · $0.481"]);
    await shop.press(user, "Other amount");
    await shop.press(user, "Back");
    expect(shown()).toContain("Top up for WhatsApp");
    expect(rows()[0]).toEqual(["⭐37 · $0.481"]);
  });
});

describe("a typed amount", () => {
  const ask = async (): Promise<void> => {
    await shop.say(user, "/topup");
    await shop.press(user, "Other amount");
    expect(shown()).toContain("How many ⭐?");
  };

  it("becomes an invoice, in Stars or in dollars", async () => {
    await ask();
    await shop.say(user, "77");
    expect(shop.last(user).invoice?.stars).toBe(77);
    await ask();
    await shop.say(user, "$5");
    expect(shop.last(user).invoice?.stars).toBe(385);
    expect(begun()).toHaveLength(2);
  });

  it("is asked again when it does not work, and begins nothing until then", async () => {
    await ask();
    for (const wrong of ["0", "10001", "-5", "1e3", "99999999999999999999"]) {
      await shop.say(user, wrong);
      expect(shown()).toContain("That amount does not work.");
    }
    expect(begun()).toEqual([]);
  });

  it("leaves every other button and command working while it waits", async () => {
    await shop.say(user, "/start");
    const buyer = shop.fakes.buyers.state.known.get(user.id);
    const order = shop.fakes.orders.add({ buyerId: buyer?.id ?? "", chatId: user.id });
    await shop.say(user, "/orders");
    await shop.press(user, /⏳ WhatsApp 🇬🇧/);
    await ask();
    await shop.press(user, "Cancel");
    expect(shop.fakes.orders.state.asked).toEqual([`cancel ${order.id}`]);
    await shop.say(user, "120");
    expect(shop.last(user).invoice?.stars).toBe(120);
  });

  it("is given up for a command or a search, which is answered at once", async () => {
    await ask();
    await shop.say(user, "/buy");
    expect(shown()).toContain("What do you need a code for?");
    expect(shop.fakes.conversations.stored.size).toBe(0);
    await ask();
    await shop.say(user, "whatsapp uk");
    expect(labels()[0]).toBe("Get number · $0.48");
    await shop.say(user, "50");
    expect(begun()).toEqual([]);
  });

  it("is given up with Back, which shows the menu again", async () => {
    await ask();
    await shop.press(user, "Back");
    expect(labels()).toContain("⭐50 · $0.65");
    await shop.say(user, "50");
    expect(begun()).toEqual([]);
  });

  it("survives a restart of the shop, and unreadable stored state is no obstacle", async () => {
    await ask();
    const [key = "", stored = ""] = [...shop.fakes.conversations.stored.entries()][0] ?? [];
    expect(key).toBe(String(user.id));
    shop.fakes.conversations.stored.set(key, JSON.stringify({ version: "?", state: 7 }));
    await shop.say(user, "50");
    expect(begun()).toEqual([]);
    shop.fakes.conversations.stored.set(key, stored);
    await shop.say(user, "50");
    expect(begun()).toHaveLength(1);
  });

  it("belongs to the person who was asked", async () => {
    const other = shop.telegram.user();
    await ask();
    await shop.say(other, "60");
    expect(begun()).toEqual([]);
    await shop.say(user, "70");
    expect(begun()).toMatchObject([{ stars: 70 }]);
  });
});

describe("a manual transfer", () => {
  const transfer = async (): Promise<void> => {
    shop.fakes.topups.state.gateways = ["stars", "manual"];
    await shop.say(user, "/topup");
    await shop.press(user, "Transfer to the shop");
    await shop.press(user, "Pay $5.00");
    expect(shown()).toContain("Transfer $5.00 to the shop as agreed with @shop");
  };

  it("takes a note as proof", async () => {
    await transfer();
    await shop.say(user, "Ref 12345");
    expect(shop.fakes.topups.state.claims).toMatchObject([{ note: "Ref 12345", fileId: null }]);
    expect(shown()).toContain("We'll check it");
  });

  it("takes a picture as proof", async () => {
    await transfer();
    user.sendPhoto(new Uint8Array([1, 2, 3]), "paid");
    await shop.idle();
    expect(shop.fakes.topups.state.claims).toMatchObject([{ note: "paid", fileId: expect.any(String) }]);
  });

  it("asks for the proof after a typed amount too", async () => {
    shop.fakes.topups.state.gateways = ["manual"];
    await shop.say(user, "/topup");
    await shop.press(user, "Other amount");
    await shop.say(user, "7,50");
    expect(begun()).toMatchObject([{ gateway: "manual", amountMicros: 7_500_000n }]);
    await shop.say(user, "Ref 9");
    expect(shop.fakes.topups.state.claims).toMatchObject([{ note: "Ref 9" }]);
  });
});

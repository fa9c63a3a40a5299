import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { shortenId } from "../../src/core/ids.ts";
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

const labels = (): string[] => labelsOf(shop.last(user));

describe("the search below the message field", () => {
  it("lists a service's countries with their prices, and picking one opens the confirm card", async () => {
    const answer = await user.inlineQuery("whatsapp");
    expect(answer?.results).toHaveLength(20);
    const [first] = answer?.results ?? [];
    expect(first).toMatchObject({
      title: "WhatsApp · 🇬🇧 United Kingdom",
      description: "$0.48 · 84%",
      content: { body: { text: "/b_wa_GB" } },
    });
    if (first) user.chooseInlineResult(first);
    await shop.idle();
    expect(labels()[0]).toBe("Get number · $0.48");
  });

  it("finds one product by service and country", async () => {
    const answer = await user.inlineQuery("whatsapp uk");
    expect(answer?.results.map(({ id }) => id)).toEqual(["b_wa_GB"]);
  });

  it("gives at most fifty at a time, and the rest page by page", async () => {
    const { state } = shop.fakes.catalog;
    const [sample] = state.offers;
    if (!sample) throw new Error("no offers");
    const countries = Array.from({ length: 120 }, (_, index) => ({
      id: `~c${index}`,
      name: `C${index}`,
      flag: "",
    }));
    state.offers = countries.map((country) => ({ ...sample, country }));
    const ids: string[] = [];
    let offset = "";
    let pages = 0;
    do {
      const answer = await user.inlineQuery("whatsapp", { offset });
      ids.push(...(answer?.results ?? []).map(({ id }) => id));
      offset = answer?.nextOffset ?? "";
      pages += 1;
    } while (offset !== "");
    expect(pages).toBe(3);
    expect(new Set(ids).size).toBe(120);
  });

  it("is the person's own and kept for seconds only", async () => {
    await user.inlineQuery("whatsapp");
    const [call] = shop.telegram.calls("answerInlineQuery");
    expect(call?.params).toMatchObject({ cache_time: 10, is_personal: true });
  });

  it("begins with what was bought before", async () => {
    await shop.say(user, "/start");
    shop.fakes.catalog.state.recent = [
      {
        service: { id: "wa", name: "WhatsApp" },
        country: { id: "GB", name: "UK", flag: "🇬🇧" },
        priceMicros: 480_000n,
        orderId: "01890000-0000-7000-8000-000000000000",
        paidMicros: 480_000n,
      },
    ];
    const answer = await user.inlineQuery("");
    expect(answer?.results.map(({ id }) => id)).toEqual(["b_wa_GB"]);
  });

  it.each([
    ["256 characters", "x".repeat(256), ""],
    ["markup and odd signs", '<b>&"\u202e\u0000</b>', ""],
    ["a made-up offset", "whatsapp", "-1"],
    ["an offset beyond the end", "whatsapp", "999"],
    ["an endless offset", "whatsapp", "9".repeat(60)],
  ])("answers %s without harm", async (_name, query, offset) => {
    const answer = await user.inlineQuery(query, { offset });
    expect(answer).toBeDefined();
    expect(answer?.nextOffset).toBe("");
  });
});

describe("the search button", () => {
  it("is shown where the operator has switched inline mode on", async () => {
    await shop.say(user, "/buy");
    expect(labels()).toContain("Search");
    const { inlineQuery } = await user.press(shop.last(user), "Search");
    expect(inlineQuery).toBe("");
  });
});

describe("a picked product that nobody offered", () => {
  it.each(["/b_wa_ZZ", "/b_nothing_GB", "/b_-x_-y", "/b_wa", "/b___", `/b_${"a".repeat(60)}`])(
    "%s is answered, and buys nothing",
    async (text) => {
      await shop.say(user, text);
      expect(shop.last(user).text).not.toBe("");
      expect(shop.fakes.orders.state.purchases).toEqual([]);
    },
  );
});

describe("one-tap buying", () => {
  /** The buyer has bought it before, for so much; today it costs $0.48. */
  const recent = async (paidMicros = 480_000n) => {
    const { id: buyerId } = await shop.fakes.buyers.buyers.meet({ telegramId: user.id, language: "en" });
    const past = { buyerId, chatId: user.id, state: "finished", closedAt: shop.fakes.clock.now() } as const;
    const { id: orderId } = shop.fakes.orders.add({ ...past, priceMicros: paidMicros });
    shop.fakes.catalog.state.recent = [
      {
        service: { id: "wa", name: "WhatsApp" },
        country: { id: "GB", name: "UK", flag: "🇬🇧" },
        priceMicros: 480_000n,
        orderId,
        paidMicros,
      },
    ];
    return orderId;
  };
  const switchOn = async () => {
    await shop.say(user, "/settings");
    await shop.press(user, "One-tap buying: off");
    expect(labels()).toContain("One-tap buying: on");
  };

  it("is off until it is switched on: a recent purchase opens the confirm card", async () => {
    await recent();
    await shop.say(user, "/buy");
    await shop.press(user, "Repeat WhatsApp 🇬🇧 $0.48");
    expect(shop.fakes.orders.state.purchases).toEqual([]);
  });

  it("buys with one tap up to the price paid last, and a double tap buys once", async () => {
    await recent();
    await switchOn();
    await shop.say(user, "/buy");
    const menu = shop.last(user);
    const quick = (button: { text: string }) => button.text.startsWith("⚡");
    await Promise.all([user.press(menu, quick), user.press(menu, quick), user.press(menu, quick)]);
    await shop.idle();
    expect(shop.fakes.orders.state.purchases).toHaveLength(1);
  });

  it("says on its button what it may cost at most, and never charges more, whatever is bought in between", async () => {
    await recent(500_000n);
    await switchOn();
    await shop.say(user, "/buy");
    expect(labels()).toContain("⚡ WhatsApp 🇬🇧 ≤ $0.50");
    // Dearer meanwhile, and the buyer has just paid that elsewhere.
    await recent(620_000n);
    const offers = shop.fakes.catalog.state.offers;
    shop.fakes.catalog.state.offers = offers.map((offer) => ({ ...offer, priceMicros: 600_000n }));
    await shop.press(user, "⚡ WhatsApp 🇬🇧 ≤ $0.50");
    expect(shop.fakes.orders.state.purchases).toEqual([]);
    expect(labels()[0]).toBe("Get number · $0.60");
  });

  it("is not offered at a price above the one paid last: the confirm card asks", async () => {
    await recent(470_000n);
    await switchOn();
    await shop.say(user, "/buy");
    await shop.press(user, "Repeat WhatsApp 🇬🇧 $0.48");
    expect(shop.fakes.orders.state.purchases).toEqual([]);
    expect(labels()[0]).toBe("Get number · $0.48");
  });

  it("buys nothing by somebody else's order, nor by a button from before the price stood on it", async () => {
    await switchOn();
    const stranger = shop.fakes.orders.add({ buyerId: "somebody else", chatId: 1 });
    for (const data of [`1J:${shortenId(stranger.id)}`, "1Q:wa:GB"]) {
      await shop.say(user, "/buy");
      await user.pressData(shop.last(user), data);
      await shop.idle();
    }
    expect(shop.fakes.orders.state.purchases).toEqual([]);
  });
});

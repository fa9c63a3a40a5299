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
  const recent = () => {
    shop.fakes.catalog.state.recent = [
      {
        service: { id: "wa", name: "WhatsApp" },
        country: { id: "GB", name: "UK", flag: "🇬🇧" },
        priceMicros: 480_000n,
      },
    ];
  };
  const switchOn = async () => {
    await shop.say(user, "/settings");
    await shop.press(user, "One-tap buying: off");
    expect(labels()).toContain("One-tap buying: on");
  };

  it("is off until it is switched on: a recent purchase opens the confirm card", async () => {
    recent();
    await shop.say(user, "/buy");
    await shop.press(user, "Repeat WhatsApp 🇬🇧 $0.48");
    expect(shop.fakes.orders.state.purchases).toEqual([]);
  });

  it("buys with one tap up to the price paid last, and a double tap buys once", async () => {
    recent();
    await switchOn();
    shop.fakes.orders.state.lastPrice = 480_000n;
    await shop.say(user, "/buy");
    const menu = shop.last(user);
    const quick = (button: { text: string }) => button.text.startsWith("⚡");
    await Promise.all([user.press(menu, quick), user.press(menu, quick), user.press(menu, quick)]);
    await shop.idle();
    expect(shop.fakes.orders.state.views.size).toBe(1);
  });

  it("asks when the price is above the one paid last", async () => {
    recent();
    await switchOn();
    shop.fakes.orders.state.lastPrice = 470_000n;
    await shop.say(user, "/buy");
    await shop.press(user, /^⚡/);
    expect(shop.fakes.orders.state.views.size).toBe(0);
    expect(labels()[0]).toBe("Get number · $0.48");
  });

  it("asks for what was never bought, whatever the button says", async () => {
    await switchOn();
    await shop.say(user, "/buy");
    await user.pressData(shop.last(user), "1Q:wa:GB");
    await shop.idle();
    expect(shop.fakes.orders.state.views.size).toBe(0);
    expect(labels()[0]).toBe("Get number · $0.48");
  });
});

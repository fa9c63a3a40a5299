import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { searchAmong } from "../catalog/search/everything-on-sale.ts";
import { type BotShop, labelsOf, startBotShop } from "../support/bot.ts";
import { whatsapp } from "../support/bot-fakes.ts";

let shop: BotShop;
let user: PretendUser;

/** The real search above the catalogue in memory, which sells WhatsApp and Google. */
beforeEach(async () => {
  shop = await startBotShop();
  const find = searchAmong({ services: [whatsapp, { id: "go", name: "Google" }] });
  shop.fakes.catalog.catalog.search = async (text, language, chosen) => find(text, language, chosen);
  user = shop.telegram.user({ firstName: "Ann", languageCode: "en" });
});

afterEach(async () => {
  expect(shop.rejected).toEqual([]);
  await shop.close();
});

const shown = (): string => shop.last(user).text;
const labels = (): string[] => labelsOf(shop.last(user));
const openWhatsapp = async (): Promise<void> => {
  await shop.say(user, "/buy");
  await shop.press(user, "WhatsApp");
};

describe("a country typed on a service's country list", () => {
  it("keeps the service", async () => {
    await openWhatsapp();
    await shop.say(user, "indonesia");
    expect(shown()).toContain("WhatsApp · 🇮🇩 Indonesia");
  });

  it("keeps the service after turning pages and sorting", async () => {
    await openWhatsapp();
    await shop.press(user, "Next");
    await shop.press(user, "Sort: best");
    await shop.say(user, "🇬🇧");
    expect(shown()).toContain("WhatsApp · 🇬🇧 United Kingdom");
  });

  it("keeps the service when the list itself was found by typing", async () => {
    await shop.say(user, "whatsapp");
    await shop.say(user, "62");
    expect(shown()).toContain("WhatsApp · 🇮🇩 Indonesia");
  });

  it("offers a choice if the name means two countries", async () => {
    await openWhatsapp();
    await shop.say(user, "congo");
    expect(shown()).toContain("WhatsApp: choose a country");
    expect(labels().filter((label) => label.includes("Congo"))).toHaveLength(2);
    await shop.say(user, "uk");
    expect(shown()).toContain("WhatsApp · 🇬🇧 United Kingdom");
  });

  it("forgets the service when the buyer has gone back", async () => {
    await openWhatsapp();
    await shop.press(user, "Back");
    await shop.say(user, "indonesia");
    expect(shown()).toContain("Which service in Indonesia?");
  });

  it("forgets the service when another card has been opened", async () => {
    await openWhatsapp();
    await shop.say(user, "/balance");
    await shop.say(user, "indonesia");
    expect(shown()).toContain("Which service in Indonesia?");
  });

  it("gives way to a service that is typed with it", async () => {
    await openWhatsapp();
    await shop.say(user, "google uk");
    expect(shown()).toContain("Google · 🇬🇧 United Kingdom");
  });

  it("is not read into small talk", async () => {
    await openWhatsapp();
    await shop.say(user, "thanks");
    expect(shown()).toContain("could not find “thanks”");
  });
});

describe("a service typed on a country's list of services", () => {
  it("keeps the country", async () => {
    await shop.say(user, "indonesia");
    expect(shown()).toContain("Which service in Indonesia?");
    await shop.say(user, "google");
    expect(shown()).toContain("Google · 🇮🇩 Indonesia");
  });

  it("gives way to a country that is typed with it", async () => {
    await shop.say(user, "indonesia");
    await shop.say(user, "google uk");
    expect(shown()).toContain("Google · 🇬🇧 United Kingdom");
  });

  it("forgets the country when the buyer browses", async () => {
    await shop.say(user, "indonesia");
    await shop.press(user, "Browse services");
    await shop.say(user, "google");
    expect(shown()).toContain("Google: choose a country");
  });
});

describe("a text that means several things", () => {
  it("never opens a confirm card by itself", async () => {
    await shop.say(user, "whatsapp google uk");
    expect(shown()).toContain("Which service in UK?");
    expect(labels().slice(0, 2)).toEqual(["WhatsApp 🇬🇧", "Google 🇬🇧"]);
  });
});

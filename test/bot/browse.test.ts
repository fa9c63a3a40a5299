import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { type BotShop, labelsOf, startBotShop } from "../support/bot.ts";
import { countryOf, whatsapp } from "../support/bot-fakes.ts";

let shop: BotShop;
let user: PretendUser;

beforeEach(async () => {
  shop = await startBotShop();
  user = shop.telegram.user({ firstName: "Ann", languageCode: "en" });
});

afterEach(async () => {
  expect(shop.rejected).toEqual([]);
  await shop.close();
});

const shown = (): string => shop.last(user).text;
const labels = (): string[] => labelsOf(shop.last(user));

describe("start and home", () => {
  it("greets with the balance and the ways on", async () => {
    user.start();
    await shop.idle();
    expect(shown()).toContain("Welcome!");
    expect(shown()).toContain("Balance $3.20");
    expect(labels()).toEqual(["Buy a number", "Orders", "Balance", "Top up", "Settings", "Help", "Support"]);
  });

  it("opens the confirm card from a deep link", async () => {
    user.start("buy_wa_gb");
    await shop.idle();
    expect(shown()).toContain("WhatsApp · 🇬🇧 United Kingdom");
    expect(labels()[0]).toBe("Get number · $0.48");
  });

  it("opens the top-up menu from a deep link, and home for a link that means nothing", async () => {
    user.start("topup");
    await shop.idle();
    expect(labels()).toContain("⭐50 · $0.65");
    user.start("buy_wa");
    await shop.idle();
    expect(shown()).toContain("Welcome!");
  });

  it("speaks the language of the Telegram client", async () => {
    const russian = shop.telegram.user({ languageCode: "ru" });
    await shop.say(russian, "/buy");
    expect(shop.last(russian).text).toContain("Для чего нужен код?");
    const other = shop.telegram.user({ languageCode: "xx" });
    await shop.say(other, "/buy");
    expect(shop.last(other).text).toContain("What do you need a code for?");
  });

  it("tells who comes by a deep link and never bought here what this shop is", async () => {
    const says = "You pay only if a code arrives.\nWhatsApp";
    await shop.say(user, "/start");
    const id = shop.fakes.buyers.state.known.get(user.id)?.id ?? "";
    shop.fakes.buyers.change(id, { termsVersion: null });
    await shop.say(user, "/start buy_wa_gb");
    expect(shown()).toContain(says);
    shop.fakes.buyers.change(id, { termsVersion: 1 });
    await shop.say(user, "/start buy_wa_gb");
    expect(shown()).not.toContain(says);
  });

  it("lists six commands for each language", () => {
    expect(shop.telegram.commandsFor(user).map(({ command }) => command)).toEqual([
      "buy",
      "orders",
      "balance",
      "topup",
      "promo",
      "help",
    ]);
    const russian = shop.telegram.user({ languageCode: "ru" });
    expect(shop.telegram.commandsFor(russian)[0]?.description).toBe("Купить номер");
  });
});

describe("services and countries", () => {
  it("pages through services and back again", async () => {
    await shop.say(user, "/buy");
    expect(labels()).toEqual(expect.arrayContaining(["WhatsApp", "Google", "Next"]));
    expect(shown()).toContain("Page 1 of 3");
    expect(labels()).not.toContain("Previous");
    await shop.press(user, "Next");
    await shop.press(user, "Next");
    expect(labels()).toEqual(expect.arrayContaining(["Previous", "Service 22"]));
    expect(shown()).toContain("Page 3 of 3");
    expect(labels()).not.toContain("Next");
    await shop.press(user, "Previous");
    expect(shown()).toContain("Page 2 of 3");
  });

  it("edits its one navigation card on taps", async () => {
    await shop.say(user, "/buy");
    await shop.press(user, "WhatsApp");
    await shop.press(user, "Back");
    await shop.press(user, "A–Z");
    await shop.press(user, "Home");
    const fromBot = user.messages().filter(({ from }) => from.isBot);
    expect(fromBot).toHaveLength(1);
    expect(fromBot[0]?.edited).toBe(true);
    expect(fromBot[0]?.text).toContain("Balance $3.20");
  });

  it("takes the old navigation card away when a command asks for a new one", async () => {
    await shop.say(user, "/buy");
    await shop.say(user, "/balance");
    expect(user.messages().filter(({ from }) => from.isBot)).toHaveLength(1);
    expect(shown()).toContain("Available $3.20");
  });

  it("shows price, success and speed of each country, and sorts on request", async () => {
    await shop.say(user, "/buy");
    await shop.press(user, "WhatsApp");
    expect(shown()).toContain("WhatsApp: choose a country");
    expect(shown()).toContain("% of orders that got a code");
    expect(labels()).toContain("🇬🇧 United Ki… $0.48 · 84%");
    await shop.press(user, "Sort: best");
    expect(labels()[0]).toContain("Indonesia");
    expect(labels()).toContain("Sort: price");
  });

  it("offers what was bought last and the favourites first", async () => {
    shop.fakes.catalog.state.recent.push({
      service: whatsapp,
      country: countryOf("GB"),
      priceMicros: 480_000n,
      orderId: "01890000-0000-7000-8000-000000000000",
      paidMicros: 480_000n,
    });
    await shop.say(user, "/buy");
    await shop.press(user, "WhatsApp");
    await shop.press(user, /Indonesia/);
    expect(await shop.press(user, "☆ Save")).toBe("Saved. You will find it under /buy.");
    expect(labels()).toContain("★ Saved");
    await shop.say(user, "/buy");
    expect(labels().slice(0, 2)).toEqual(["Repeat WhatsApp 🇬🇧 $0.48", "★ WhatsApp 🇮🇩 $0.21"]);
    await shop.press(user, "Repeat WhatsApp 🇬🇧 $0.48");
    expect(labels()[0]).toBe("Get number · $0.48");
  });

  it("says so when nothing is on sale, and when a service is sold out", async () => {
    shop.fakes.catalog.state.offers = [];
    await shop.say(user, "/buy");
    await shop.press(user, "WhatsApp");
    expect(shown()).toContain("WhatsApp is sold out everywhere");
    expect(labels()).toEqual(["Try again", "Back", "Home"]);
    shop.fakes.catalog.state.services = [];
    await shop.press(user, "Back");
    expect(shown()).toContain("Nothing is available");
  });

  it("escapes names that come from providers", async () => {
    shop.fakes.catalog.state.services = [{ id: "x", name: "<b>Bold & Co</b>" }];
    await shop.say(user, "/buy");
    await shop.press(user, "<b>Bold & Co</b>");
    expect(shown()).toContain("<b>Bold & Co</b>: choose a country");
    await shop.press(user, /United Ki/);
    expect(shown()).toContain("<b>Bold & Co</b> · 🇬🇧 United Kingdom");
  });
});

describe("typing", () => {
  it("leads from a service and a country to the confirm card", async () => {
    await shop.say(user, "whatsapp uk");
    expect(shown()).toContain("$0.48 is held; you pay only if a code arrives.");
    expect(shown()).toContain("number lasts 20 min · cancel after 2 min · extra codes: free");
  });

  it("leads from a service alone to its countries, and from a country alone to services there", async () => {
    await shop.say(user, "/buy google");
    expect(shown()).toContain("Google: choose a country");
    await shop.say(user, "uk");
    expect(shown()).toContain("Which service in United Kingdom?");
    await shop.press(user, "WhatsApp 🇬🇧");
    expect(labels()[0]).toBe("Get number · $0.48");
  });

  it("shows what it looked for when it finds nothing, whatever was typed", async () => {
    await shop.say(user, "<script>&");
    expect(shown()).toContain("I could not find “<script>&”");
    await shop.say(user, "مرحبا 🇬🇧");
    expect(shown()).toContain("مرحبا 🇬🇧");
  });

  it("looks at the beginning of a very long text only, and never cuts an emoji in half", async () => {
    await shop.say(user, "😀".repeat(2048));
    expect(shop.fakes.catalog.state.searches).toEqual(["😀".repeat(200)]);
    expect(shown()).toContain("😀…");
  });

  it("answers unknown commands, photos and forwarded commands without acting on them", async () => {
    await shop.say(user, "/nosuch");
    expect(shown()).toContain("I did not get that.");
    user.sendPhoto(new Uint8Array([1, 2, 3]));
    await shop.idle();
    expect(shown()).toContain("I can only read text.");
    user.send("/buy", { forwardedFrom: { user: shop.telegram.user().user } });
    await shop.idle();
    expect(shop.fakes.catalog.state.searches).toEqual(["buy"]);
  });

  it("does nothing for an edited message", async () => {
    const sent = user.send("hello");
    await shop.idle();
    const before = user.messages().length;
    shop.telegram.clearCalls();
    user.edit(sent, "/buy");
    await shop.idle();
    expect(user.messages()).toHaveLength(before);
    expect(shop.telegram.calls().filter(({ method }) => method !== "getUpdates")).toEqual([]);
  });
});

describe("groups", () => {
  it("answers a command with the way to a private chat, and never shows the shop", async () => {
    const group = shop.telegram.group();
    user.send("/buy@numstore_bot", { chatId: group.id });
    user.send("whatsapp uk", { chatId: group.id });
    await shop.idle();
    const answers = shop.telegram.messages(group.id).filter(({ from }) => from.isBot);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.text).toContain("I only sell in a private chat");
    expect(answers[0]?.buttons[0]?.[0]?.url).toBe("https://t.me/numstore_bot");
    expect(shop.fakes.buyers.state.known.size).toBe(0);
  });
});

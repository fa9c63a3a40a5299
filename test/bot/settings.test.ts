import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { encodeAction } from "../../src/bot/callback-data.ts";
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

describe("/settings", () => {
  it("switches the language at once and for good", async () => {
    await shop.say(user, "/settings");
    expect(labels()).toContain("✓ English");
    await shop.press(user, "Español");
    expect(shown()).toContain("Elige un idioma:");
    expect(labels()).toContain("✓ Español");
    await shop.say(user, "/buy");
    expect(shown()).toContain("¿Para qué necesitas un código?");
  });

  it("answers a tap on the language that is set already", async () => {
    await shop.say(user, "/settings");
    expect(await shop.press(user, "✓ English")).toBeUndefined();
    expect(labels()).toContain("✓ English");
  });

  it("shows the command menu in the chosen language, until it is the app's own again", async () => {
    const menu = (): string | undefined => shop.telegram.commandsFor(user)[0]?.description;
    await shop.say(user, "/settings");
    await shop.press(user, "Español");
    expect(menu()).toBe("Comprar un número");
    await shop.press(user, "English");
    expect(menu()).toBe("Buy a number");
    expect(shop.telegram.calls("deleteMyCommands")).toHaveLength(1);
  });

  it("switches the language also when Telegram refuses the command menu", async () => {
    shop.telegram.faults.add({
      method: "setMyCommands",
      action: { kind: "status", status: 400, description: "no" },
    });
    await shop.say(user, "/settings");
    await shop.press(user, "Español");
    expect(shown()).toContain("Elige un idioma:");
  });

  it("switches the sound of news that can wait", async () => {
    await shop.say(user, "/settings");
    await shop.press(user, "Sound for updates: on");
    expect(labels()).toContain("Sound for updates: off");
    expect(shop.fakes.buyers.state.known.get(user.id)?.notifyEdits).toBe(false);
  });

  it("goes home on the same card", async () => {
    await shop.say(user, "/settings");
    await shop.press(user, "Home");
    expect(labels()).toContain("Buy a number");
    expect(user.messages().filter(({ from }) => from.isBot)).toHaveLength(1);
  });
});

describe("delete my data", () => {
  it("asks twice and names the balance that would be lost", async () => {
    await shop.say(user, "/settings");
    await shop.press(user, "Delete my data");
    expect(shown()).toContain("Your balance of $3.20 cannot be used afterwards.");
    await shop.press(user, "Delete my data");
    expect(shown()).toContain("This cannot be undone.");
    expect(shop.fakes.buyers.state.known.size).toBe(1);
    await shop.press(user, "Yes, delete my data");
    expect(shown()).toContain("Your data has been deleted.");
    expect(shop.fakes.buyers.state.known.size).toBe(0);
  });

  it("can be thought over", async () => {
    await shop.say(user, "/privacy");
    await shop.press(user, "Delete my data");
    await shop.press(user, "Keep my data");
    expect(shown()).toBe("Nothing was deleted.");
    expect(shop.fakes.buyers.state.known.size).toBe(1);
  });

  it("waits for open orders", async () => {
    shop.fakes.buyers.state.forget = "open_orders";
    await shop.say(user, "/privacy");
    await shop.press(user, "Delete my data");
    await shop.press(user, "Delete my data");
    await shop.press(user, "Yes, delete my data");
    expect(shown()).toContain("You have open orders.");
    expect(shop.fakes.buyers.state.known.size).toBe(1);
  });
});

describe("unlisted commands", () => {
  it("/terms names its version and the contact", async () => {
    await shop.say(user, "/terms");
    expect(shown()).toContain("Terms (version 1)");
    expect(shown()).toContain("@shop");
  });

  it("/privacy says how long messages are kept", async () => {
    await shop.say(user, "/privacy");
    expect(shown()).toContain("SMS texts and codes are deleted 24 hours after they arrive.");
  });

  it("/paysupport sends what is typed to the operators once the buyer says so", async () => {
    const { disputes } = shop.fakes.topups.state;
    await shop.say(user, "/paysupport");
    await shop.say(user, "I paid $5 yesterday and nothing came");
    expect(shown()).toBe("Send this to the shop?");
    expect(disputes).toEqual([]);
    await shop.press(user, "Send to the shop");
    expect(disputes).toEqual(["I paid $5 yesterday and nothing came"]);
    expect(shown()).toContain("your message is with the shop");
    await shop.say(user, "whatsapp uk");
    expect(labels()[0]).toBe("Get number · $0.48");
  });

  it("/paysupport lets who typed a search go on to it, and files no complaint", async () => {
    await shop.say(user, "/paysupport");
    await shop.say(user, "whatsapp uk");
    await shop.press(user, "Search for it");
    expect(labels()[0]).toBe("Get number · $0.48");
    expect(shop.fakes.topups.state.disputes).toEqual([]);
    await shop.say(user, "google");
    expect(shown()).toContain("Google: choose a country");
  });

  it("/paysupport asks for words when a picture comes without any, and takes those under one", async () => {
    await shop.say(user, "/paysupport");
    user.sendPhoto(new Uint8Array([1]));
    await shop.idle();
    expect(shown()).toContain("Please add a few words");
    user.sendPhoto(new Uint8Array([1]), "This receipt was not counted");
    await shop.idle();
    await shop.press(user, "Send to the shop");
    expect(shop.fakes.topups.state.disputes).toEqual(["This receipt was not counted"]);
  });

  it("the way back from /paysupport is the home screen, where Support asks the same", async () => {
    await shop.say(user, "/paysupport");
    await shop.press(user, "Back");
    expect(labels()).toContain("Buy a number");
    await shop.press(user, "Support");
    await shop.say(user, "Hello?");
    expect(shown()).toBe("Send this to the shop?");
  });

  it("/help says how it works", async () => {
    await shop.say(user, "/help");
    expect(shown()).toContain("You pay only then.");
    await shop.press(user, "Browse services");
    expect(shown()).toContain("What do you need a code for?");
  });
});

it("news of the shop are turned off by the button under them, and on again in the settings", async () => {
  await using shop = await startBotShop();
  const user = shop.telegram.user({ languageCode: "en" });
  await shop.say(user, "/start");
  const wantsNews = () => shop.fakes.buyers.state.known.get(user.id)?.wantsNews;
  const result = await user.pressData(shop.last(user), encodeAction({ kind: "noNews" }));
  await shop.idle();
  expect(result.answer?.text).toContain("No more news");
  expect(wantsNews()).toBe(false);
  await shop.say(user, "/settings");
  await shop.press(user, "News of the shop: off");
  expect(wantsNews()).toBe(true);
});

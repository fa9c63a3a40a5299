import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { languages, textsFor } from "../../src/texts/index.ts";
import { type BotShop, startBotShop } from "../support/bot.ts";

let shop: BotShop;

beforeEach(async () => {
  shop = await startBotShop();
});

afterEach(async () => {
  await shop.close();
});

const writes = (): string[] =>
  shop.telegram
    .calls()
    .map(({ method }) => method)
    .filter((method) => method.startsWith("setMy") && method !== "setMyCommands");

describe("the bot's profile", () => {
  it("gets descriptions in every language and a picture, where nothing was set", async () => {
    const { api } = shop.bot;
    for (const texts of languages) {
      const where = { language_code: texts.language };
      expect(await api.getMyDescription(where)).toEqual({ description: texts.description });
      expect(await api.getMyShortDescription(where)).toEqual({ short_description: texts.shortDescription });
    }
    const me = await api.getMe();
    expect(await api.getUserProfilePhotos(me.id)).toMatchObject({ total_count: 1 });
  });

  it("is written once: a second start changes nothing", async () => {
    await shop.bot.introduce();
    expect(writes()).toEqual([]);
  });

  it("keeps the name that the operator gave the bot", async () => {
    const { name } = await shop.bot.api.getMyName();
    expect(name).not.toBe("");
    expect(await shop.bot.api.getMyName({ language_code: "ru" })).toEqual({ name });
  });

  it("is named in every language when it has no name at all", async () => {
    await shop.bot.api.setMyName("");
    await shop.bot.introduce();
    expect(await shop.bot.api.getMyName()).toEqual({ name: textsFor("en").botName });
    expect(await shop.bot.api.getMyName({ language_code: "ru" })).toEqual({ name: textsFor("ru").botName });
  });

  it("is the operator's wherever they wrote something, in all languages", async () => {
    const { api } = shop.bot;
    for (const { language } of languages) await api.setMyDescription("", { language_code: language });
    await api.setMyDescription("Numbers by Ann");
    shop.telegram.clearCalls();
    await shop.bot.introduce();
    expect(writes()).toEqual([]);
    expect(await api.getMyDescription({ language_code: "ru" })).toEqual({ description: "Numbers by Ann" });
  });

  it("keeps what the operator wrote in one language only", async () => {
    await shop.bot.api.setMyShortDescription("Номера Анны", { language_code: "ru" });
    shop.telegram.clearCalls();
    await shop.bot.introduce();
    expect(writes()).toEqual([]);
  });

  it("is completed as far as Telegram lets it, and the failure is told so that it is tried again", async () => {
    const { api } = shop.bot;
    await api.removeMyProfilePhoto();
    await api.setMyShortDescription("");
    for (const { language } of languages) await api.setMyShortDescription("", { language_code: language });
    shop.telegram.faults.add({
      method: "getMyDescription",
      action: { kind: "status", status: 429, description: "Too Many Requests", retryAfter: 900 },
    });
    await expect(shop.bot.introduce()).rejects.toThrow("Too Many Requests");
    expect(await api.getMyShortDescription({ language_code: "ru" })).toEqual({
      short_description: textsFor("ru").shortDescription,
    });
    const me = await api.getMe();
    expect(await api.getUserProfilePhotos(me.id)).toMatchObject({ total_count: 1 });
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { type BotShop, startBotShop } from "../support/bot.ts";

let shop: BotShop;
let user: PretendUser;

beforeEach(async () => {
  shop = await startBotShop();
  user = shop.telegram.user({ languageCode: "en" });
});

afterEach(async () => {
  await shop.close();
});

/** How many answers a text gets in a group with several bots. */
async function answersTo(text: string): Promise<number> {
  const group = shop.telegram.group();
  user.send(text, { chatId: group.id });
  await shop.idle();
  return shop.telegram.messages(group.id).filter(({ from }) => from.isBot).length;
}

describe("in a group", () => {
  it("commands that name us are answered, also unknown ones", async () => {
    const { username } = await shop.bot.api.getMe();
    expect(await answersTo(`/buy@${username}`)).toBe(1);
    expect(await answersTo(`/moon@${username?.toUpperCase()} now`)).toBe(1);
  });

  it("a command of ours that names no bot is answered", async () => {
    expect(await answersTo("/start")).toBe(1);
    expect(await answersTo("/buy whatsapp uk")).toBe(1);
  });

  it("commands of other bots are left to them", async () => {
    expect(await answersTo("/ban@OtherBot")).toBe(0);
    expect(await answersTo("/buy@OtherBot")).toBe(0);
    expect(await answersTo("/ban")).toBe(0);
  });
});

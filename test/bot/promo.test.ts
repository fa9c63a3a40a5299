import { afterAll, beforeAll, expect, it } from "vitest";
import { listedCommands } from "../../src/bot/command-menu.ts";
import { parseDeepLink } from "../../src/bot/features/home.ts";
import type { Redeemed } from "../../src/promotions/promotions.ts";
import { type BotShop, startBotShop } from "../support/bot.ts";

let shop: BotShop;
let answer: Redeemed = { kind: "refused", code: "unknown" };
const typed: string[] = [];
beforeAll(async () => {
  const promotions = {
    redeem: async (input: { typed: string }) => {
      typed.push(input.typed);
      return answer;
    },
  };
  shop = await startBotShop({}, { promotions });
});
afterAll(() => shop.close());

it("/promo with a code says what became of it, in words", async () => {
  const user = shop.telegram.user({ languageCode: "en" });
  for (const [code, words] of [
    ["unknown", "no such code"],
    ["used_up", "used up"],
    ["expired", "not valid any more"],
    ["already_yours", "already"],
    ["not_for_you", "not for you"],
    ["too_many_tries", "too many wrong codes"],
  ] as const) {
    answer = { kind: "refused", code };
    await shop.say(user, "/promo SUMMER 24");
    expect(shop.last(user).text).toContain(words);
  }
  expect(typed.at(-1)).toBe("SUMMER 24");
});

it("/promo alone asks for the code; a slip can be sent again, and the next command ends the question", async () => {
  const user = shop.telegram.user({ languageCode: "en" });
  await shop.say(user, "/promo");
  expect(shop.last(user).text).toContain("Please send your promo code");
  answer = { kind: "refused", code: "unknown" };
  await shop.say(user, "SUMER");
  expect(shop.last(user).text).toContain("no such code");
  const expiresAt = new Date("2026-12-31T00:00:00Z");
  answer = { kind: "bonus", amountMicros: 2_000_000n, minTopupMicros: 10_000_000n, expiresAt };
  await shop.say(user, "SUMMER");
  expect(shop.last(user).text).toContain("top-up of at least $10.00 brings $2.00 extra");
  const asked = typed.length;
  await shop.say(user, "whatsapp");
  expect(typed).toHaveLength(asked);
});

it("a link with a code redeems it below the welcome, and a discount names what it is for", async () => {
  const user = shop.telegram.user({ languageCode: "en" });
  answer = { kind: "discount", percent: 15, purchases: 3, serviceId: "wa", countryId: "GB", expiresAt: null };
  await shop.say(user, "/start p_SUMMER");
  expect(typed.at(-1)).toBe("SUMMER");
  expect(shop.last(user).text).toContain("15% off your next 3 numbers, for WhatsApp");
  expect(parseDeepLink("p_ABCD-EFGH")).toEqual({ kind: "promo", code: "ABCD-EFGH" });
  expect(parseDeepLink("p_")).toBeUndefined();
  expect(listedCommands).toContain("promo");
});

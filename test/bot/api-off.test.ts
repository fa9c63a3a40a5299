import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { type Action, encodeAction } from "../../src/bot/callback-data.ts";
import { ofKey } from "../../src/bot/callback-letters.ts";
import { type BotShop, startBotShop } from "../support/bot.ts";

let shop: BotShop;
let user: PretendUser;

beforeEach(async () => {
  shop = await startBotShop();
  user = shop.telegram.user({ firstName: "Ann", languageCode: "en" });
});
afterEach(() => shop.close());

/** Opens the balance, and taps there a button of a card that was sent while the API was on. */
async function tapOld(action: Action): Promise<void> {
  await shop.say(user, "/balance");
  expect(shop.last(user).text).not.toContain("No open orders.");
  await user.pressData(shop.last(user).messageId, encodeAction(action));
  await shop.idle();
}

describe("while the resellers' API is off, an old button", () => {
  it.each([
    ...Object.values(ofKey).map((kind): Action => ({ kind, keyId: "aB3dE9" })),
    { kind: "api" } as const,
    { kind: "apiAccept" } as const,
    { kind: "apiNew" } as const,
  ])("$kind leads home", async (action) => {
    await tapOld(action);
    expect(shop.last(user).text).toContain("No open orders.");
  });

  it("under a key that is still shown removes it", async () => {
    await shop.say(user, "/balance");
    const { messageId } = shop.last(user);
    await user.pressData(messageId, encodeAction({ kind: "apiHide" }));
    await shop.idle();
    expect(user.messages().map((message) => message.messageId)).not.toContain(messageId);
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { type BotShop, operatorId, startBotShop } from "../support/bot.ts";

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

describe("operators", () => {
  it("adjust, refund, ban and unban with checked arguments", async () => {
    const operator = shop.telegram.user({ id: operatorId });
    for (const [command, answer] of [
      ["/adjust 5 -1.50 goodwill for a late code", "Done."],
      ["/adjust 5 0 nothing", "Usage: /adjust"],
      ["/adjust five 1 reason", "Usage: /adjust"],
      ["/adjust 5 1", "Usage: /adjust"],
      ["/refund charge-1", "Done."],
      ["/refund", "Usage: /refund"],
      ["/ban 5 chargebacks", "Done."],
      ["/ban 5", "Usage: /ban"],
      ["/unban 5", "Done."],
      ["/status", "2 providers answer\na < b & c"],
    ] as const) {
      await shop.say(operator, command);
      expect(shop.last(operator).text).toContain(answer);
    }
    expect(shop.fakes.operatorActions.calls).toMatchObject([
      { name: "adjust", telegramId: 5, amountMicros: -1_500_000n, reason: "goodwill for a late code" },
      { name: "refund", chargeId: "charge-1" },
      { name: "ban", telegramId: 5, reason: "chargebacks" },
      { name: "unban", telegramId: 5 },
    ]);
  });

  it("open the desk by /admin, which its buttons edit", async () => {
    const operator = shop.telegram.user({ id: operatorId });
    await shop.say(operator, "/admin");
    const desk = shop.last(operator);
    expect(desk.text).toBe("Desk · owner");
    await shop.press(operator, "↻");
    expect(shop.last(operator).messageId).toBe(desk.messageId);
    await operator.pressData(desk.messageId, "Dzz!9:nothing");
    await shop.idle();
    expect(shop.last(operator).text).toContain("out of date");
  });

  it("are the only ones for whom the desk and these commands exist", async () => {
    await shop.say(user, "/adjust 5 1 reason");
    expect(shown()).toContain("I did not get that.");
    await shop.say(user, "/admin");
    expect(shown()).toContain("I did not get that.");
    const unknown = await user.pressData(shop.last(user).messageId, "nonsense");
    const ofDesk = await user.pressData(shop.last(user).messageId, "Dh");
    await shop.idle();
    expect(ofDesk.answer?.text).toBe(unknown.answer?.text);
    expect(shown()).not.toContain("Desk");
    expect(shop.fakes.operatorActions.calls).toEqual([]);
  });
});

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { type Action, encodeAction } from "../../src/bot/callback-data.ts";
import { type BotShop, labelsOf, startBotShop } from "../support/bot.ts";

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
const labels = (): string[] => labelsOf(shop.last(user));

/** Data that some client might send: noise, near misses of our own, near misses of the menu plugin's. */
const forged = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 60 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 15 }),
    fc
      .tuple(
        fc.constantFrom("1", "2", ""),
        fc.constantFrom(..."hptslfFXxkobSNcywVGOCADvj"),
        fc.string({ maxLength: 40 }),
      )
      .map(([version, letter, rest]) => `${version}${letter}:${rest}`),
    fc
      .tuple(
        fc.constantFrom("topup", "settings", "nosuch"),
        fc.constantFrom("0", "zz", "-1", "ff", "1"),
        fc.constantFrom("0", "zz", "ff", ""),
        fc.constantFrom("", "s:0", "m:99999:wa:GB", "%%"),
        fc.constantFrom("hX", "f", "h", ""),
      )
      .map((parts) => parts.join("/")),
  )
  .filter((data) => Buffer.byteLength(data) <= 64 && data.length > 0);

describe("forged taps", () => {
  it("are all answered, buy nothing, and break nothing", async () => {
    await shop.say(user, "/start");
    const samples = fc.sample(forged, { numRuns: 150, seed: 20260301 });
    for (const data of [...samples, "topup/zz/0//hX", "settings/0/0//h"]) {
      const { answer } = await user.pressData(shop.last(user).messageId, data);
      expect(answer, `no answer for ${JSON.stringify(data)}`).toBeDefined();
    }
    await shop.idle();
    expect(shop.rejected).toEqual([]);
    expect(shop.fakes.orders.state.views.size).toBe(0);
    expect(shop.fakes.topups.state.begun).toEqual([]);
    expect(shop.fakes.logger.lines.filter(({ level }) => level === "error")).toEqual([]);
  }, 60_000);

  it("get a fresh card when they mean nothing, which is what an old keyboard gets too", async () => {
    await shop.say(user, "/balance");
    const { answer } = await user.pressData(shop.last(user).messageId, "0whatever:old");
    await shop.idle();
    expect(answer?.text).toContain("has expired");
    expect(labels()).toContain("Buy a number");
  });

  it("cannot use another buyer's quote", async () => {
    await shop.say(user, "whatsapp uk");
    const data = shop.last(user).buttons[0]?.[0]?.callback_data ?? "";
    const thief = shop.telegram.user();
    await shop.say(thief, "/start");
    await thief.pressData(shop.last(thief).messageId, data);
    await shop.idle();
    expect(shop.fakes.orders.state.views.size).toBe(0);
    expect(shop.last(thief).text).toContain("This price has expired.");
  });
});

describe("taps", () => {
  it("do their work when Telegram says that they are too old to be answered", async () => {
    await shop.say(user, "/buy");
    const message = shop.last(user);
    shop.telegram.faults.add({
      method: "answerCallbackQuery",
      action: {
        kind: "status",
        status: 400,
        description: "Bad Request: query is too old and response timeout expired or query ID is invalid",
      },
    });
    await user.press(message, "WhatsApp", { timeoutMs: 50 });
    await shop.idle();
    expect(shown()).toContain("WhatsApp: choose a country");
    expect(shop.fakes.logger.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("on a menu that the buyer has deleted get a new one", async () => {
    await shop.say(user, "/buy");
    const { messageId, buttons } = shop.last(user);
    const data = buttons.flat().find(({ text }) => text === "WhatsApp")?.callback_data ?? "";
    const update = tapUpdate(user.id, messageId, data);
    user.deleteMessage(messageId);
    await shop.bot.handleUpdate(update);
    expect(shown()).toContain("WhatsApp: choose a country");
  });

  it("on an old menu leave it as it is and answer below", async () => {
    await shop.say(user, "/paysupport");
    const question = shop.last(user);
    await shop.say(user, "/buy");
    await user.press(question, "Back");
    await shop.idle();
    expect(user.message(question).text).toBe(question.text);
    expect(labels()).toContain("Support");
  });
});

describe("failures of our own", () => {
  it("are told to the buyer and logged without the update", async () => {
    shop.fakes.wallet.wallet.balance = async () => {
      throw new Error("database away");
    };
    await shop.say(user, "/balance");
    expect(shown()).toContain("Something went wrong.");
    const [line] = shop.fakes.logger.lines.filter(({ level }) => level === "error");
    expect(line?.message).toBe("update failed");
    expect(Object.keys(line?.fields ?? {}).toSorted()).toEqual(["err", "updateId"]);
    expect(shop.rejected).toEqual([]);
  });

  it("never put a message's text into the log when Telegram refuses it", async () => {
    shop.telegram.faults.add({
      method: "sendMessage",
      action: { kind: "status", status: 400, description: "Bad Request: whatever" },
    });
    await shop.say(user, "/balance");
    expect(JSON.stringify(shop.fakes.logger.lines)).not.toContain("$3.20");
    expect(shown()).toContain("Something went wrong");
  });

  it("are survived when Telegram drops the connection or answers with a page", async () => {
    for (const action of [{ kind: "drop_before" }, { kind: "html", status: 502 }] as const) {
      shop.telegram.faults.add({ method: "sendMessage", action });
      await shop.say(user, "/balance");
      expect(shown()).toContain("Something went wrong");
    }
    expect(JSON.stringify(shop.fakes.logger.lines)).not.toContain(shop.telegram.token);
  });

  it("drop what is no update", async () => {
    for (const garbage of [null, 7, "x", {}, { update_id: "1" }, []]) await shop.bot.handleUpdate(garbage);
    await shop.bot.handleUpdate({ update_id: 1, surprise: { from: 3 } });
  });
});

describe("blocking", () => {
  it("is noted when a buyer stops the bot, and taken back when they return", async () => {
    await shop.say(user, "/start");
    user.block();
    await shop.idle();
    expect(shop.fakes.buyers.state.blocked).toEqual(new Set([user.id]));
    user.unblock();
    await shop.idle();
    expect(shop.fakes.buyers.state.blocked.size).toBe(0);
  });

  it("is noted when an answer cannot be delivered", async () => {
    shop.telegram.faults.add({
      method: "sendMessage",
      action: { kind: "status", status: 403, description: "Forbidden: bot was blocked by the user" },
    });
    await shop.say(user, "/balance");
    expect(shop.fakes.buyers.state.blocked).toEqual(new Set([user.id]));
  });
});

describe("banned buyers", () => {
  it("cannot begin anything, but keep their money, their orders and a way to complain", async () => {
    await shop.say(user, "/start");
    const buyer = shop.fakes.buyers.state.known.get(user.id);
    shop.fakes.buyers.change(buyer?.id ?? "", { bannedAt: new Date() });
    for (const text of ["/buy", "whatsapp uk", "/topup", "/start buy_wa_gb"]) {
      await shop.say(user, text);
      expect(shown()).toContain("Your access to the shop is closed.");
    }
    await shop.say(user, "/balance");
    expect(shown()).toContain("Available $3.20");
    expect(await shop.press(user, "Top up")).toContain("Your access to the shop is closed.");
    await shop.say(user, "/paysupport");
    await shop.say(user, "Please look at my case");
    await shop.press(user, "Send to the shop");
    expect(shop.fakes.topups.state.disputes).toEqual(["Please look at my case"]);
    expect(shop.fakes.catalog.state.quotes.size).toBe(0);
  });

  it("keep their receipts and files, and may go on waiting for a number; they buy nothing and pay nothing in", async () => {
    await shop.say(user, "/start");
    const buyerId = shop.fakes.buyers.state.known.get(user.id)?.id ?? "";
    const mine = { buyerId, chatId: user.id };
    const { id: endedId } = shop.fakes.orders.add({ ...mine, state: "finished", closedAt: new Date() });
    const { id: openId } = shop.fakes.orders.add({ ...mine, state: "cancelling" });
    shop.fakes.buyers.change(buyerId, { bannedAt: new Date() });
    await shop.say(user, "/orders");
    const list = shop.last(user);
    const tap = async (action: Action) => {
      const { answer } = await user.pressData(list, encodeAction(action));
      await shop.idle();
      return answer?.text ?? "";
    };
    const closed = "Your access to the shop is closed.";
    for (const action of [
      { kind: "receipt", orderId: endedId, page: 0 },
      { kind: "ordersFile" },
      { kind: "balanceFile" },
      { kind: "keepWaiting", orderId: openId },
    ] as const)
      expect(await tap(action), action.kind).not.toContain(closed);
    expect(shop.fakes.orders.state.asked).toEqual([`keepWaiting ${openId}`]);
    for (const action of [
      { kind: "topup" },
      { kind: "swap", orderId: openId },
      { kind: "quick", orderId: endedId },
      { kind: "confirm", serviceId: "wa", countryId: "GB" },
    ] as const)
      expect(await tap(action), action.kind).toContain(closed);
  });
});

function tapUpdate(telegramId: number, messageId: number, data: string): object {
  const person = { id: telegramId, is_bot: false, first_name: "Ann", language_code: "en" };
  const chat = { id: telegramId, type: "private", first_name: "Ann" };
  const message = { message_id: messageId, date: 0, chat };
  return {
    update_id: 900_000_000,
    callback_query: { id: "77", from: person, chat_instance: "1", data, message },
  };
}

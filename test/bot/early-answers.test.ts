import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import type { FaultAction } from "../../sandbox/telegram/types.ts";
import { type Action, encodeAction } from "../../src/bot/callback-data.ts";
import { type BotShop, startBotShop } from "../support/bot.ts";

let shop: BotShop;
let user: PretendUser;

beforeEach(async () => {
  shop = await startBotShop();
  user = shop.telegram.user({ languageCode: "en" });
  await shop.say(user, "/start");
  shop.telegram.clearCalls();
});
afterEach(() => shop.close());

let updateId = 900_000;

/** A tap as Telegram delivers it, outside of the pretend Telegram's own queue. */
function tapOf(action: Action | string, id: string, chatType = "private") {
  updateId += 1;
  const data = typeof action === "string" ? action : encodeAction(action);
  const from = { id: user.id, is_bot: false, first_name: "Buyer", language_code: "en" };
  const chat = { id: user.id, type: chatType };
  const message = { message_id: shop.last(user).messageId, date: 1, chat, text: "menu" };
  return { update_id: updateId, callback_query: { id, from, chat_instance: "1", data, message } };
}

async function ban(): Promise<void> {
  const buyer = await shop.fakes.buyers.buyers.findByTelegramId(user.id);
  shop.fakes.buyers.change(buyer?.id ?? "", { bannedAt: new Date() });
}

const answered = (): unknown[] =>
  shop.telegram.calls("answerCallbackQuery").map(({ params }) => params.callback_query_id);

const failures = (): unknown[] =>
  shop.fakes.logger.lines.filter(({ message }) => message === "a tap could not be answered");

/** Waits until Telegram was asked to answer this often. */
const untilAnswered = (count: number): Promise<void> => expect.poll(() => answered().length).toBe(count);

/** A tap that is answered as soon as it is stored, and handled when that has reached Telegram. */
async function tapAnsweredEarly(action: Action): Promise<void> {
  const handle = shop.bot.handleUpdate;
  vi.spyOn(shop.bot, "handleUpdate").mockImplementation(async (update) => {
    shop.bot.answerEarly([update]);
    await untilAnswered(1);
    await handle(update);
  });
  await user.pressData(shop.last(user).messageId, encodeAction(action));
  await shop.idle();
}

describe("a tap's spinner", () => {
  it("ends before the tap's turn where the answer says nothing, and is not ended a second time", async () => {
    await tapAnsweredEarly({ kind: "help" });
    expect(answered()).toHaveLength(1);
    expect(shop.telegram.calls("editMessageText")).toHaveLength(1);
  });

  it("waits for its turn where the answer tells a result", async () => {
    const tap = tapOf({ kind: "save", serviceId: "wa", countryId: "GB", isFavourite: true }, "tap-2");
    shop.bot.answerEarly([tap]);
    await shop.bot.handleUpdate(tap);
    expect(shop.telegram.calls("answerCallbackQuery")).toMatchObject([
      { params: { callback_query_id: "tap-2", text: expect.any(String) } },
    ]);
  });

  it("is left alone in groups, for forged data, and for what is no tap", async () => {
    const group = tapOf({ kind: "help" }, "tap-3", "group");
    shop.bot.answerEarly([group, tapOf("no such data", "tap-4"), { update_id: 1 }, null, "text"]);
    const last = tapOf({ kind: "help" }, "tap-5");
    shop.bot.answerEarly([last]);
    await untilAnswered(1);
    expect(answered()).toEqual(["tap-5"]);
  });

  it("that could not be ended early ends in its turn", async () => {
    shop.telegram.faults.add({ method: "answerCallbackQuery", times: 1, action: { kind: "drop_before" } });
    const tap = tapOf({ kind: "help" }, "tap-6");
    shop.bot.answerEarly([tap]);
    await expect.poll(failures).toHaveLength(1);
    shop.telegram.clearCalls();
    await shop.bot.handleUpdate(tap);
    expect(answered()).toEqual(["tap-6"]);
  });

  describe("that could not be ended early, which shows only after the tap's turn,", () => {
    const clock = () => shop.fakes.clock;
    const fail = (action: FaultAction, times: number): void => {
      shop.telegram.faults.add({ method: "answerCallbackQuery", times, action });
    };
    /** The early answer is under way when the turn comes. */
    const tapWhoseTurnIsNow = async (id: string): Promise<void> => {
      const tap = tapOf({ kind: "help" }, id);
      shop.bot.answerEarly([tap]);
      await shop.bot.handleUpdate(tap);
    };
    const untilPausing = (): Promise<void> => expect.poll(() => clock().sleeping()).toBe(1);

    it("is ended by another try, and not by a third", async () => {
      fail({ kind: "drop_before" }, 1);
      await tapWhoseTurnIsNow("tap-10");
      await untilPausing();
      expect(answered()).toEqual(["tap-10"]);
      await clock().advance(1_000);
      await untilAnswered(2);
      await clock().advance(60_000);
      expect(answered()).toEqual(["tap-10", "tap-10"]);
      expect(clock().sleeping()).toBe(0);
    });

    it("is given up after three tries", async () => {
      fail({ kind: "status", status: 502, description: "Bad Gateway" }, 9);
      await tapWhoseTurnIsNow("tap-11");
      for (const pauseMs of [1_000, 3_000]) {
        await untilPausing();
        await clock().advance(pauseMs);
      }
      await untilAnswered(3);
      await expect.poll(failures).toHaveLength(3);
      expect(clock().sleeping()).toBe(0);
    });

    it("is left alone where Telegram refused, and when the shop stops", async () => {
      fail({ kind: "status", status: 400, description: "Bad Request: query is too old" }, 1);
      await tapWhoseTurnIsNow("tap-12");
      await expect.poll(failures).toHaveLength(1);
      expect(clock().sleeping()).toBe(0);
      fail({ kind: "drop_before" }, 1);
      await tapWhoseTurnIsNow("tap-13");
      await untilPausing();
      await shop.bot.stop();
      expect(clock().sleeping()).toBe(0);
      expect(answered()).toEqual(["tap-12", "tap-13"]);
    });
  });

  it("that Telegram refuses to end does not keep the tap from its effect", async () => {
    const refused = { kind: "status", status: 400, description: "Bad Request: query is too old" } as const;
    shop.telegram.faults.add({ method: "answerCallbackQuery", times: 2, action: refused });
    const tap = tapOf({ kind: "home" }, "tap-7");
    shop.bot.answerEarly([tap]);
    await untilAnswered(1);
    await shop.bot.handleUpdate(tap);
    expect(shop.telegram.calls("editMessageText").length + shop.telegram.calls("sendMessage").length).toBe(1);
  });
});

describe("a banned buyer whose tap was answered early", () => {
  it("is told in a message, because the spinner can no longer say it", async () => {
    await ban();
    await tapAnsweredEarly({ kind: "services", page: 0, sort: "popular" });
    expect(answered()).toHaveLength(1);
    expect(shop.telegram.calls("sendMessage")).toHaveLength(1);
    expect(shop.last(user).buttons).toEqual([]);
  });

  it("is told by the spinner where that is still turning", async () => {
    await ban();
    const tap = tapOf({ kind: "services", page: 0, sort: "popular" }, "tap-9");
    await shop.bot.handleUpdate(tap);
    expect(shop.telegram.calls("answerCallbackQuery")).toMatchObject([
      { params: { text: expect.any(String) } },
    ]);
    expect(shop.telegram.calls("sendMessage")).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import type { Referral } from "../../src/buyers/referrals.ts";
import type { OrderView } from "../../src/orders/orders.ts";
import { type BotShop, labelsOf, startBotShop } from "../support/bot.ts";

let shop: BotShop;
let user: PretendUser;

beforeEach(async () => {
  shop = await startBotShop();
  user = shop.telegram.user({ languageCode: "en" });
  await shop.say(user, "/start");
});

afterEach(async () => {
  expect(shop.rejected).toEqual([]);
  await shop.close();
});

const shown = (): string => shop.last(user).text;
const labels = (): string[] => labelsOf(shop.last(user));
const buyerId = (): string => shop.fakes.buyers.state.known.get(user.id)?.id ?? "";

function add(change: Partial<OrderView>): OrderView {
  const actions = { cancel: false, swap: false, keepWaiting: false, another: false, finish: false };
  return shop.fakes.orders.add({ buyerId: buyerId(), chatId: user.id, actions, ...change });
}

const ended = (change: Partial<OrderView> = {}): OrderView =>
  add({ state: "finished", closedAt: shop.fakes.clock.now(), ...change });

describe("/orders", () => {
  it("names each order once, with its price and what became of it, and filters the open ones", async () => {
    add({});
    ended();
    ended({ state: "expired", countryId: "US" });
    await shop.say(user, "/orders");
    expect(labels().slice(0, 4)).toEqual([
      "⏳ WhatsApp 🇬🇧 $0.48",
      "✅ WhatsApp 🇬🇧 $0.48",
      "▫️ WhatsApp 🇺🇸 $0.48",
      "Open: 1",
    ]);
    expect(shown()).not.toContain("WhatsApp");
    await shop.press(user, "Open: 1");
    expect(labels().slice(0, 2)).toEqual(["⏳ WhatsApp 🇬🇧 $0.48", "All orders"]);
  });

  it("opens a receipt with what moved on the balance, from which the same is bought again", async () => {
    ended();
    const at = shop.fakes.clock.now();
    shop.fakes.wallet.state.ofOrder = [
      { kind: "hold", amountMicros: 480_000n, at },
      { kind: "capture", amountMicros: 480_000n, at },
    ];
    await shop.say(user, "/orders");
    await shop.press(user, /✅/);
    expect(shown()).toContain("+447700900123");
    expect(shown()).toContain("Held $0.48");
    expect(shown()).toContain("Charged $0.48");
    await shop.press(user, "Buy again");
    expect(labels()[0]).toBe("Get number · $0.48");
  });

  it("shows only the ends of a number once codes are no longer kept", async () => {
    ended();
    await shop.fakes.clock.advance(24 * 3_600_000);
    await shop.say(user, "/orders");
    await shop.press(user, /✅/);
    expect(shown()).toContain("+4477••••••23");
    expect(shown()).not.toContain("447700900123");
  });
});

describe("files", () => {
  const contentOf = async (fileId: string | undefined): Promise<string> => {
    const { file_path: path } = await shop.bot.api.getFile(fileId ?? "");
    const { apiRoot, token } = shop.telegram;
    const answer = await fetch(`${apiRoot}/file/bot${token}/${path}`);
    return Buffer.from(await answer.arrayBuffer()).toString("utf8");
  };

  it("come as CSV that no program runs as a formula, one a minute", async () => {
    const order = ended();
    await shop.say(user, "/orders");
    const card = shop.last(user);
    await user.press(card, "As a file (CSV)");
    await shop.idle();
    const document = user.messages().find(({ text }) => text.startsWith("Your file."));
    expect(document?.fileName).toBe("orders.csv");
    const [columns, row] = (await contentOf(document?.fileId)).split("\r\n");
    expect(columns).toBe(
      "\ufeffordered_at,ended_at,service,country,state,price_usd,charged_usd,number,order_id",
    );
    const at = shop.fakes.clock.now().toISOString();
    expect(row).toBe(`${at},${at},WhatsApp,United Kingdom,finished,0.48,0.48,'+447700900123,${order.id}`);
    const again = await user.press(card, "As a file (CSV)");
    expect(again.answer?.text).toBe("One file a minute, please.");
  });
});

describe("a long statement as a file", () => {
  it("has its newest 10,000 lines and says that there are more", async () => {
    shop.fakes.wallet.state.lines = Array.from({ length: 10_001 }, (_, index) => ({
      id: BigInt(10_001 - index),
      kind: "topup",
      amountMicros: -650_000n,
      balanceMicros: 1n,
      orderId: null,
      serviceId: null,
      countryId: null,
      at: new Date("2026-03-01T10:00:00Z"),
    }));
    await shop.say(user, "/balance");
    await shop.press(user, "As a file (CSV)");
    expect(shown()).toBe("Only the newest 10000 rows are in the file.");
  });
});

describe("inviting a friend", () => {
  it("is nowhere to be seen where referral is off", async () => {
    await shop.say(user, "/balance");
    expect(labels()).not.toContain("Invite a friend");
    await shop.say(user, "/privacy");
    expect(shown()).not.toContain("invit");
    await shop.say(user, "/start r_abcDEF123-_x");
    expect(shown()).toContain("Welcome!");
  });

  it("shows the link with a code that tells nothing of the person, and notes who came by it", async () => {
    const arrivals: object[] = [];
    const referral: Referral = {
      terms: {
        shareBasisPoints: 1_250n,
        orders: 3,
        perFriendMicros: 1_000_000n,
        perMonthMicros: 20_000_000n,
      },
      codeOf: async () => "abcDEF123-_x",
      arrived: async (input) => {
        arrivals.push(input);
      },
      invitations: async () => ({ friends: 2, earnedMicros: 480_000n }),
    };
    await shop.close();
    shop = await startBotShop({}, { referral });
    user = shop.telegram.user({ languageCode: "en" });
    await shop.say(user, "/start r_abcDEF123-_x");
    expect(arrivals).toEqual([{ buyerId: buyerId(), telegramId: user.id, code: "abcDEF123-_x" }]);
    await shop.say(user, "/balance");
    await shop.press(user, "Invite a friend");
    expect(shown()).toContain("12.5%");
    expect(shown()).toContain("?start=r_abcDEF123-_x");
    expect(shown()).toContain("Friends: 2 · earned $0.48");
    await shop.say(user, "/privacy");
    expect(shown()).toContain("who invited whom");
  });
});

import { afterEach, expect, it } from "vitest";
import type { TranscriptMessage } from "../../sandbox/telegram/index.ts";
import { type RoutingWorld, startRoutingWorld } from "./routing-world.ts";

let shop: RoutingWorld;
afterEach(() => shop.close());

const wait = { timeoutMs: 15_000 };
const NUMBER = "waiting for the code";

/** A buyer with or without money, who counts what they tap. */
async function counting(amountMicros?: bigint) {
  shop = await startRoutingWorld({ only: "oxgel" });
  const user = shop.world.telegram.user({ firstName: "Ada", languageCode: "en" });
  const buyer = amountMicros === undefined ? undefined : await shop.buyer(amountMicros);
  const person = buyer?.user ?? user;
  let taps = 0;
  const tap = async (on: TranscriptMessage, label: string, result: string): Promise<TranscriptMessage> => {
    taps += 1;
    const shown = person.waitForMessage(({ from, text }) => from.isBot && text.includes(result), {
      ...wait,
      afterMessageId: on.messageId - 1,
    });
    await person.press(on, (button) => button.text.includes(label), wait);
    return await shown;
  };
  const say = async (text: string, result: string): Promise<TranscriptMessage> => {
    const afterMessageId = person.lastMessage()?.messageId ?? 0;
    if (text.startsWith("/start")) person.start(text.slice("/start ".length) || undefined);
    else person.send(text);
    return await person.waitForMessage(({ from, text: shown }) => from.isBot && shown.includes(result), {
      ...wait,
      afterMessageId,
    });
  };
  return {
    person,
    tap,
    say,
    count: () => taps,
    add: () => {
      taps += 1;
    },
  };
}

/** Ends the order, so that it counts among what was bought before. */
async function buyOnce({ say, tap }: Awaited<ReturnType<typeof counting>>): Promise<void> {
  const confirm = await say("whatsapp india", "is held; you pay only");
  await tap(confirm, " · $", NUMBER);
}

it("first purchase without money: six taps from Start to the number", async () => {
  const buyer = await counting();
  buyer.add(); // Start
  const home = await buyer.say("/start", "Welcome");
  const services = await buyer.tap(home, "Buy", "What do you need a code for?");
  const countries = await buyer.tap(services, "WhatsApp", "choose a country");
  const confirm = await buyer.tap(countries, "🇮🇳", "is held; you pay only");
  buyer.add(); // Pay and buy
  const invoice = buyer.person.waitForMessage((message) => message.invoice !== undefined, wait);
  await buyer.person.press(confirm, (button) => button.text.includes("⭐"), wait);
  buyer.add(); // Telegram's own sheet
  const number = buyer.person.waitForMessage(NUMBER, wait);
  await buyer.person.payInvoice(await invoice);
  await number;
  expect(buyer.count()).toBe(6);
});

it("first purchase with money: three taps from /buy", async () => {
  const buyer = await counting(5_000_000n);
  const services = await buyer.say("/buy", "What do you need a code for?");
  const countries = await buyer.tap(services, "WhatsApp", "choose a country");
  const confirm = await buyer.tap(countries, "🇮🇳", "is held; you pay only");
  await buyer.tap(confirm, " · $", NUMBER);
  expect(buyer.count()).toBe(3);
});

it("typed: one message and one tap", async () => {
  const buyer = await counting(5_000_000n);
  const confirm = await buyer.say("whatsapp india", "is held; you pay only");
  await buyer.tap(confirm, " · $", NUMBER);
  expect(buyer.count()).toBe(1);
});

it("deep link: Start and one tap; newcomers read what the shop is", async () => {
  const buyer = await counting(5_000_000n);
  buyer.add(); // Start
  const confirm = await buyer.say("/start b_wa_IN", "is held; you pay only");
  expect(confirm.text).toContain("Phone numbers for one-time codes.");
  await buyer.tap(confirm, " · $", NUMBER);
  expect(buyer.count()).toBe(2);
});

it("repeat: two taps, and one with one-tap buying", async () => {
  const buyer = await counting(5_000_000n);
  await buyOnce(buyer);
  const before = buyer.count();
  const services = await buyer.say("/buy", "What do you need a code for?");
  const confirm = await buyer.tap(services, "Repeat", "is held; you pay only");
  await buyer.tap(confirm, " · $", NUMBER);
  expect(buyer.count() - before).toBe(2);

  const settings = await buyer.say("/settings", "Settings");
  await buyer.tap(settings, "One-tap buying", "Settings");
  const again = await buyer.say("/buy", "What do you need a code for?");
  const quick = buyer.count();
  await buyer.tap(again, "⚡", NUMBER);
  expect(buyer.count() - quick).toBe(1);
});

it("swap: one tap from a number that the app refused to a new one", async () => {
  const buyer = await counting(5_000_000n);
  const confirm = await buyer.say("whatsapp india", "is held; you pay only");
  const first = await buyer.tap(confirm, " · $", NUMBER);
  const before = buyer.count();
  // The supplier takes a number back two minutes after the purchase.
  shop.clock.setSpeed(120);
  const second = buyer.person.waitForMessage(
    ({ from, text, messageId }) => from.isBot && text.includes(NUMBER) && messageId > first.messageId,
    { timeoutMs: 30_000 },
  );
  buyer.add();
  await buyer.person.press(first, (button) => button.text.includes("App refused it"), wait);
  const number = await second;
  expect(buyer.count() - before).toBe(1);
  const phoneIn = (text: string): string | undefined => /\+[\d ]+/.exec(text)?.[0];
  expect(phoneIn(number.text)).toBeDefined();
  expect(phoneIn(number.text)).not.toBe(phoneIn(first.text));
});

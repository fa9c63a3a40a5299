import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser, TranscriptMessage } from "../../sandbox/telegram/index.ts";
import { newId } from "../../src/core/ids.ts";
import type { OutboxMessage } from "../../src/core/messages.ts";
import { languages } from "../../src/texts/index.ts";
import { type BotShop, labelsOf } from "../support/bot.ts";
import { type OutboxShop, startOutboxShop } from "../support/bot-outbox.ts";

let outbox: OutboxShop;
let shop: BotShop;
let user: PretendUser;

beforeEach(async () => {
  outbox = await startOutboxShop();
  ({ shop, user } = outbox);
});

afterEach(async () => {
  await shop.close();
});

const last = (): TranscriptMessage => shop.last(user);

const sms = { sequence: 1, code: "482913", text: "WhatsApp code <482913>", receivedAt: new Date() };

describe("events", () => {
  it("a code rings, with the code to copy and the new balance", async () => {
    const smsId = newId();
    const { id: orderId } = outbox.order({
      state: "received",
      sms: [{ ...sms, id: smsId }],
      actions: { cancel: false, swap: false, keepWaiting: false, another: true, finish: true },
    });
    const message = {
      kind: "order_code",
      orderId,
      smsId,
      chargedMicros: "480000",
      availableMicros: "2720000",
    } as const;
    expect(await outbox.send(message)).toEqual({ kind: "sent" });
    expect(last().silent).toBe(false);
    expect(last().text).toContain("482913\nWhatsApp · 🇬🇧 United Kingdom · +447700900123");
    expect(last().text).toContain("WhatsApp code <482913>");
    expect(last().text).toContain("$0.48 charged · balance $2.72");
    expect(last().buttons[0]?.[0]?.copy_text?.text).toBe("482913");
    expect(labelsOf(last())).toEqual(["Copy 482913", "Buy again"]);
  });

  it("an SMS that came late is offered for the order's price, and one tap pays", async () => {
    const { id: orderId } = outbox.order({ state: "expired", closedAt: new Date() });
    await outbox.send({ kind: "late_sms", orderId, availableMicros: "3200000" });
    expect(last().text).toContain("An SMS for WhatsApp");
    expect(last().text).toContain("only if you pay for it: $0.48. You need not. Balance $3.20.");
    expect(labelsOf(last())).toEqual(["Show it · $0.48", "Not now"]);
    await shop.press(user, "Show it · $0.48");
    expect(shop.fakes.orders.state.asked).toEqual([`payLate ${orderId}`]);
    expect(last().buttons).toEqual([]);
  });

  it("an order without a code says what came back and what to try instead", async () => {
    const { id: orderId } = outbox.order({ state: "expired", closedAt: new Date() });
    const amounts = { releasedMicros: "480000", availableMicros: "3200000" };
    await outbox.send({ kind: "order_released", orderId, outcome: "expired", ...amounts });
    expect(last().text).toContain("No code came. $0.48 released, balance $3.20.");
    expect(labelsOf(last())[0]).toBe("Try 🇺🇸 Unite… $0.62 · 84%");
    expect(labelsOf(last()).slice(-2)).toEqual(["Same again", "Not now"]);
    await shop.press(user, "Not now");
    expect(last().buttons).toEqual([]);
    await outbox.send({ kind: "order_failed", orderId, code: "out_of_stock", ...amounts });
    expect(last().text).toContain("Just sold out.");
  });

  it("a tap on an event leaves the event in the chat", async () => {
    const { id: orderId } = outbox.order({ state: "expired", closedAt: new Date() });
    const amounts = { releasedMicros: "480000", availableMicros: "3200000" };
    await outbox.send({ kind: "order_released", orderId, outcome: "cancelled", ...amounts });
    const event = last();
    await shop.press(user, "Same again");
    expect(user.message(event).text).toBe(event.text);
    expect(labelsOf(last())[0]).toBe("Get number · $0.48");
  });

  it("news that can wait is silent for those who want it so; codes and money are not", async () => {
    shop.fakes.buyers.change(outbox.buyerId, { notifyEdits: false });
    const { id: orderId } = outbox.order();
    await outbox.send({ kind: "cancel_refused", orderId });
    expect(last().silent).toBe(true);
    await outbox.send({ kind: "topup_rejected", topupId: newId() });
    expect(last().silent).toBe(false);
  });

  it("a top-up says that the purchase it was for is being made", async () => {
    const credit = {
      kind: "topup_credited",
      topupId: null,
      gateway: "stars",
      amountMicros: "390000",
      availableMicros: "490000",
    } as const;
    await outbox.send({ ...credit, resume: { serviceId: "wa", countryId: "GB" } });
    expect(last().text).toBe("$0.39 added. Balance $0.49.\nGetting WhatsApp · 🇬🇧 United Kingdom…");
    expect(labelsOf(last())).toEqual([]);
    await outbox.send({ ...credit, resume: null });
    expect(labelsOf(last())).toEqual(["Buy a number"]);
  });

  it("a paid purchase whose price went up is asked for once, with one button that buys", async () => {
    await outbox.send({ kind: "purchase_asked", serviceId: "wa", countryId: "GB", code: "price_moved" });
    expect(last().text).toContain("The price just changed.");
    expect(labelsOf(last())).toEqual(["Get number · $0.48"]);
    await shop.press(user, "Get number · $0.48");
    expect(shop.fakes.orders.state.views.size).toBe(1);
  });

  it("a paid purchase that cannot be made says why, and leads to what can be had", async () => {
    await outbox.send({ kind: "purchase_asked", serviceId: "wa", countryId: "GB", code: "out_of_stock" });
    expect(last().text).toContain("Just sold out.");
    await shop.press(user, "Get WhatsApp 🇬🇧");
    expect(labelsOf(last())[0]).toBe("Get number · $0.48");
  });

  it("every kind of message can be rendered in every language", async () => {
    const smsId = newId();
    const { id: orderId } = outbox.order({ state: "received", sms: [{ ...sms, id: smsId }] });
    const amounts = { releasedMicros: "1", availableMicros: "2" };
    const messages: OutboxMessage[] = [
      { kind: "order_card", orderId },
      { kind: "order_code", orderId, smsId, chargedMicros: null, availableMicros: "1" },
      { kind: "order_released", orderId, outcome: "cancelled", ...amounts },
      { kind: "order_failed", orderId, code: "providers_unavailable", ...amounts },
      { kind: "cancel_refused", orderId },
      { kind: "no_other_code", orderId },
      { kind: "back_in_stock", serviceId: "wa", countryId: "GB" },
      { kind: "purchase_waits", serviceId: "wa", countryId: "GB" },
      { kind: "slow_down" },
      { kind: "order_in_doubt", orderId },
      { kind: "topup_rejected", topupId: newId() },
      { kind: "purchase_asked", serviceId: "wa", countryId: "GB", code: "price_moved" },
      { kind: "topup_refunded", amountMicros: "5", stars: 50, availableMicros: "0" },
      { kind: "balance_adjusted", amountMicros: "-5", availableMicros: "0", reason: "a < b" },
    ];
    for (const { language } of languages) {
      shop.fakes.buyers.change(outbox.buyerId, { language });
      for (const message of messages)
        expect(await outbox.send(message), `${language} ${message.kind}`).toEqual({ kind: "sent" });
    }
  });
});

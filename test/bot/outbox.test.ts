import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser, TranscriptMessage } from "../../sandbox/telegram/index.ts";
import { newId } from "../../src/core/ids.ts";
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
const count = (): number => user.messages().length;

const sms = { sequence: 1, code: "482913", text: "WhatsApp code <482913>", receivedAt: new Date() };

describe("an order's card", () => {
  it("is sent where there is none yet, silently, and edited from then on", async () => {
    const { id: orderId } = outbox.order({ state: "placing", phone: null, expiresAt: null });
    expect(await outbox.send({ kind: "order_card", orderId })).toEqual({ kind: "sent" });
    const card = last();
    expect(card.silent).toBe(true);
    expect(card.text).toContain("Getting your number. $0.48 is held meanwhile.");
    expect(shop.fakes.orders.state.views.get(orderId)?.cardMessageId).toBe(card.messageId);

    shop.fakes.orders.change(orderId, { state: "waiting", phone: "447700900123" });
    const before = count();
    expect(await outbox.send({ kind: "order_card", orderId })).toEqual({ kind: "sent" });
    expect(count()).toBe(before);
    expect(last()).toMatchObject({ messageId: card.messageId, edited: true });
    expect(last().text).toContain("+447700900123");
  });

  it("is not edited when nothing on it would change", async () => {
    const { id: orderId } = outbox.order();
    await outbox.send({ kind: "order_card", orderId });
    shop.telegram.clearCalls();
    expect(await outbox.send({ kind: "order_card", orderId })).toEqual({ kind: "sent" });
    expect(shop.telegram.calls("editMessageText")).toEqual([]);
  });

  it("is neither sent nor edited by a process that stood still with it in hand", async () => {
    const isHeld = (): boolean => false;
    const { id: orderId } = outbox.order();
    const before = count();
    expect(await outbox.send({ kind: "order_card", orderId }, { isHeld })).toEqual({ kind: "lost" });
    expect(count()).toBe(before);
    await outbox.send({ kind: "order_card", orderId });
    shop.fakes.orders.change(orderId, { phone: "447700900999" });
    expect(await outbox.send({ kind: "order_card", orderId }, { isHeld })).toEqual({ kind: "lost" });
    expect(last().text).not.toContain("+447700900999");
  });

  it("counts as sent when Telegram says that it is not modified", async () => {
    const { id: orderId } = outbox.order();
    await outbox.send({ kind: "order_card", orderId });
    outbox.hashes.clear();
    expect(await outbox.send({ kind: "order_card", orderId })).toEqual({ kind: "sent" });
    expect(shop.telegram.calls("editMessageText")).toHaveLength(1);
    expect(outbox.hashes.size).toBe(1);
  });

  it("is sent anew when the buyer deleted it", async () => {
    const { id: orderId } = outbox.order();
    await outbox.send({ kind: "order_card", orderId });
    const first = last().messageId;
    user.deleteMessage(first);
    shop.fakes.orders.change(orderId, { state: "cancelling", cancelRequestedAt: new Date() });
    expect(await outbox.send({ kind: "order_card", orderId })).toEqual({ kind: "sent" });
    expect(last().messageId).not.toBe(first);
    expect(shop.fakes.orders.state.views.get(orderId)?.cardMessageId).toBe(last().messageId);
  });

  it("is edited where it is now when the buyer reopened it meanwhile", async () => {
    const { id: orderId } = outbox.order();
    await outbox.send({ kind: "order_card", orderId });
    const old = last().messageId;
    const load = shop.fakes.orders.orders.load;
    let loads = 0;
    shop.fakes.orders.orders.load = async (id) => {
      const view = await load(id);
      loads += 1;
      if (loads > 1 || !view) return view;
      return { ...view, cardMessageId: old, state: "cancelling" };
    };
    shop.fakes.orders.change(orderId, { cardMessageId: 4711 });
    user.deleteMessage(old);
    expect(await outbox.send({ kind: "order_card", orderId })).toEqual({
      kind: "retry",
      reason: "card moved",
    });
  });

  it("loses its buttons when the order has ended, but for buying again", async () => {
    const { id: orderId } = outbox.order();
    await outbox.send({ kind: "order_card", orderId });
    shop.fakes.orders.change(orderId, {
      state: "expired",
      closedAt: new Date(),
      actions: { cancel: false, swap: false, keepWaiting: false, another: false, finish: false },
    });
    await outbox.send({ kind: "order_card", orderId });
    expect(labelsOf(last())).toEqual(["Buy again", "Home"]);
    expect(last().text).toContain("$0.48 released, nothing charged");
  });

  it("shows every SMS in order, and says when one was deleted", async () => {
    const { id: orderId } = outbox.order({
      state: "received",
      actions: { cancel: false, swap: false, keepWaiting: false, another: true, finish: true },
      sms: [
        { ...sms, id: newId(), code: null, text: null },
        { ...sms, id: newId(), sequence: 2 },
        { ...sms, id: newId(), sequence: 3, code: "77", text: "again 77" },
      ],
    });
    await outbox.send({ kind: "order_card", orderId });
    const { text } = last();
    expect(text.indexOf("deleted")).toBeLessThan(text.indexOf("482913"));
    expect(text.indexOf("482913")).toBeLessThan(text.indexOf("again 77"));
  });

  it("fits into a message however long the SMS are", async () => {
    const long = Array.from({ length: 30 }, (_, index) => ({
      ...sms,
      id: newId(),
      sequence: index + 1,
      text: "&<>".repeat(700),
    }));
    const { id: orderId } = outbox.order({ state: "received", sms: long });
    expect(await outbox.send({ kind: "order_card", orderId })).toEqual({ kind: "sent" });
  });

  it("says when a cancel opens, and when a queued one goes out", async () => {
    const cancelOpensAt = new Date(shop.fakes.clock.now().getTime() + 120_000);
    const { id: orderId } = outbox.order({ cancelOpensAt });
    await outbox.send({ kind: "order_card", orderId });
    expect(last().text).toContain("You can cancel");
    shop.fakes.orders.change(orderId, {
      state: "cancelling",
      actions: { cancel: false, swap: false, keepWaiting: false, another: false, finish: false },
    });
    await outbox.send({ kind: "order_card", orderId });
    expect(last().text).toContain("We'll cancel");
    await shop.fakes.clock.advance(121_000);
    await outbox.send({ kind: "order_card", orderId });
    expect(last().text).toContain("Cancelling. If a code arrives first, you keep it and pay.");
  });

  it("is given up for an order that is gone", async () => {
    expect(await outbox.send({ kind: "order_card", orderId: newId() })).toEqual({
      kind: "drop",
      reason: "gone",
    });
  });
});

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

describe("payments", () => {
  const invoice = async (): Promise<number> => {
    await shop.say(user, "/topup");
    await shop.press(user, "⭐50 · $0.65");
    return shop.last(user).messageId;
  };

  it("answers the pre-checkout and has the charge confirmed", async () => {
    const paid = await user.payInvoice(await invoice());
    await shop.idle();
    expect(paid.ok).toBe(true);
    expect(paid.ok && [...shop.fakes.topups.state.credits]).toEqual([paid.ok && paid.chargeId]);
  });

  it("refuses a payment that the shop does not know, in words", async () => {
    const message = await invoice();
    shop.fakes.topups.state.begun.length = 0;
    const paid = await user.payInvoice(message);
    expect(paid).toMatchObject({
      ok: false,
      errorMessage: "I cannot find that payment. Please start again with /topup.",
    });
    expect(shop.fakes.topups.state.credits.size).toBe(0);
  });

  it("refuses a pre-checkout rather than leaving it open when something fails", async () => {
    const message = await invoice();
    shop.fakes.topups.state.failing = true;
    const paid = await user.payInvoice(message);
    expect(paid.ok).toBe(false);
  });

  it("fails the update of a payment that could not be credited, so that it comes again", async () => {
    await invoice();
    shop.fakes.topups.state.failing = true;
    const update = paymentUpdate(user.id, { currency: "XTR" });
    await expect(shop.bot.handleUpdate(update)).rejects.toThrow("database away");
    shop.fakes.topups.state.failing = false;
    await shop.bot.handleUpdate(update);
    expect(shop.fakes.topups.state.credits.size).toBe(1);
  });

  it("credits nothing in a currency that it never asked for", async () => {
    await shop.bot.handleUpdate(paymentUpdate(user.id, { currency: "USD" }));
    expect(shop.fakes.topups.state.credits.size).toBe(0);
  });

  it("hands on a refund that Telegram made", async () => {
    await user.payInvoice(await invoice());
    await shop.idle();
    const chargeId = [...shop.fakes.topups.state.credits][0] ?? "";
    shop.telegram.stars.refundOutside(user.id, chargeId);
    await shop.idle();
    expect(shop.fakes.topups.state.refunds).toEqual(new Set([chargeId]));
  });
});

function paymentUpdate(telegramId: number, { currency }: { currency: string }): object {
  const person = { id: telegramId, is_bot: false, first_name: "Ann" };
  return {
    update_id: 900_000_000,
    message: {
      message_id: 1,
      date: 1_772_366_400,
      chat: { id: telegramId, type: "private", first_name: "Ann" },
      from: person,
      successful_payment: {
        currency,
        total_amount: 50,
        invoice_payload: "p",
        telegram_payment_charge_id: "charge",
        provider_payment_charge_id: "",
      },
    },
  };
}

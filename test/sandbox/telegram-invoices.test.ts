import type { Api } from "grammy";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PretendTelegram, PretendUser } from "../../sandbox/telegram/index.ts";
import { openChat, rawCall, refusalOf, startTelegram } from "../support/telegram.ts";

let telegram: PretendTelegram;
let api: Api;
let user: PretendUser;

beforeEach(async () => {
  ({ telegram, api } = await startTelegram());
  user = openChat(telegram);
});
afterEach(() => telegram.close());

const raw = (method: string, params: object): ReturnType<typeof rawCall> =>
  rawCall(telegram, method, { chat_id: user.id, ...params });

const price = (amount: number): { label: string; amount: number }[] => [{ label: "Top-up", amount }];

describe("invoices that Telegram refuses", () => {
  const good = {
    title: "Top-up",
    description: "Adds to your balance",
    payload: "topup:7",
    provider_token: "",
    currency: "XTR",
    prices: price(50),
  };

  test.each([
    [{ title: undefined }, 'parameter "title" is required'],
    [{ prices: undefined }, 'parameter "prices" is required'],
    [{ prices: [] }, "there must be at least one price"],
    [{ prices: [{ amount: 1 }] }, `can't parse labeled price: Can't find field "label"`],
    [{ prices: [...price(1), ...price(2)] }, "STARS_INVOICE_INVALID"],
    [{ max_tip_amount: 5 }, "STARS_INVOICE_INVALID"],
    [{ prices: price(0) }, "CURRENCY_TOTAL_AMOUNT_INVALID"],
    [{ prices: price(10_001) }, "CURRENCY_TOTAL_AMOUNT_INVALID"],
    [{ title: "x".repeat(33) }, "INVOICE_TITLE_INVALID"],
    [{ description: "x".repeat(256) }, "INVOICE_DESCRIPTION_INVALID"],
    [{ payload: "é".repeat(65) }, "INVOICE_PAYLOAD_INVALID"],
    [{ currency: "USD" }, "CURRENCY_INVALID"],
    [{ provider_token: "1:TEST" }, "PAYMENT_PROVIDER_INVALID"],
    [
      {
        reply_markup: {
          inline_keyboard: [[{ text: "A", callback_data: "a" }], [{ text: "Pay", pay: true }]],
        },
      },
      "BUTTON_TYPE_INVALID",
    ],
  ])("an invoice with %j is refused", async (changes, description) => {
    expect(await raw("sendInvoice", { ...good, ...changes })).toEqual({
      ok: false,
      error_code: 400,
      description: `Bad Request: ${description}`,
    });
  });

  test("a refusal of pre-checkout needs a reason", async () => {
    const { message_id } = await api.sendInvoice(user.id, "Top-up", "Stars", "topup:7", "XTR", price(50));
    const paying = user.payInvoice(message_id);
    const id = (await api.getUpdates()).at(-1)?.pre_checkout_query?.id ?? "";
    expect((await refusalOf(api.answerPreCheckoutQuery(id, false))).description).toBe(
      'Bad Request: parameter "error_message" is required',
    );
    await api.answerPreCheckoutQuery(id, false, { error_message: "no" });
    expect(await paying).toEqual({ ok: false, errorMessage: "no" });
  });
});

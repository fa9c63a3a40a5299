import type { Api } from "grammy";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PretendTelegram, PretendUser } from "../../sandbox/telegram/index.ts";
import type { TestClock } from "../support/clock.ts";
import { botOf, nextEvent, openChat, refusalOf, runPolling, startTelegram } from "../support/telegram.ts";

let telegram: PretendTelegram;
let clock: TestClock;
let api: Api;
let user: PretendUser;

beforeEach(async () => {
  ({ telegram, clock, api } = await startTelegram());
  user = openChat(telegram);
});
afterEach(() => telegram.close());

const price = (amount: number): { label: string; amount: number }[] => [{ label: "Top-up", amount }];
const invoice = (chatId = user.id, startParameter = "topup"): Promise<{ message_id: number }> =>
  api.sendInvoice(chatId, "Top-up", "Adds to your balance", "topup:7", "XTR", price(50), {
    start_parameter: startParameter,
  });

interface Shop {
  /** The payments and refunds the bot heard of. */
  readonly heard: unknown[];
  /** Resolves once it heard of that many. */
  hears(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** A bot that answers every pre-checkout query. */
async function shop(errorMessage?: string): Promise<Shop> {
  const heard: unknown[] = [];
  let notify: () => void = () => undefined;
  const bot = botOf(telegram);
  bot.on("pre_checkout_query", (ctx) =>
    errorMessage === undefined
      ? ctx.answerPreCheckoutQuery(true)
      : ctx.answerPreCheckoutQuery(false, errorMessage),
  );
  bot.on(["message:successful_payment", "message:refunded_payment"], ({ message }) => {
    heard.push(message?.successful_payment ?? message?.refunded_payment);
    notify();
  });
  const stop = await runPolling(bot);
  return {
    heard,
    stop,
    async hears(count) {
      while (heard.length < count) {
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      }
    },
  };
}

describe("paying", () => {
  test("a payment goes through pre-checkout to successful_payment and the Stars ledger", async () => {
    const { heard, hears, stop } = await shop();
    const { message_id } = await invoice();
    const paid = nextEvent(telegram, "invoice_paid");
    const outcome = await user.payInvoice(message_id);
    if (!outcome.ok) throw new Error(outcome.errorMessage);
    expect(await paid).toMatchObject({ userId: user.id, stars: 50, chargeId: outcome.chargeId });
    await hears(1);
    await stop();
    expect(heard).toEqual([
      expect.objectContaining({
        currency: "XTR",
        total_amount: 50,
        invoice_payload: "topup:7",
        telegram_payment_charge_id: outcome.chargeId,
      }),
    ]);
    expect(await api.getMyStarBalance()).toEqual({ amount: 50 });
    expect(user.lastMessage()).toMatchObject({ kind: "payment", payment: { chargeId: outcome.chargeId } });
    // The invoice is a receipt now.
    expect(user.message(message_id)).toMatchObject({
      invoice: { paid: true },
      buttons: [[{ text: "Receipt" }]],
    });
    expect(await user.payInvoice(message_id)).toEqual({ ok: false, errorMessage: "INVOICE_ALREADY_PAID" });
  });

  test("the pay button pays too, and an invoice link can be paid again and again", async () => {
    const { stop } = await shop();
    const { message_id } = await invoice();
    expect(await user.press(message_id, "Pay 50 Stars")).toMatchObject({ payment: { ok: true } });
    const link = await api.createInvoiceLink("Top-up", "By link", "topup:8", "", "XTR", price(25));
    expect(await user.payInvoice(link)).toMatchObject({ ok: true });
    expect(await user.payInvoice(link)).toMatchObject({ ok: true });
    expect(telegram.stars.balance()).toBe(100);
    await stop();
  });

  test("the bot's refusal reaches the buyer, and no Stars move", async () => {
    const { stop } = await shop("The top-up has expired");
    const { message_id } = await invoice();
    expect(await user.payInvoice(message_id)).toEqual({ ok: false, errorMessage: "The top-up has expired" });
    expect(telegram.stars.balance()).toBe(0);
    expect(user.message(message_id).invoice?.paid).toBe(false);
    await stop();
  });

  test("a pre-checkout query that waits for 10 seconds of the clock fails the payment", async () => {
    const { message_id } = await invoice();
    const paying = user.payInvoice(message_id);
    const id = (await api.getUpdates()).at(-1)?.pre_checkout_query?.id ?? "";
    await clock.advance(10_000);
    expect(await paying).toEqual({ ok: false, errorMessage: "BOT_PRECHECKOUT_TIMEOUT" });
    expect((await refusalOf(api.answerPreCheckoutQuery(id, true))).description).toBe(
      "Bad Request: query is too old and response timeout expired or query ID is invalid",
    );
    expect(telegram.stars.balance()).toBe(0);
  });

  test("an answer in the tenth second still counts, and only once", async () => {
    const { message_id } = await invoice();
    const paying = user.payInvoice(message_id);
    const id = (await api.getUpdates()).at(-1)?.pre_checkout_query?.id ?? "";
    await clock.advance(9_999);
    await api.answerPreCheckoutQuery(id, true);
    expect(await paying).toMatchObject({ ok: true });
    expect((await refusalOf(api.answerPreCheckoutQuery(id, true))).code).toBe(400);
  });

  test("a payment whose update is lost is in the ledger all the same", async () => {
    const { heard, stop } = await shop();
    const { message_id } = await invoice();
    const outcome = await user.payInvoice(message_id, { deliver: false });
    await stop();
    expect(heard).toEqual([]);
    const { transactions } = await api.getStarTransactions();
    expect(transactions).toMatchObject([
      {
        id: outcome.ok ? outcome.chargeId : "",
        amount: 50,
        source: {
          type: "user",
          transaction_type: "invoice_payment",
          user: { id: user.id },
          invoice_payload: "topup:7",
        },
      },
    ]);
  });

  test("others can pay an invoice only when it has no start parameter", async () => {
    const { stop } = await shop();
    const stranger = telegram.user();
    const bound = await invoice();
    expect(await stranger.payInvoice({ chatId: user.id, messageId: bound.message_id })).toEqual({
      ok: false,
      errorMessage: "FORWARDED_INVOICE_OPENS_BOT",
    });
    const open = await invoice(user.id, "");
    expect(await stranger.payInvoice({ chatId: user.id, messageId: open.message_id })).toMatchObject({
      ok: true,
    });
    expect(stranger.lastMessage()?.kind).toBe("payment");
    await stop();
  });
});

describe("refunds", () => {
  test("a refund is told to the bot and booked under the payment's id, once", async () => {
    const { heard, hears, stop } = await shop();
    const { message_id } = await invoice();
    const outcome = await user.payInvoice(message_id);
    const chargeId = outcome.ok ? outcome.chargeId : "";
    await clock.advance(60_000);
    await api.refundStarPayment(user.id, chargeId);
    await user.waitForMessage("Refund of 50 Stars");
    await hears(2);
    await stop();
    expect(heard[1]).toMatchObject({ telegram_payment_charge_id: chargeId, total_amount: 50 });
    expect(await refusalOf(api.refundStarPayment(user.id, chargeId))).toMatchObject({
      code: 400,
      description: "Bad Request: CHARGE_ALREADY_REFUNDED",
    });
    expect(telegram.stars.balance()).toBe(0);
    const { transactions } = await api.getStarTransactions();
    expect(transactions.map(({ id, source, receiver }) => [id, source?.type, receiver?.type])).toEqual([
      [chargeId, "user", undefined],
      [chargeId, undefined, "user"],
    ]);
    expect((await api.getStarTransactions({ offset: 1, limit: 1 })).transactions).toEqual(
      transactions.slice(1),
    );
  });

  test("a charge of another user, or of nobody, cannot be refunded", async () => {
    const { stop } = await shop();
    const outcome = await user.payInvoice((await invoice()).message_id);
    const chargeId = outcome.ok ? outcome.chargeId : "";
    await stop();
    for (const call of [
      api.refundStarPayment(telegram.user().id, chargeId),
      api.refundStarPayment(user.id, "stx0"),
    ]) {
      expect((await refusalOf(call)).description).toBe("Bad Request: CHARGE_ID_INVALID");
    }
  });

  test("Telegram can refund without the bot", async () => {
    const { hears, stop } = await shop();
    const outcome = await user.payInvoice((await invoice()).message_id);
    telegram.stars.refundOutside(user.id, outcome.ok ? outcome.chargeId : "");
    await hears(2);
    await stop();
    expect(await api.getMyStarBalance()).toEqual({ amount: 0 });
  });
});

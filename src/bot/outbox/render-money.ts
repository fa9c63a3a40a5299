import type { OutboxMessage } from "../../core/messages.ts";
import { escapeHtml, money, signedMoney } from "../../texts/html.ts";
import type { Texts } from "../../texts/texts.ts";
import { lines } from "../cards/card.ts";

/** Bonus money that came, or went with a refund. */
export function bonusText(message: Extract<OutboxMessage, { kind: "bonus_changed" }>, texts: Texts): string {
  const { messages } = texts;
  const amountMicros = BigInt(message.amountMicros);
  const view = {
    amount: money(amountMicros < 0n ? -amountMicros : amountMicros),
    available: money(BigInt(message.availableMicros)),
  };
  if (message.cause === "refund") return messages.bonusTaken(view);
  return message.cause === "voucher" ? messages.voucherAdded(view) : messages.bonusAdded(view);
}

/** Money that came, went or was refused, in words. */
export function moneyText(
  message: Extract<
    OutboxMessage,
    { kind: "topup_rejected" | "topup_refunded" | "debt_settled" | "balance_adjusted" }
  >,
  texts: Texts,
): string {
  const { messages } = texts;
  if (message.kind === "topup_rejected")
    return lines(messages.topupRejected, message.reason !== undefined && escapeHtml(message.reason));
  const amount = money(BigInt(message.amountMicros));
  const available = money(BigInt(message.availableMicros));
  if (message.kind === "topup_refunded") {
    const { stars, debtMicros } = message;
    const debt = debtMicros !== undefined && messages.debt({ debt: money(BigInt(debtMicros)) });
    return lines(messages.topupRefunded({ stars, amount, available }), debt);
  }
  if (message.kind === "debt_settled") {
    const isPaid = message.debtMicros === "0";
    return messages.debtSettled({
      amount,
      debt: isPaid ? null : money(BigInt(message.debtMicros)),
      available,
    });
  }
  return messages.adjusted({
    amount: signedMoney(BigInt(message.amountMicros)),
    available,
    reason: escapeHtml(message.reason),
  });
}

import type { User } from "grammy/types";
import type { Invoice, Payment, StoredMessage } from "./types.ts";
import type { World } from "./world.ts";

export type PaymentOutcome =
  | { readonly ok: true; readonly chargeId: string }
  | { readonly ok: false; readonly errorMessage: string };

/**
 * Runs a payment as Telegram does: pre-checkout query, at most 10 s for the answer (injected clock), booking of the Stars,
 * `successful_payment` message. `deliver: false` books the Stars but loses the update, as happens when the bot is down for
 * longer than Telegram keeps updates.
 */
export async function pay(
  world: World,
  user: User,
  invoice: Invoice,
  options: { message: StoredMessage | undefined; deliver: boolean },
): Promise<PaymentOutcome> {
  const { id, answered } = world.checkouts.open();
  world.queue.push(
    "pre_checkout_query",
    { id, from: user, currency: "XTR", total_amount: invoice.stars, invoice_payload: invoice.payload },
    `payment:${user.id}`,
  );
  const answer = await answered;
  if (answer === undefined) return { ok: false, errorMessage: "BOT_PRECHECKOUT_TIMEOUT" };
  if (!answer.ok) return answer;

  const payment = world.stars.charge(user, invoice.stars, invoice.payload);
  const { message } = options;
  if (message && world.chats.get(message.chatId, message.messageId)) {
    world.chats.replace(message, { kind: "invoice", invoice, paid: true });
  }
  postServiceMessage(world, user, "payment", payment, options.deliver);
  world.events.emit({
    type: "invoice_paid",
    userId: user.id,
    stars: payment.stars,
    chargeId: payment.chargeId,
  });
  return { ok: true, chargeId: payment.chargeId };
}

/** Refunds Stars and notifies the bot and the buyer. Throws the same refusals as refundStarPayment. */
export function bookRefund(world: World, userId: number, chargeId: string): void {
  const { payment, user } = world.stars.refund(userId, chargeId);
  postServiceMessage(world, user, "refund", payment, true);
  world.events.emit({ type: "refunded", userId, stars: payment.stars, chargeId });
}

function postServiceMessage(
  world: World,
  user: User,
  kind: "payment" | "refund",
  payment: Payment,
  deliver: boolean,
): void {
  // Paying by a link opens the chat with the bot, also for a person who never wrote to it.
  if (world.chats.status(user.id) === "new") world.chats.setStatus(user.id, "open");
  const message = world.chats.add(user.id, { from: user, content: { kind, payment } });
  if (deliver) world.queue.push("message", world.wire(message), String(user.id));
}

import { z } from "zod";
import { shopErrorCodes } from "./errors.ts";

/**
 * Chat messages owed to people, as stored in the outbox. They say what to tell, and hold no words, phone number or code:
 * those are read when the message is made, so that what was purged is gone here too. Amounts are decimal strings of
 * micro-dollars, because jsonb has no bigint.
 */
const micros = z.string().regex(/^-?\d{1,19}$/);
const id = z.uuid();

export const outboxMessageSchema = z.discriminatedUnion("kind", [
  /** Bring the order's card up to date: edit it, or send it anew when it is gone. */
  z.object({ kind: z.literal("order_card"), orderId: id }),
  /** A code arrived. `chargedMicros` is null when nothing was charged by this SMS (a further one, or too late). */
  z.object({
    kind: z.literal("order_code"),
    orderId: id,
    smsId: id,
    chargedMicros: micros.nullable(),
    availableMicros: micros,
    /** For the metrics: how the SMS came to us; absent where its message had to wait for its buyer. An odd one costs no message. */
    path: z.enum(["poll", "webhook"]).optional().catch(undefined),
    /** For the metrics: when the provider received the SMS, where it says so. */
    arrivedAt: z.iso.datetime().optional().catch(undefined),
  }),
  /** An SMS came after the order's money was released: it is kept back, and shown if the buyer pays for it. */
  z.object({ kind: z.literal("late_sms"), orderId: id, availableMicros: micros }),
  /** The order ended without a code and its money was released. */
  z.object({
    kind: z.literal("order_released"),
    orderId: id,
    outcome: z.enum(["cancelled", "expired"]),
    releasedMicros: micros,
    availableMicros: micros,
  }),
  /** No number could be had; nothing was charged. */
  z.object({
    kind: z.literal("order_failed"),
    orderId: id,
    code: z.enum(shopErrorCodes),
    releasedMicros: micros,
    availableMicros: micros,
  }),
  /** A queued cancel could not be carried out: the order goes on. */
  z.object({ kind: z.literal("cancel_refused"), orderId: id }),
  /** Another code was asked for, and none came before the number ended. */
  z.object({ kind: z.literal("no_other_code"), orderId: id }),
  /** A product that was sold out is on sale again. */
  z.object({ kind: z.literal("back_in_stock"), serviceId: z.string(), countryId: z.string() }),
  /** What a buyer's keys did on this day (UTC): numbers told, codes received, what was taken for them. */
  z.object({
    kind: z.literal("api_digest"),
    day: z.iso.date(),
    sold: z.int(),
    codes: z.int(),
    spentMicros: micros,
  }),
  /** The outcome of the purchase is not known yet; the money stays held meanwhile. */
  z.object({ kind: z.literal("order_in_doubt"), orderId: id }),
  z.object({
    kind: z.literal("topup_credited"),
    topupId: id.nullable(),
    gateway: z.string(),
    amountMicros: micros,
    availableMicros: micros,
    resume: z.object({ serviceId: z.string(), countryId: z.string() }).nullable(),
  }),
  /** A purchase was paid, but no supplier answers just now: it is tried again for a moment. */
  z.object({ kind: z.literal("purchase_waits"), serviceId: z.string(), countryId: z.string() }),
  /** A purchase was paid, but cannot be made as it was agreed: the buyer decides. */
  z.object({
    kind: z.literal("purchase_asked"),
    serviceId: z.string(),
    countryId: z.string(),
    code: z.enum(shopErrorCodes),
  }),
  /** `reason`: the operator's own words. */
  z.object({ kind: z.literal("topup_rejected"), topupId: id, reason: z.string().optional() }),
  /** What an operator writes to a buyer. */
  z.object({ kind: z.literal("shop_message"), text: z.string() }),
  /** `amountMicros` is what left the balance; `debtMicros` is all that the buyer owes, if that did not cover the payment. */
  z.object({
    kind: z.literal("topup_refunded"),
    amountMicros: micros,
    stars: z.number().int(),
    availableMicros: micros,
    debtMicros: micros.optional(),
  }),
  /** Money came in and went towards a debt. `debtMicros` is what is still owed. */
  z.object({
    kind: z.literal("debt_settled"),
    amountMicros: micros,
    debtMicros: micros,
    availableMicros: micros,
  }),
  z.object({
    kind: z.literal("balance_adjusted"),
    amountMicros: micros,
    availableMicros: micros,
    reason: z.string(),
  }),
  /** Bonus money of a code came, or went back because its payment was refunded. */
  z.object({
    kind: z.literal("bonus_changed"),
    cause: z.enum(["voucher", "topup", "refund"]),
    amountMicros: micros,
    availableMicros: micros,
  }),
  /** For operators: `notice` names a text, `params` fill it. Never holds a phone number, code or key. */
  z.object({
    kind: z.literal("operator_notice"),
    notice: z.string(),
    params: z.record(z.string(), z.string()),
  }),
  /** For owners and accountants: the figures of a day that is over. */
  z.object({ kind: z.literal("daily_report"), day: z.iso.date(), isLate: z.boolean() }),
  /** A manual top-up waits for an operator's decision. */
  z.object({ kind: z.literal("manual_claim"), claimId: id }),
  /** Somebody sends faster than the shop can answer: some of it was left out. */
  z.object({ kind: z.literal("slow_down") }),
  /** A buyer wrote to /paysupport. */
  z.object({ kind: z.literal("dispute"), disputeId: id }),
  /** Null: send the broadcast. Otherwise: delete this message, by which it was sent. */
  z.object({ kind: z.literal("broadcast"), broadcastId: id, removes: z.int().nullable() }),
]);

export type OutboxMessage = z.infer<typeof outboxMessageSchema>;

/** A message that somebody is owed, as the outbox hands it over. */
export interface OwedMessage {
  readonly id: bigint;
  readonly chatId: number;
  readonly buyerId: string | null;
  readonly message: OutboxMessage;
  /** How often it was tried before. */
  readonly attempts: number;
  /** Ask directly before it leaves. False: this process stood still for so long that another may be sending it. */
  readonly isHeld: () => boolean;
}

/**
 * What became of a message. "sent": `messageId` where somebody may want the message back. "retry": "flood" means that Telegram named the wait (`afterMs`), "outage" that Telegram or the
 * database did not answer, "card moved" that the buyer reopened the card meanwhile. "broken": the message itself could
 * not be made. "drop": it will never be sent; the reason "blocked" ends all that the chat is owed. "lost": nothing
 * was sent, because it was not held any more; whoever claims it next sends it.
 */
export type SendOutcome =
  | { readonly kind: "sent"; readonly messageId?: number }
  | { readonly kind: "retry"; readonly reason: "flood"; readonly afterMs: number }
  | { readonly kind: "retry"; readonly reason: "outage" | "card moved" }
  | { readonly kind: "broken" }
  | { readonly kind: "lost" }
  | { readonly kind: "drop"; readonly reason: string };

import { z } from "zod";
import { type StoredUpdate, urgentLanePrefix } from "../db/queries/inbox.ts";

/** The kinds of update that the shop handles; Telegram sends no others when asked for these. */
export const allowedUpdates = [
  "message",
  "edited_message",
  "callback_query",
  "inline_query",
  "pre_checkout_query",
  "my_chat_member",
] as const;

const updateSchema = z.looseObject({
  update_id: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
});
const senderSchema = z.looseObject({ from: z.looseObject({ id: z.number().int() }) });
const paymentMessageSchema = z
  .looseObject({ successful_payment: z.unknown().optional(), refunded_payment: z.unknown().optional() })
  .refine((message) => message.successful_payment !== undefined || message.refunded_payment !== undefined);

/**
 * An update as the inbox keeps it; undefined when it is not one. Updates of one person share a lane and are
 * handled in order; payments and inline queries have a lane each, because Telegram waits seconds for those
 * and they must not queue behind a slow button.
 */
export function toStoredUpdate(raw: unknown): StoredUpdate | undefined {
  const update = updateSchema.safeParse(raw).data;
  return update && { updateId: update.update_id, lane: laneOf(update), payload: raw };
}

function laneOf(update: z.infer<typeof updateSchema>): string {
  const id = update.update_id;
  const isUrgent =
    update.pre_checkout_query !== undefined ||
    update.inline_query !== undefined ||
    paymentMessageSchema.safeParse(update.message).success;
  if (isUrgent) return `${urgentLanePrefix}${id}`;
  for (const part of Object.values(update)) {
    const sender = senderSchema.safeParse(part).data;
    if (sender) return `u:${sender.from.id}`;
  }
  return `x:${id}`;
}

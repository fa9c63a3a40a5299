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

const buyersLanePrefix = "u:";

/**
 * An update as the inbox keeps it; undefined when it is not one. Updates of one person share a lane and are handled in
 * order. Each payment has a lane of its own, because Telegram waits only seconds for those and they must not queue behind
 * a slow button. A person's inline queries share a second lane, for the same reason.
 */
export function toStoredUpdate(raw: unknown): StoredUpdate | undefined {
  const update = updateSchema.safeParse(raw).data;
  return update && { updateId: update.update_id, lane: laneOf(update), payload: raw };
}

/** The id by which an update is confirmed; undefined when it is no update. */
export function updateIdOf(raw: unknown): number | undefined {
  return updateSchema.safeParse(raw).data?.update_id;
}

function laneOf(update: z.infer<typeof updateSchema>): string {
  const id = update.update_id;
  const isUrgent =
    update.pre_checkout_query !== undefined ||
    (update.message !== undefined && paymentMessageSchema.safeParse(update.message).success);
  if (isUrgent) return `${urgentLanePrefix}${id}`;
  const prefix = update.inline_query === undefined ? buyersLanePrefix : "q:";
  for (const part of Object.values(update)) {
    if (typeof part !== "object") continue;
    const sender = senderSchema.safeParse(part).data;
    if (sender) return `${prefix}${sender.from.id}`;
  }
  return `x:${id}`;
}

/** The private chat of the person whose buttons and messages this lane holds; undefined for other lanes. */
export function chatOfLane(lane: string): number | undefined {
  return lane.startsWith(buyersLanePrefix) ? Number(lane.slice(buyersLanePrefix.length)) : undefined;
}

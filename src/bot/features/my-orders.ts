import { addMs } from "../../core/clock.ts";
import type { OrdersQuery, OrderView } from "../../orders/orders.ts";
import type { BotDeps } from "../bot-deps.ts";
import { type Card, messageOptions } from "../cards/card.ts";
import { ordersCard, receiptCard } from "../cards/history.ts";
import { noticeCard } from "../cards/home.ts";
import { nameOrder, nameOrderCard, orderCard } from "../cards/order.ts";
import type { Screens, ShopContext } from "../context.ts";
import { removeButtons, removeMessage, say } from "../navigation.ts";
import { isGone, isNotModified } from "../telegram-errors.ts";
import { createFeature, type Feature, onTap, onTapAnswering } from "./feature.ts";

export interface OrdersFeatureDeps
  extends Pick<BotDeps, "catalog" | "orders" | "wallet" | "config" | "clock"> {
  readonly screens: Screens;
}

/** /orders, an order's card, and its buttons. */
export function createOrdersFeature(deps: OrdersFeatureDeps): Feature {
  const { orders } = deps;
  const feature = createFeature();
  feature.command("orders", (ctx) => showOrders(deps, ctx, { page: 0, isOpenOnly: false }));
  onTap(feature, ["orders"], (ctx, query) => showOrders(deps, ctx, query));
  onTap(feature, ["receipt"], (ctx, { orderId, page }) => showReceipt(deps, ctx, orderId, page));
  onTap(feature, ["order"], (ctx, { orderId }) => deps.screens.order(ctx, orderId));
  onTapAnswering(feature, ["cancel"], async (ctx, { orderId }) => {
    const { toasts, errors } = ctx.texts;
    const result = await orders.cancel(orderId, ctx.buyer.id);
    if (result.kind === "refused") await ctx.answerTap(errors[result.code]);
    else await ctx.answerTap(result.kind === "queued" ? toasts.cancelQueued : toasts.cancelRequested);
  });
  onTapAnswering(feature, ["swap"], async (ctx, { orderId }) => {
    const { toasts, errors } = ctx.texts;
    const result = await orders.swap(orderId, ctx.buyer.id);
    if (result.kind === "refused") await ctx.answerTap(errors[result.code]);
    else await ctx.answerTap(result.kind === "queued" ? toasts.swapQueued : toasts.swapRequested);
  });
  onTapAnswering(feature, ["keepWaiting"], async (ctx, { orderId }) => {
    const result = await orders.keepWaiting(orderId, ctx.buyer.id);
    const { toasts, errors } = ctx.texts;
    await ctx.answerTap(result.kind === "done" ? toasts.keepsWaiting : errors[result.code]);
  });
  // Asking for another code asks the provider, which can take longer than a tap may stay unanswered.
  onTapAnswering(feature, ["another"], async (ctx, { orderId }) => {
    await ctx.answerTap(ctx.texts.toasts.askingAnother);
    const result = await orders.another(orderId, ctx.buyer.id);
    if (result.kind === "refused") await say(ctx, noticeCard(ctx.texts, ctx.texts.errors[result.code]));
  });
  onTapAnswering(feature, ["finish"], async (ctx, { orderId }) => {
    const result = await orders.finish(orderId, ctx.buyer.id);
    await ctx.answerTap(result.kind === "done" ? ctx.texts.toasts.finished : ctx.texts.errors[result.code]);
  });
  onTap(feature, ["dismiss"], (ctx) => removeButtons(ctx));
  return feature;
}

async function showOrders(deps: OrdersFeatureDeps, ctx: ShopContext, query: OrdersQuery): Promise<void> {
  const { language, id } = ctx.buyer;
  const list = await deps.orders.list(id, query);
  const named = await Promise.all(list.items.map((order) => nameOrder(deps.catalog, order, language)));
  await deps.screens.show(ctx, ordersCard(ctx.texts, list, named));
}

/** The receipt of an ended order. Of one that has not ended (a forged button), its card. */
async function showReceipt(
  deps: OrdersFeatureDeps,
  ctx: ShopContext,
  orderId: string,
  page: number,
): Promise<void> {
  const order = await deps.orders.find(orderId, ctx.buyer.id);
  if (!order) return await deps.screens.show(ctx, noticeCard(ctx.texts, ctx.texts.errors.order_not_found));
  if (order.closedAt === null) return await deps.screens.order(ctx, orderId);
  const movements = await deps.wallet.ofOrder(orderId);
  const isMasked = isNumberMasked(deps, order);
  const named = await nameOrder(deps.catalog, order, ctx.buyer.language);
  await deps.screens.show(ctx, receiptCard(ctx.texts, named, { movements, page, isMasked }));
}

const HOUR_MS = 3_600_000;

/** The whole number is shown for as long as codes are kept: afterwards nobody needs it who looks over a shoulder. */
export function isNumberMasked(
  { config, clock }: Pick<BotDeps, "config" | "clock">,
  { closedAt }: OrderView,
): boolean {
  return closedAt !== null && addMs(closedAt, config.smsRetentionHours * HOUR_MS) <= clock.now();
}

/** Sends the order's card as a new message and deletes the old one, so that an order has one card. */
export async function reopenOrder(
  deps: Pick<BotDeps, "catalog" | "orders" | "clock">,
  ctx: ShopContext,
  orderId: string,
): Promise<void> {
  const { orders, catalog, clock } = deps;
  const { id: buyerId, language } = ctx.buyer;
  const order = await orders.find(orderId, buyerId);
  if (!order) {
    await say(ctx, noticeCard(ctx.texts, ctx.texts.errors.order_not_found));
    return;
  }
  const cardOf = async (view: OrderView): Promise<Card> =>
    orderCard(ctx.texts, await nameOrderCard(catalog, view, language), clock.now());
  const sent = await say(ctx, await cardOf(order));
  await orders.moveCard(orderId, sent.chat.id, sent.message_id);
  // What happened between the reading and the moving was shown on the old message only.
  const now = await orders.find(orderId, buyerId);
  if (now && now.version !== order.version) {
    const card = await cardOf(now);
    try {
      await ctx.api.editMessageText(sent.chat.id, sent.message_id, card.text, messageOptions(card));
    } catch (error) {
      // The change does not show, or the buyer took the card away at once.
      if (!isNotModified(error) && !isGone(error)) throw error;
    }
  }
  if (order.cardMessageId !== null) await removeMessage(ctx, order.cardMessageId);
}

import type { OrderView } from "../../orders/orders.ts";
import type { BotDeps } from "../bot-deps.ts";
import { type Card, messageOptions } from "../cards/card.ts";
import { noticeCard } from "../cards/home.ts";
import { type NamedOrder, nameOrder, nameOrderCard, orderCard, ordersCard } from "../cards/order.ts";
import type { Screens, ShopContext } from "../context.ts";
import { removeButtons, removeMessage, say } from "../navigation.ts";
import { isGone, isNotModified } from "../telegram-errors.ts";
import { createFeature, type Feature, onTap, onTapAnswering } from "./feature.ts";

export interface OrdersFeatureDeps extends Pick<BotDeps, "catalog" | "orders"> {
  readonly screens: Screens;
}

/** /orders, an order's card, and its buttons. */
export function createOrdersFeature(deps: OrdersFeatureDeps): Feature {
  const { orders } = deps;
  const feature = createFeature();
  feature.command("orders", (ctx) => showOrders(deps, ctx, 0));
  onTap(feature, ["orders"], (ctx, { page }) => showOrders(deps, ctx, page));
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

async function showOrders(deps: OrdersFeatureDeps, ctx: ShopContext, page: number): Promise<void> {
  const { language, id } = ctx.buyer;
  const list = await deps.orders.list(id, page);
  const named = (views: readonly OrderView[]): Promise<NamedOrder[]> =>
    Promise.all(views.map((view) => nameOrder(deps.catalog, view, language)));
  const [open, past] = await Promise.all([named(list.open), named(list.past)]);
  await deps.screens.show(ctx, ordersCard(ctx.texts, list, { open, past }));
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

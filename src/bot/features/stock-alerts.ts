import type { BotDeps } from "../bot-deps.ts";
import { createFeature, type Feature, onTapAnswering } from "./feature.ts";

/** "Tell me when it's back", on the cards of what is sold out. */
export function createStockAlertsFeature({ stockAlerts }: Pick<BotDeps, "stockAlerts">): Feature {
  const feature = createFeature();
  onTapAnswering(feature, ["tellWhenBack"], async (ctx, { serviceId, countryId }) => {
    const chatId = ctx.chat?.id;
    if (chatId === undefined) return;
    const isAdded = await stockAlerts.add({ buyerId: ctx.buyer.id, chatId, serviceId, countryId });
    await ctx.answerTap(isAdded ? ctx.texts.toasts.alertAdded : ctx.texts.errors.too_many_alerts);
  });
  return feature;
}

import type { BotDeps } from "../bot-deps.ts";
import { createFeature, type Feature, onTapAnswering } from "./feature.ts";

/** "Tell me when it's back", on the cards of what is sold out. */
export function createStockAlertsFeature({ stockAlerts }: Pick<BotDeps, "stockAlerts">): Feature {
  const feature = createFeature();
  onTapAnswering(feature, ["tellWhenBack"], async (ctx, { serviceId, countryId }) => {
    const chatId = ctx.chat?.id;
    if (chatId === undefined) return;
    const { toasts, errors } = ctx.texts;
    const result = await stockAlerts.add({ buyerId: ctx.buyer.id, chatId, serviceId, countryId });
    const refusal = result === "too_many" ? errors.too_many_alerts : errors.not_on_sale;
    await ctx.answerTap(result === "added" ? toasts.alertAdded : refusal);
  });
  return feature;
}

import type { BotDeps } from "../bot-deps.ts";
import { removeButtons } from "../navigation.ts";
import { createFeature, type Feature, onTapAnswering } from "./feature.ts";

/** The tap that pays for an SMS that came after the order's money was released; the outbox then shows the SMS. */
export function createLateSms({ orders }: Pick<BotDeps, "orders">): Feature {
  const feature = createFeature();
  onTapAnswering(feature, ["payLate"], async (ctx, { orderId }) => {
    const result = await orders.payLate(orderId, ctx.buyer.id);
    await ctx.answerTap(result.kind === "refused" ? ctx.texts.errors[result.code] : undefined);
    if (result.kind === "done") await removeButtons(ctx);
  });
  return feature;
}

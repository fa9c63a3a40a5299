import type { BotDeps } from "../bot-deps.ts";
import { createFeature, type Feature, onTapAnswering } from "./feature.ts";

/** "No more news", under what an operator sent to many. */
export function createNews({ buyers }: Pick<BotDeps, "buyers">): Feature {
  const feature = createFeature();
  onTapAnswering(feature, ["noNews"], async (ctx) => {
    await buyers.setWantsNews(ctx.buyer.id, false);
    ctx.buyer = { ...ctx.buyer, wantsNews: false };
    await ctx.answerTap(ctx.texts.toasts.newsOff);
  });
  return feature;
}

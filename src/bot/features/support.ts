import { escapeHtml } from "../../texts/html.ts";
import type { BotDeps } from "../bot-deps.ts";
import { noticeCard } from "../cards/home.ts";
import { askCard } from "../cards/money.ts";
import type { Screens, ShopContext } from "../context.ts";
import { removeButtons, say } from "../navigation.ts";
import { repliedText } from "../typed-text.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";
import { enterQuestion, questionIds } from "./pay.ts";

export interface SupportDeps extends Pick<BotDeps, "topups" | "config"> {
  readonly screens: Screens;
  readonly search: (ctx: ShopContext, text: string) => Promise<void>;
}

/**
 * /paysupport: what is typed next goes to the shop once the buyer has tapped "Send to the shop". The question replies to
 * the buyer's own message, so the tap brings the text along and nothing is kept in between.
 */
export function createSupport(deps: SupportDeps): Feature {
  const feature = createFeature();
  feature.command("paysupport", (ctx) => ask(deps, ctx));
  onTap(feature, ["support"], (ctx) => ask(deps, ctx));
  onTap(feature, ["leaveQuestion"], async (ctx) => {
    await ctx.conversation.exitAll();
    await deps.screens.home(ctx);
  });
  onTap(feature, ["sendToShop"], async (ctx) => {
    const text = repliedText(ctx);
    await removeButtons(ctx);
    if (text === "") return await ask(deps, ctx);
    await ctx.conversation.exitAll();
    await deps.topups.openDispute({ buyerId: ctx.buyer.id, text });
    await say(ctx, noticeCard(ctx.texts, ctx.texts.messages.disputeThanks));
  });
  onTap(feature, ["searchThis"], async (ctx) => {
    const text = repliedText(ctx);
    await removeButtons(ctx);
    await ctx.conversation.exitAll();
    if (text === "") await deps.screens.home(ctx);
    else await deps.search(ctx, text);
  });
  return feature;
}

async function ask({ config }: SupportDeps, ctx: ShopContext): Promise<void> {
  const contact = config.supportContact === null ? null : escapeHtml(config.supportContact);
  await say(ctx, askCard(ctx.texts, ctx.texts.messages.paysupport({ contact }), { kind: "leaveQuestion" }));
  await enterQuestion(ctx, questionIds.dispute, "");
}

import { escapeHtml, type Html } from "../../texts/html.ts";
import type { BotDeps } from "../bot-deps.ts";
import { lines } from "../cards/card.ts";
import { forgetCard, noticeCard, privacyCard } from "../cards/home.ts";
import { forgetMenu } from "../command-menu.ts";
import type { Screens, ShopContext } from "../context.ts";
import { removeButtons, say } from "../navigation.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";

export interface LegalDeps extends Pick<BotDeps, "wallet" | "buyers" | "referral" | "config" | "logger"> {
  readonly screens: Screens;
}

/** /terms, /privacy and delete-my-data, which asks twice. */
export function createLegal(deps: LegalDeps): Feature {
  const { config } = deps;
  const contactOf = (): Html | null =>
    config.supportContact === null ? null : escapeHtml(config.supportContact);
  const feature = createFeature();
  feature.command("terms", async (ctx) => {
    const text = ctx.texts.messages.terms({ version: config.termsVersion, contact: contactOf() });
    await say(ctx, noticeCard(ctx.texts, text));
  });
  feature.command("privacy", async (ctx) => {
    const { messages } = ctx.texts;
    const text = lines(
      messages.privacy({ hours: config.smsRetentionHours, contact: contactOf() }),
      deps.referral !== null && messages.privacyReferral,
    );
    await deps.screens.show(ctx, privacyCard(ctx.texts, text));
  });
  onTap(feature, ["forgetAsk"], (ctx) => deps.screens.askForget(ctx, "ask"));
  onTap(feature, ["forgetSure"], (ctx) => deps.screens.askForget(ctx, "sure"));
  onTap(feature, ["forgetNow"], (ctx) => forget(deps, ctx));
  onTap(feature, ["keep"], (ctx) => deps.screens.show(ctx, noticeCard(ctx.texts, ctx.texts.messages.kept)));
  return feature;
}

export async function askForget(
  deps: Pick<BotDeps, "wallet"> & Pick<Screens, "show">,
  ctx: ShopContext,
  step: "ask" | "sure",
): Promise<void> {
  const { availableMicros } = await deps.wallet.balance(ctx.buyer.id);
  await deps.show(ctx, forgetCard(ctx.texts, step, availableMicros));
}

async function forget(deps: LegalDeps, ctx: ShopContext): Promise<void> {
  await ctx.conversation.exitAll();
  const outcome = await deps.buyers.forget(ctx.buyer.id);
  const { messages, errors } = ctx.texts;
  if (outcome === "open_orders")
    return await deps.screens.show(ctx, noticeCard(ctx.texts, messages.forgetOpenOrders));
  // The person is no longer stored, so there is nowhere to remember a navigation card: the farewell is a plain message.
  await removeButtons(ctx);
  const farewell = lines(messages.forgotten, ctx.buyer.bannedAt !== null && errors.buyer_banned);
  await ctx.reply(farewell, { parse_mode: "HTML" });
  await forgetMenu(ctx, deps.logger);
}

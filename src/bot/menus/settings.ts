import { Menu } from "@grammyjs/menu";
import { languages, textsFor } from "../../texts/index.ts";
import type { BotDeps } from "../bot-deps.ts";
import { showMenuInOwnLanguage } from "../command-menu.ts";
import type { ShopContext } from "../context.ts";

export const settingsMenuId = "settings";

const COLUMNS = 2;

export function settingsText(ctx: ShopContext): string {
  const { messages } = ctx.texts;
  const { settings, settingsSound, settingsQuickBuy, settingsNews } = messages;
  return [settings, settingsSound, settingsQuickBuy, settingsNews].join("\n");
}

/** Language, sound of progress news, news of the shop, and delete-my-data. The choices are kept in the database, not in the menu. */
export function createSettingsMenu(deps: Pick<BotDeps, "buyers" | "logger">): Menu<ShopContext> {
  const menu = new Menu<ShopContext>(settingsMenuId, {
    autoAnswer: false,
    onMenuOutdated: async (ctx) => {
      await ctx.answerTap(ctx.texts.toasts.stale);
      await ctx.screens.settings(ctx);
    },
  });
  for (const [index, { language, name }] of languages.entries()) {
    const label = (ctx: ShopContext): string => (ctx.buyer.language === language ? `✓ ${name}` : name);
    menu.text(label, async (ctx) => {
      await ctx.answerTap();
      await deps.buyers.setLanguage(ctx.buyer.id, language);
      ctx.buyer = { ...ctx.buyer, language };
      ctx.texts = textsFor(language);
      await ctx.screens.settings(ctx);
      await showMenuInOwnLanguage(ctx, deps.logger);
    });
    if ((index + 1) % COLUMNS === 0 || index === languages.length - 1) menu.row();
  }
  menu
    .text(
      (ctx) => ctx.texts.labels.progressSound(ctx.buyer.notifyEdits),
      async (ctx) => {
        await ctx.answerTap();
        const isOn = !ctx.buyer.notifyEdits;
        await deps.buyers.setNotifyEdits(ctx.buyer.id, isOn);
        ctx.buyer = { ...ctx.buyer, notifyEdits: isOn };
        await ctx.screens.settings(ctx);
      },
    )
    .row()
    .text(
      (ctx) => ctx.texts.labels.quickBuy(ctx.buyer.quickBuy),
      async (ctx) => {
        await ctx.answerTap();
        const quickBuy = !ctx.buyer.quickBuy;
        await deps.buyers.setQuickBuy(ctx.buyer.id, quickBuy);
        ctx.buyer = { ...ctx.buyer, quickBuy };
        await ctx.screens.settings(ctx);
      },
    )
    .row()
    .text(
      (ctx) => ctx.texts.labels.news(ctx.buyer.wantsNews),
      async (ctx) => {
        await ctx.answerTap();
        const wantsNews = !ctx.buyer.wantsNews;
        await deps.buyers.setWantsNews(ctx.buyer.id, wantsNews);
        ctx.buyer = { ...ctx.buyer, wantsNews };
        await ctx.screens.settings(ctx);
      },
    )
    .row()
    .text(
      (ctx) => ctx.texts.labels.deleteMyData,
      (ctx) => ctx.screens.askForget(ctx, "ask"),
    )
    .danger()
    .text(
      (ctx) => ctx.texts.labels.home,
      (ctx) => ctx.screens.home(ctx),
    );
  return menu;
}

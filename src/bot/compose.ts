import { Composer } from "grammy";
import type { BotDeps } from "./bot-deps.ts";
import { productName } from "./cards/card.ts";
import type { ShopContext } from "./context.ts";
import { createBalanceFeature } from "./features/balance.ts";
import { createBrowse } from "./features/browse.ts";
import { createFeature, onTap } from "./features/feature.ts";
import { createHome, createShowHome } from "./features/home.ts";
import { createLateSms } from "./features/late-sms.ts";
import { askForget, createLegal } from "./features/legal.ts";
import { createOrdersFeature, reopenOrder } from "./features/my-orders.ts";
import { createOperators } from "./features/operators.ts";
import { createPay } from "./features/pay.ts";
import { createPurchase, type Product, type PurchaseDeps, showConfirm } from "./features/purchase.ts";
import { createLeave, createQuestions, keepConversations } from "./features/questions.ts";
import { createUnhandled } from "./features/unhandled.ts";
import { createSettingsMenu, settingsText } from "./menus/settings.ts";
import { createTopupMenu, topupText } from "./menus/topup.ts";
import { meetBuyer, stopBanned } from "./middleware/buyer.ts";
import { onlyWellFormedMenus } from "./middleware/menu-guard.ts";
import { readAndAnswerTaps } from "./middleware/read-and-answer-taps.ts";
import { createNavigation } from "./navigation.ts";
import { noTopupState, type TopupState } from "./topup-state.ts";

/**
 * The features in the order in which they see an update: who it is, what they were asked, menus, commands and
 * buttons, and at the end what nobody wanted.
 */
export function compose(deps: BotDeps): Composer<ShopContext> {
  const { catalog, wallet } = deps;
  const navigation = createNavigation(deps.buyers);
  const show = navigation.show;
  const pay = createPay(deps);
  const showHome = createShowHome({ ...deps, show });

  const menuText = async (ctx: ShopContext, state: TopupState): Promise<string> => {
    const { availableMicros } = await wallet.balance(ctx.buyer.id);
    return topupText(ctx, availableMicros, await productOf(catalog, ctx, state.resume));
  };
  const topupMenu = createTopupMenu({
    ...deps,
    pay,
    goHome: showHome,
    open: (ctx, state) => openTopup(ctx, state),
  });
  const settingsMenu = createSettingsMenu(deps, {
    settings: (ctx) => openSettings(ctx),
    home: showHome,
    forget: (ctx) => askForget({ wallet, show }, ctx, "ask"),
  });
  const openTopup = async (ctx: ShopContext, state: TopupState): Promise<void> => {
    const [first = "stars"] = deps.topups.gateways;
    const gateway = deps.topups.gateways.includes(state.gateway) ? state.gateway : first;
    ctx.topup = { ...state, gateway };
    await navigation.showMenu(ctx, await menuText(ctx, ctx.topup), topupMenu);
  };
  const openSettings = (ctx: ShopContext): Promise<void> =>
    navigation.showMenu(ctx, settingsText(ctx), settingsMenu);
  const answerStale = async (ctx: ShopContext): Promise<void> => {
    await ctx.answerTap(ctx.texts.toasts.stale);
    await showHome(ctx);
  };
  const showTopup = (ctx: ShopContext): Promise<void> => openTopup(ctx, noTopupState);

  const purchaseDeps: PurchaseDeps = {
    ...deps,
    show,
    pay,
    reopenOrder: (ctx, orderId) => reopenOrder({ ...deps, show }, ctx, orderId),
    showTopupFor: (ctx, { serviceId, countryId }, stars) =>
      openTopup(ctx, { gateway: "stars", stars, resume: { serviceId, countryId } }),
  };
  const confirm = (ctx: ShopContext, product: Product): Promise<void> =>
    showConfirm(purchaseDeps, ctx, product);
  const browse = createBrowse({ ...deps, show, showConfirm: confirm });

  const composer = new Composer<ShopContext>();
  composer.use(readAndAnswerTaps(deps.logger), meetBuyer(deps.buyers));
  composer.use(keepConversations(deps.conversationStates), createQuestions(deps, pay), stopBanned());
  composer.use(onlyWellFormedMenus(answerStale), settingsMenu, topupMenu);
  // A forwarded command is somebody else's text: it must not act for the one who forwards it.
  const own = composer.filter((ctx) => ctx.message?.forward_origin === undefined);
  own.use(
    createHome({ ...deps, show, showConfirm: confirm, showTopup }, showHome),
    browse.feature,
    createPurchase(purchaseDeps),
    createOrdersFeature({ ...deps, show }),
    createLateSms(deps),
    createBalanceFeature({ ...deps, show }),
    openers(showTopup, openSettings),
    createLeave(showTopup),
    createLegal({ ...deps, show }),
    createOperators(deps),
  );
  composer.use(createUnhandled({ show, answerStale, search: browse.search }));
  return composer;
}

/** The ways into the two menus of the menu plugin. */
function openers(
  showTopup: (ctx: ShopContext) => Promise<void>,
  openSettings: (ctx: ShopContext) => Promise<void>,
) {
  const feature = createFeature();
  feature.command("topup", showTopup);
  feature.command("settings", openSettings);
  onTap(feature, ["topup"], showTopup);
  onTap(feature, ["settings"], openSettings);
  return feature;
}

async function productOf(catalog: BotDeps["catalog"], ctx: ShopContext, product: Product | null) {
  const service = product === null ? undefined : await catalog.service(product.serviceId);
  if (!service || product === null) return null;
  return productName(service, catalog.country(product.countryId, ctx.buyer.language));
}

import type { BotDeps } from "./bot-deps.ts";
import { productName } from "./cards/card.ts";
import type { Product, Screens, ShopContext } from "./context.ts";
import { showHome } from "./features/home.ts";
import { askForget } from "./features/legal.ts";
import { reopenOrder } from "./features/my-orders.ts";
import { resumeOf } from "./features/pay.ts";
import { showConfirm } from "./features/purchase.ts";
import type { InPlace } from "./in-place.ts";
import type { Menus } from "./menus/menus.ts";
import { settingsText } from "./menus/settings.ts";
import { topupText } from "./menus/topup.ts";
import { createNavigation } from "./navigation.ts";
import { noTopupState, type TopupState } from "./topup-state.ts";

/** Makes every shared screen from the services and the two menus. */
export function createScreens(deps: BotDeps, menus: Menus, inPlace: InPlace): Screens {
  const navigation = createNavigation(deps.buyers);
  const { show } = navigation;
  const home: Screens["home"] = (ctx) => showHome({ ...deps, show }, ctx, false);
  const showLive: Screens["showLive"] = async (ctx, render) => {
    const { card, isComplete } = await render();
    await show(ctx, card);
    if (!isComplete) inPlace.complete(ctx, card, render);
  };
  return {
    show,
    showLive,
    home,
    welcome: (ctx) => showHome({ ...deps, show }, ctx, true),
    confirm: (ctx, product, note) => showConfirm({ ...deps, show, showLive }, ctx, product, note ?? null),
    order: (ctx, orderId) => reopenOrder(deps, ctx, orderId),
    async topup(ctx, state = noTopupState) {
      ctx.topup = withGatewayInUse(deps, state);
      const { availableMicros } = await deps.wallet.balance(ctx.buyer.id);
      const text = topupText(
        ctx,
        availableMicros,
        await nameOf(deps, ctx, await resumeOf(deps, ctx, state.quoteId)),
      );
      await navigation.showMenu(ctx, text, menus.topup);
    },
    settings: (ctx) => navigation.showMenu(ctx, settingsText(ctx), menus.settings),
    askForget: (ctx, step) => askForget({ ...deps, show }, ctx, step),
    async stale(ctx) {
      await ctx.answerTap(ctx.texts.toasts.stale);
      await home(ctx);
    },
  };
}

/** An old button may name a way to pay that the operator has switched off since. */
function withGatewayInUse({ topups }: Pick<BotDeps, "topups">, state: TopupState): TopupState {
  const [first = "stars"] = topups.gateways;
  return topups.gateways.includes(state.gateway) ? state : { ...state, gateway: first };
}

async function nameOf({ catalog }: Pick<BotDeps, "catalog">, ctx: ShopContext, product: Product | null) {
  const service = product === null ? undefined : await catalog.service(product.serviceId);
  if (!service || product === null) return null;
  return productName(service, catalog.country(product.countryId, ctx.buyer.language));
}

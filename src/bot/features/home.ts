import type { BotDeps } from "../bot-deps.ts";
import { helpCard, homeCard } from "../cards/home.ts";
import type { ShopContext } from "../context.ts";
import { parseDeepLink } from "../deep-link.ts";
import type { Show } from "../navigation.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";

export interface HomeDeps extends Pick<BotDeps, "wallet" | "orders"> {
  readonly show: Show;
  readonly showConfirm: (
    ctx: ShopContext,
    product: { serviceId: string; countryId: string },
  ) => Promise<void>;
  readonly showTopup: (ctx: ShopContext) => Promise<void>;
}

export type ShowHome = (ctx: ShopContext, isGreeting?: boolean) => Promise<void>;

export function createShowHome(deps: Pick<HomeDeps, "wallet" | "orders" | "show">): ShowHome {
  return async (ctx, isGreeting = false) => {
    const [balance, orders] = await Promise.all([
      deps.wallet.balance(ctx.buyer.id),
      deps.orders.list(ctx.buyer.id, 0),
    ]);
    const view = { availableMicros: balance.availableMicros, openOrders: orders.open.length };
    await deps.show(ctx, homeCard(ctx.texts, view, isGreeting));
  };
}

/** /start with its deep links, /help, and the way home. */
export function createHome(deps: HomeDeps, showHome: ShowHome): Feature {
  const feature = createFeature();
  feature.command("start", async (ctx) => {
    const link = parseDeepLink(ctx.match);
    if (link?.kind === "buy") await deps.showConfirm(ctx, link);
    else if (link?.kind === "topup") await deps.showTopup(ctx);
    else await showHome(ctx, true);
  });
  feature.command("help", (ctx) => deps.show(ctx, helpCard(ctx.texts)));
  onTap(feature, ["home"], (ctx) => showHome(ctx));
  onTap(feature, ["help"], (ctx) => deps.show(ctx, helpCard(ctx.texts)));
  return feature;
}

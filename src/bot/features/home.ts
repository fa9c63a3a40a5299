import { escapeHtml } from "../../texts/html.ts";
import type { BotDeps } from "../bot-deps.ts";
import { helpCard, homeCard } from "../cards/home.ts";
import type { Product, Screens, ShopContext } from "../context.ts";
import { parseProductLink } from "../product-link.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";

const PICKED = /^\/(b_[A-Za-z0-9_-]{1,26})$/;

/** /start with its deep links, /help, and the way home. */
export function createHome(screens: Screens): Feature {
  const feature = createFeature();
  feature.command("start", async (ctx) => {
    const link = parseDeepLink(ctx.match);
    if (link?.kind === "buy") await screens.confirm(ctx, link, introductionFor(ctx));
    else if (link?.kind === "topup") await screens.topup(ctx);
    else await screens.welcome(ctx);
  });
  // Picked below the message field (features/inline.ts).
  feature.hears(PICKED, async (ctx, next) => {
    const product = parseProductLink(ctx.match[1] ?? "");
    if (product) await screens.confirm(ctx, product, introductionFor(ctx));
    else await next();
  });
  feature.command("help", (ctx) => screens.show(ctx, helpCard(ctx.texts)));
  onTap(feature, ["home"], (ctx) => screens.home(ctx));
  onTap(feature, ["help"], (ctx) => screens.show(ctx, helpCard(ctx.texts)));
  return feature;
}

/** Who has never bought here learns above the card what this shop is. */
function introductionFor(ctx: ShopContext): string | undefined {
  return ctx.buyer.termsVersion === null ? escapeHtml(ctx.texts.shortDescription) : undefined;
}

export async function showHome(
  deps: Pick<BotDeps, "wallet" | "orders"> & Pick<Screens, "show">,
  ctx: ShopContext,
  isGreeting: boolean,
): Promise<void> {
  const [balance, orders] = await Promise.all([
    deps.wallet.balance(ctx.buyer.id),
    deps.orders.list(ctx.buyer.id, 0),
  ]);
  const view = { availableMicros: balance.availableMicros, openOrders: orders.open.length };
  await deps.show(ctx, homeCard(ctx.texts, view, isGreeting));
}

export type DeepLink = ({ readonly kind: "buy" } & Product) | { readonly kind: "topup" };

/** Reads the payload of `t.me/<bot>?start=…`: a product (see product-link.ts) or `topup`. Undefined for anything else. */
export function parseDeepLink(payload: string): DeepLink | undefined {
  if (payload === "topup") return { kind: "topup" };
  const product = parseProductLink(payload);
  return product && { kind: "buy", ...product };
}

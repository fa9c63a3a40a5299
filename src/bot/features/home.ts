import { escapeHtml } from "../../texts/html.ts";
import type { BotDeps } from "../bot-deps.ts";
import { helpCard, homeCard } from "../cards/home.ts";
import type { Product, Screens, ShopContext } from "../context.ts";
import { parseProductLink } from "../product-link.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";
import { type PromoDeps, redeemCode } from "./promo.ts";

export interface HomeDeps extends Pick<BotDeps, "referral">, PromoDeps {
  readonly screens: Screens;
}
const PICKED = /^\/(b_[A-Za-z0-9_-]{1,26})$/;

/** /start with its deep links, /help, and the way home. */
export function createHome(deps: HomeDeps): Feature {
  const { screens, referral } = deps;
  const feature = createFeature();
  feature.command("start", async (ctx) => {
    const link = parseDeepLink(ctx.match);
    if (link?.kind === "buy") await screens.confirm(ctx, link, introductionFor(ctx));
    else if (link?.kind === "topup") await screens.topup(ctx);
    else {
      if (link?.kind === "invitation") await noteInvitation(referral, ctx, link.code);
      await screens.welcome(ctx);
      if (link?.kind === "promo") await redeemCode(deps, ctx, link.code);
    }
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

/** The person sees nothing of it: they came to the shop, and only the one who invited them gets something. */
async function noteInvitation(referral: HomeDeps["referral"], ctx: ShopContext, code: string): Promise<void> {
  const { id: buyerId, telegramId } = ctx.buyer;
  if (telegramId !== null) await referral?.arrived({ buyerId, telegramId, code });
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
  const [balance, openOrders] = await Promise.all([
    deps.wallet.balance(ctx.buyer.id),
    deps.orders.countOpen(ctx.buyer.id),
  ]);
  const view = { availableMicros: balance.availableMicros, openOrders };
  await deps.show(ctx, homeCard(ctx.texts, view, isGreeting));
}

export type DeepLink =
  | ({ readonly kind: "buy" } & Product)
  | { readonly kind: "topup" }
  | { readonly kind: "invitation"; readonly code: string }
  | { readonly kind: "promo"; readonly code: string };

const INVITATION = /^r_([A-Za-z0-9_-]{12})$/;
const PROMO = /^p_([A-Za-z0-9_-]{1,62})$/;

/**
 * Reads the payload of `t.me/<bot>?start=…`: a product (see product-link.ts), `topup`, `r_…` with the code of who
 * invites, or `p_…` with a promo code or voucher. Undefined for anything else.
 */
export function parseDeepLink(payload: string): DeepLink | undefined {
  if (payload === "topup") return { kind: "topup" };
  const code = INVITATION.exec(payload)?.[1];
  if (code !== undefined) return { kind: "invitation", code };
  const promo = PROMO.exec(payload)?.[1];
  if (promo !== undefined) return { kind: "promo", code: promo };
  const product = parseProductLink(payload);
  return product && { kind: "buy", ...product };
}

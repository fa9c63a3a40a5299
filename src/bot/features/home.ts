import { escapeHtml } from "../../texts/html.ts";
import type { BotDeps } from "../bot-deps.ts";
import { helpCard, homeCard } from "../cards/home.ts";
import type { Screens, ShopContext } from "../context.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";

export interface HomeDeps extends Pick<BotDeps, "referral"> {
  readonly screens: Screens;
}

/** /start with its deep links, /help, and the way home. */
export function createHome({ screens, referral }: HomeDeps): Feature {
  const feature = createFeature();
  feature.command("start", async (ctx) => {
    const link = parseDeepLink(ctx.match);
    if (link?.kind === "buy") await screens.confirm(ctx, link, introductionFor(ctx));
    else if (link?.kind === "topup") await screens.topup(ctx);
    else {
      if (link?.kind === "invitation") await noteInvitation(referral, ctx, link.code);
      await screens.welcome(ctx);
    }
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
  | { readonly kind: "buy"; readonly serviceId: string; readonly countryId: string }
  | { readonly kind: "topup" }
  | { readonly kind: "invitation"; readonly code: string };

const BUY = /^buy_([A-Za-z0-9-]{1,12})_([A-Za-z0-9-]{1,12})$/;

const INVITATION = /^r_([A-Za-z0-9_-]{12})$/;

/**
 * Reads the payload of `t.me/<bot>?start=…`: `buy_wa_gb`, `topup`, or `r_…` with the code of who invites. Telegram allows no "~" there, so ids of things
 * that only one provider knows are written with "-" in its place. Undefined for anything else.
 */
export function parseDeepLink(payload: string): DeepLink | undefined {
  if (payload === "topup") return { kind: "topup" };
  const code = INVITATION.exec(payload)?.[1];
  if (code !== undefined) return { kind: "invitation", code };
  const match = BUY.exec(payload);
  const [service, country] = [match?.[1], match?.[2]];
  if (service === undefined || country === undefined) return undefined;
  const countryId = country.length === 2 ? country.toUpperCase() : country.replace(/^-/, "~");
  return { kind: "buy", serviceId: service.toLowerCase().replace(/^-/, "~"), countryId };
}

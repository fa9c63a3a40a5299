import type { QuoteResult, ServiceItem } from "../../catalog/catalog.ts";
import { assertNever, type ShopErrorCode } from "../../core/errors.ts";
import type { BotDeps } from "../bot-deps.ts";
import type { Card } from "../cards/card.ts";
import { confirmCard, refusedCard, type Shortfall } from "../cards/confirm.ts";
import { noticeCard } from "../cards/home.ts";
import type { Product, Screens, ShopContext } from "../context.ts";
import { createFeature, type Feature, onTap, onTapAnswering } from "./feature.ts";
import { enterQuestion, type Pay, payableUsd, questionIds } from "./pay.ts";

type ConfirmDeps = Pick<BotDeps, "catalog" | "wallet" | "topups" | "config"> &
  Pick<Screens, "show" | "showLive">;

export interface PurchaseDeps extends Pick<BotDeps, "catalog" | "orders" | "wallet" | "topups" | "buyers"> {
  readonly screens: Screens;
  readonly pay: Pay;
}

const MAX_ALTERNATIVES = 3;

/** The confirm card with a fresh quote: what it shows is what will be charged. */
export async function showConfirm(
  deps: ConfirmDeps,
  ctx: ShopContext,
  product: Product,
  note: string | null,
): Promise<void> {
  const { catalog } = deps;
  const { id: buyerId, language } = ctx.buyer;
  const service = await catalog.service(product.serviceId);
  if (!service) return await deps.show(ctx, noticeCard(ctx.texts, ctx.texts.errors.service_blocked));
  const [result, balance] = await Promise.all([
    catalog.quote({ ...product, buyerId, language }),
    deps.wallet.balance(buyerId),
  ]);
  const draw = async (current: QuoteResult): Promise<Card> => {
    if (current.kind === "refused") return await refusal(deps, ctx, service, product.countryId, current.code);
    const { availableMicros } = balance;
    const shortfall = await shortfallOf(deps, buyerId, current.quote.priceMicros, availableMicros);
    const view = { ...current, service, availableMicros, shortfall, note };
    return confirmCard(ctx.texts, { ...view, termsVersion: termsToAccept(deps, ctx) });
  };
  let first: QuoteResult | undefined = result;
  await deps.showLive(ctx, async () => {
    const current = first ?? (await catalog.quote({ ...product, buyerId, language }));
    first = undefined;
    const isUnread = current.kind === "refused" && current.code === "prices_not_read";
    return { card: await draw(current), isComplete: !isUnread };
  });
}

/** Who owes something has nothing available, so a debt is looked for only where money is short. */
async function shortfallOf(
  deps: ConfirmDeps,
  buyerId: string,
  priceMicros: bigint,
  availableMicros: bigint,
): Promise<Shortfall | null> {
  const { gateways } = deps.topups;
  if (availableMicros >= priceMicros || gateways.length === 0) return null;
  const debtMicros = await deps.wallet.debt(buyerId);
  const missingMicros = priceMicros + debtMicros - availableMicros;
  const pays = gateways.includes("stars")
    ? { stars: deps.topups.starsFor(missingMicros) }
    : { amountMicros: payableUsd(missingMicros) };
  return { missingMicros, debtMicros, pays, hasOtherWays: gateways.length > 1 };
}

function termsToAccept(deps: ConfirmDeps, ctx: ShopContext): number {
  const { termsVersion } = deps.config;
  return (ctx.buyer.termsVersion ?? 0) >= termsVersion ? 0 : termsVersion;
}

/** Why it cannot be had, and what can be had instead. */
async function refusal(
  deps: Pick<ConfirmDeps, "catalog">,
  ctx: ShopContext,
  service: ServiceItem,
  countryId: string,
  code: ShopErrorCode,
): Promise<Card> {
  const { language } = ctx.buyer;
  const isAboutOffers = code === "out_of_stock" || code === "providers_unavailable" || code === "not_on_sale";
  if (code === "service_blocked") return noticeCard(ctx.texts, ctx.texts.errors[code]);
  const alternatives = isAboutOffers
    ? await deps.catalog.alternatives({ serviceId: service.id, countryId, language, limit: MAX_ALTERNATIVES })
    : [];
  const country = deps.catalog.country(countryId, language);
  const reason = ctx.texts.errors[code];
  const canRetry = code !== "out_of_stock" && code !== "not_on_sale";
  return refusedCard(ctx.texts, { service, country, reason, alternatives, canRetry });
}

/** From the confirm card to the order: get, save, pay what is missing. */
export function createPurchase(deps: PurchaseDeps): Feature {
  const { screens } = deps;
  const feature = createFeature();
  onTap(feature, ["confirm"], (ctx, product) => screens.confirm(ctx, product));
  onTap(feature, ["get"], (ctx, action) =>
    get(deps, ctx, action, (short) => screens.confirm(ctx, short, ctx.texts.errors.insufficient_funds)),
  );
  // The tap agrees to the price and accepts the terms, as Get does: money that came in meanwhile buys at once.
  onTap(feature, ["payShort"], (ctx, action) =>
    get(deps, ctx, action, (short) => payMissing(deps, ctx, short, action.quoteId)),
  );
  onTap(feature, ["otherWays"], (ctx, action) =>
    get(deps, ctx, action, async ({ missingMicros }) => {
      const { quoteId } = action;
      await screens.topup(ctx, { gateway: "stars", stars: deps.topups.starsFor(missingMicros), quoteId });
    }),
  );
  onTapAnswering(feature, ["save"], async (ctx, { serviceId, countryId, isFavourite }) => {
    await deps.catalog.setFavourite(ctx.buyer.id, serviceId, countryId, isFavourite);
    await ctx.answerTap(isFavourite ? ctx.texts.toasts.saved : ctx.texts.toasts.unsaved);
    await screens.confirm(ctx, { serviceId, countryId });
  });
  return feature;
}

type Short = Extract<Awaited<ReturnType<BotDeps["orders"]["purchase"]>>, { kind: "short" }>;

/** Begins the payment of exactly what is missing; the purchase is made when the money comes. */
async function payMissing(
  deps: PurchaseDeps,
  ctx: ShopContext,
  short: Short,
  quoteId: string,
): Promise<void> {
  const { serviceId, countryId, priceMicros, missingMicros } = short;
  const resume = { serviceId, countryId, priceMicros, quoteId };
  const [first] = deps.topups.gateways;
  const gateway = deps.topups.gateways.includes("stars") ? "stars" : first;
  if (gateway === undefined) return await deps.screens.confirm(ctx, short, ctx.texts.errors.gateway_off);
  if (gateway === "stars") return await deps.pay.stars(ctx, deps.topups.starsFor(missingMicros), resume);
  const proof = await deps.pay.usd(ctx, gateway, payableUsd(missingMicros), resume);
  if (proof.kind === "claim") await enterQuestion(ctx, questionIds.claim, proof.topupId);
}

/** One tap, one order: the quote in the button makes a second tap find the first one's order. */
export async function get(
  deps: PurchaseDeps,
  ctx: ShopContext,
  action: { quoteId: string; termsVersion: number },
  onShort: (short: Short) => Promise<void>,
): Promise<void> {
  const chatId = ctx.chat?.id;
  if (chatId === undefined) return;
  const messageId = ctx.callbackQuery?.message?.message_id ?? null;
  const result = await deps.orders.purchase({
    buyerId: ctx.buyer.id,
    quoteId: action.quoteId,
    chatId,
    cardMessageId: messageId,
    acceptsTermsVersion: action.termsVersion === 0 ? null : action.termsVersion,
  });
  switch (result.kind) {
    case "placed":
      return await keepAsCard(deps, ctx, messageId);
    case "already":
      await keepAsCard(deps, ctx, messageId);
      return await showAgain(deps, ctx, result.orderId, messageId);
    case "short":
      return await onShort(result);
    case "refused":
      return await showPurchaseRefusal(deps, ctx, result);
    default:
      return assertNever(result);
  }
}

/** The message is the order's card from now on: the outbox edits it, and navigation must not delete it. */
async function keepAsCard(deps: PurchaseDeps, ctx: ShopContext, messageId: number | null): Promise<void> {
  if (ctx.buyer.navigationMessageId === messageId) await deps.buyers.setNavigationMessage(ctx.buyer.id, null);
}

/** The same tap again. Where the card is not the tapped message, it comes here. */
async function showAgain(deps: PurchaseDeps, ctx: ShopContext, orderId: string, messageId: number | null) {
  const order = await deps.orders.find(orderId, ctx.buyer.id);
  if (order && order.cardMessageId !== messageId) await deps.screens.order(ctx, orderId);
}

/** Asks again at the new price where the old one no longer holds; explains any other refusal. */
async function showPurchaseRefusal(
  deps: PurchaseDeps,
  ctx: ShopContext,
  refused: { code: ShopErrorCode; serviceId: string | null; countryId: string | null },
): Promise<void> {
  const { code, serviceId, countryId } = refused;
  const reason = ctx.texts.errors[code];
  const service = serviceId === null ? undefined : await deps.catalog.service(serviceId);
  if (!service || countryId === null) return await deps.screens.show(ctx, noticeCard(ctx.texts, reason));
  const isRenewable =
    code === "quote_expired" ||
    code === "quote_used" ||
    code === "price_moved" ||
    code === "terms_not_accepted";
  if (isRenewable) return await deps.screens.confirm(ctx, { serviceId: service.id, countryId }, reason);
  await deps.screens.show(ctx, await refusal(deps, ctx, service, countryId, code));
}

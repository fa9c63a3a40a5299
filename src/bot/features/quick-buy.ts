import { idFrom } from "../../core/ids.ts";
import { noticeCard } from "../cards/home.ts";
import type { Product, ShopContext } from "../context.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";
import { get, type PurchaseDeps } from "./purchase.ts";

/** One tap on something bought before buys it again, for those who switched that on. */
export function createQuickBuy(deps: PurchaseDeps): Feature {
  const feature = createFeature();
  onTap(feature, ["quick"], async (ctx, { orderId }) => {
    const last = await deps.orders.find(orderId, ctx.buyer.id);
    if (!last) return await deps.screens.show(ctx, noticeCard(ctx.texts, ctx.texts.errors.order_not_found));
    const product = { serviceId: last.serviceId, countryId: last.countryId };
    const quoteId = await quickQuote(deps, ctx, { ...product, mostMicros: last.priceMicros });
    if (quoteId === undefined) return await deps.screens.confirm(ctx, product);
    await get(deps, ctx, { quoteId, termsVersion: 0 }, (short) => deps.screens.confirm(ctx, short));
  });
  return feature;
}

/**
 * The quote to buy by; undefined: the confirm card has to ask. It is bought only up to the price that the button names,
 * which is that of the order in the button and so the same whatever was bought since, and only by a tap on the menu: after the first tap that message is the order's card, so a second quick tap asks. The quote's
 * id comes from the tap, so a tap that is handled twice buys once.
 */
async function quickQuote(
  deps: PurchaseDeps,
  ctx: ShopContext,
  { mostMicros, ...product }: Product & { readonly mostMicros: bigint },
): Promise<string | undefined> {
  const { callbackQuery, buyer } = ctx;
  const isOnMenu = callbackQuery?.message?.message_id === buyer.navigationMessageId;
  if (!callbackQuery || !isOnMenu || !buyer.quickBuy) return undefined;
  const id = idFrom(`quick buy ${callbackQuery.id}`);
  const earlier = await deps.catalog.quoted(id, buyer.id);
  const quote = earlier ?? (await quoteOf(deps, ctx, product, id));
  return quote !== undefined && quote.priceMicros <= mostMicros ? id : undefined;
}

async function quoteOf(deps: PurchaseDeps, { buyer }: ShopContext, product: Product, id: string) {
  const result = await deps.catalog.quote({ ...product, id, buyerId: buyer.id, language: buyer.language });
  return result.kind === "quote" ? result.quote : undefined;
}

import { idFrom } from "../../core/ids.ts";
import type { Product, ShopContext } from "../context.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";
import { get, type PurchaseDeps } from "./purchase.ts";

/** One tap on something bought before buys it again, for those who switched that on. */
export function createQuickBuy(deps: PurchaseDeps): Feature {
  const feature = createFeature();
  onTap(feature, ["quick"], async (ctx, { serviceId, countryId }) => {
    const product = { serviceId, countryId };
    const quoteId = await quickQuote(deps, ctx, product);
    if (quoteId === undefined) return await deps.screens.confirm(ctx, product);
    await get(deps, ctx, { quoteId, termsVersion: 0 }, (short) => deps.screens.confirm(ctx, short));
  });
  return feature;
}

/**
 * The quote to buy by; undefined: the confirm card has to ask. It is bought only up to the price that it had last, and
 * only by a tap on the menu: after the first tap that message is the order's card, so a second quick tap asks. The quote's
 * id comes from the tap, so a tap that is handled twice buys once.
 */
async function quickQuote(
  deps: PurchaseDeps,
  ctx: ShopContext,
  product: Product,
): Promise<string | undefined> {
  const { callbackQuery, buyer } = ctx;
  const isOnMenu = callbackQuery?.message?.message_id === buyer.navigationMessageId;
  if (!callbackQuery || !isOnMenu || !buyer.quickBuy) return undefined;
  const id = idFrom(`quick buy ${callbackQuery.id}`);
  const [lastMicros, earlier] = await Promise.all([
    deps.orders.lastPrice(buyer.id, product),
    deps.catalog.quoted(id, buyer.id),
  ]);
  if (lastMicros === undefined) return undefined;
  const quote = earlier ?? (await quoteOf(deps, ctx, product, id));
  return quote !== undefined && quote.priceMicros <= lastMicros ? id : undefined;
}

async function quoteOf(deps: PurchaseDeps, { buyer }: ShopContext, product: Product, id: string) {
  const result = await deps.catalog.quote({ ...product, id, buyerId: buyer.id, language: buyer.language });
  return result.kind === "quote" ? result.quote : undefined;
}

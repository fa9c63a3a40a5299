import type { OrderView } from "../../orders/orders.ts";
import { heldStates, type OrderState } from "../../orders/state.ts";
import type { StatementLine } from "../../wallet/reader.ts";
import type { BotDeps } from "../bot-deps.ts";
import { nameOrder } from "../cards/order.ts";
import { balanceCard, type NamedLine } from "../cards/statement.ts";
import type { Screens, ShopContext } from "../context.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";

const LINES_A_PAGE = 8;

export interface BalanceDeps extends Pick<BotDeps, "wallet" | "orders" | "catalog" | "referral"> {
  readonly screens: Screens;
}

/** /balance with its statement. */
export function createBalanceFeature(deps: BalanceDeps): Feature {
  const feature = createFeature();
  feature.command("balance", (ctx) => showBalance(deps, ctx, 0));
  onTap(feature, ["balance"], (ctx, { page }) => showBalance(deps, ctx, page));
  return feature;
}

async function showBalance(deps: BalanceDeps, ctx: ShopContext, page: number): Promise<void> {
  const { id, language } = ctx.buyer;
  const [balance, debtMicros, statement] = await Promise.all([
    deps.wallet.balance(id),
    deps.wallet.debt(id),
    deps.wallet.statement(id, { limit: LINES_A_PAGE, offset: page * LINES_A_PAGE }),
  ]);
  const pageCount = Math.max(1, Math.ceil(statement.total / LINES_A_PAGE));
  // A page beyond the end (an old button, or a forged one) is the last page.
  if (page >= pageCount) return await showBalance(deps, ctx, pageCount - 1);
  const isHolding = page === 0 && balance.heldMicros > 0n;
  const holding = isHolding ? (await deps.orders.list(id, { page: 0, isOpenOnly: true })).items : [];
  const [open, items] = await Promise.all([
    Promise.all(holding.filter(isHeld).map((order) => nameOrder(deps.catalog, order, language))),
    Promise.all(statement.items.map((line) => nameLine(deps, line, language))),
  ]);
  const view = { items, open, page, pageCount, canInvite: deps.referral !== null };
  await deps.screens.show(ctx, balanceCard(ctx.texts, { ...balance, debtMicros }, view));
}

function isHeld({ state }: OrderView): boolean {
  const held: readonly OrderState[] = heldStates;
  return held.includes(state);
}

/** A service that is gone from the catalogue is shown by its id. */
export async function nameLine(
  { catalog }: Pick<BotDeps, "catalog">,
  line: StatementLine,
  language: string,
): Promise<NamedLine> {
  const { serviceId, countryId } = line;
  if (serviceId === null || countryId === null) return { line, product: null };
  const service = (await catalog.service(serviceId)) ?? { id: serviceId, name: serviceId };
  return { line, product: { service, country: catalog.country(countryId, language) } };
}

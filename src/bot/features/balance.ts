import type { BotDeps } from "../bot-deps.ts";
import { balanceCard } from "../cards/money.ts";
import type { Screens, ShopContext } from "../context.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";

const MOVEMENTS_A_PAGE = 8;

export interface BalanceDeps extends Pick<BotDeps, "wallet"> {
  readonly screens: Screens;
}

/** /balance with its movements. */
export function createBalanceFeature(deps: BalanceDeps): Feature {
  const feature = createFeature();
  feature.command("balance", (ctx) => showBalance(deps, ctx, 0));
  onTap(feature, ["balance"], (ctx, { page }) => showBalance(deps, ctx, page));
  return feature;
}

async function showBalance(deps: BalanceDeps, ctx: ShopContext, page: number): Promise<void> {
  const { id } = ctx.buyer;
  const [balance, debtMicros, movements] = await Promise.all([
    deps.wallet.balance(id),
    deps.wallet.debt(id),
    deps.wallet.movements(id, { limit: MOVEMENTS_A_PAGE, offset: page * MOVEMENTS_A_PAGE }),
  ]);
  const pageCount = Math.max(1, Math.ceil(movements.total / MOVEMENTS_A_PAGE));
  // A page beyond the end (an old button, or a forged one) is the last page.
  if (page >= pageCount) return await showBalance(deps, ctx, pageCount - 1);
  await deps.screens.show(
    ctx,
    balanceCard(ctx.texts, { ...balance, debtMicros }, { items: movements.items, page, pageCount }),
  );
}

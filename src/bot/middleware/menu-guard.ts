import type { MiddlewareFn } from "grammy";
import type { ShopContext } from "../context.ts";
import { settingsMenuId } from "../menus/settings.ts";
import { topupMenuId } from "../menus/topup.ts";

/** id / row / column / payload / h or f and a hash. */
const WELL_FORMED = new RegExp(
  `^(?:${settingsMenuId}|${topupMenuId})/[0-9a-f]{1,2}/[0-9a-f]{1,2}/[^/]*/[hf]`,
);

/**
 * The menu plugin trusts the shape of its own callback data and throws on forged data. Such a tap is answered here,
 * like any other stale one.
 */
export function onlyWellFormedMenus(
  answerStale: (ctx: ShopContext) => Promise<void>,
): MiddlewareFn<ShopContext> {
  return async (ctx, next) => {
    const data = ctx.callbackQuery?.data;
    const isForged = data?.includes("/") === true && !WELL_FORMED.test(data);
    if (isForged) await answerStale(ctx);
    else await next();
  };
}

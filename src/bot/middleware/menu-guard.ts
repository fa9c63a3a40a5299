import type { MiddlewareFn } from "grammy";
import type { Screens, ShopContext } from "../context.ts";
import { settingsMenuId } from "../menus/settings.ts";
import { topupMenuId } from "../menus/topup.ts";

/** id / row / column / payload / h or f and a hash. */
const WELL_FORMED = new RegExp(
  `^(?:${settingsMenuId}|${topupMenuId})/[0-9a-f]{1,2}/[0-9a-f]{1,2}/[^/]*/[hf]`,
);

/**
 * The menu plugin throws on callback data that it did not write itself. A tap with such data is answered here, like
 * a tap on any other old button.
 */
export function onlyWellFormedMenus(screens: Screens): MiddlewareFn<ShopContext> {
  return async (ctx, next) => {
    const data = ctx.callbackQuery?.data;
    const isForged = data?.includes("/") === true && !WELL_FORMED.test(data);
    if (isForged) await screens.stale(ctx);
    else await next();
  };
}

import type { Menu } from "@grammyjs/menu";
import type { BotDeps } from "../bot-deps.ts";
import type { ShopContext } from "../context.ts";
import type { Pay } from "../features/pay.ts";
import { createSettingsMenu } from "./settings.ts";
import { createTopupMenu } from "./topup.ts";

/** The two screens whose buttons the menu plugin handles. */
export interface Menus {
  readonly topup: Menu<ShopContext>;
  readonly settings: Menu<ShopContext>;
}

export function createMenus(
  deps: Pick<BotDeps, "topups" | "catalog" | "buyers" | "logger">,
  pay: Pay,
): Menus {
  return { topup: createTopupMenu({ ...deps, pay }), settings: createSettingsMenu(deps) };
}

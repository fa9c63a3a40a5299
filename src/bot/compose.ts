import { Composer } from "grammy";
import type { BotDeps } from "./bot-deps.ts";
import type { ShopContext } from "./context.ts";
import { createDeskFeature } from "./desk/desk.ts";
import type { EarlyAnswers } from "./early-answers.ts";
import { createApiKeysFeature } from "./features/api-keys.ts";
import { createBalanceFeature } from "./features/balance.ts";
import { createBrowse } from "./features/browse.ts";
import { createFiles } from "./features/files.ts";
import { createHome } from "./features/home.ts";
import { createInvite } from "./features/invite.ts";
import { createLateSms } from "./features/late-sms.ts";
import { createLegal } from "./features/legal.ts";
import { createMenuDoors } from "./features/menu-doors.ts";
import { createOrdersFeature } from "./features/my-orders.ts";
import { createNews } from "./features/news.ts";
import { createOperators } from "./features/operators.ts";
import { createPay } from "./features/pay.ts";
import { createPromo } from "./features/promo.ts";
import { createPurchase } from "./features/purchase.ts";
import { createQuestions, keepConversations } from "./features/questions.ts";
import { createQuickBuy } from "./features/quick-buy.ts";
import { createShownLists } from "./features/shown-lists.ts";
import { createStockAlertsFeature } from "./features/stock-alerts.ts";
import { createSupport } from "./features/support.ts";
import { createUnhandled } from "./features/unhandled.ts";
import type { InPlace } from "./in-place.ts";
import { createMenus } from "./menus/menus.ts";
import { meetBuyer, stopBanned } from "./middleware/buyer.ts";
import { onlyWellFormedMenus } from "./middleware/menu-guard.ts";
import { readAndAnswerTaps } from "./middleware/read-and-answer-taps.ts";
import { createScreens } from "./screens.ts";

/**
 * The features in the order in which they see an update: who it is from, the answer to a question, menus, commands
 * and buttons, and at the end what none of them took.
 */
export function compose(
  deps: BotDeps,
  { early, inPlace }: { readonly early: EarlyAnswers; readonly inPlace: InPlace },
): Composer<ShopContext> {
  const pay = createPay(deps);
  const menus = createMenus(deps, pay);
  const screens = createScreens(deps, menus, inPlace);
  const shownLists = createShownLists(deps.conversationStates);
  const browse = createBrowse({ ...deps, screens, shownLists });

  const composer = new Composer<ShopContext>();
  composer.use(readAndAnswerTaps(deps.logger, screens, early), meetBuyer(deps));
  composer.use(keepConversations(deps.conversationStates), createQuestions(deps, pay), stopBanned());
  composer.use(onlyWellFormedMenus(screens), menus.settings, menus.topup);
  // A forwarded command is somebody else's text: it must not act for the one who forwards it.
  const own = composer.filter((ctx) => ctx.message?.forward_origin === undefined);
  own.use(
    createDeskFeature(deps.desk),
    shownLists.leave,
    createHome({ ...deps, screens }),
    browse.feature,
    createPurchase({ ...deps, screens, pay }),
    createQuickBuy({ ...deps, screens, pay }),
    createOrdersFeature({ ...deps, screens }),
    createLateSms(deps),
    createStockAlertsFeature(deps),
    createNews(deps),
    createBalanceFeature({ ...deps, screens }),
    createFiles(deps),
    createPromo(deps),
    createInvite({ ...deps, screens }),
    createApiKeysFeature({ ...deps, screens, inPlace }),
    createMenuDoors(screens),
    createLegal({ ...deps, screens }),
    createSupport({ ...deps, screens, search: browse.search }),
    createOperators(deps),
  );
  composer.use(createUnhandled({ screens, search: browse.search }));
  return composer;
}

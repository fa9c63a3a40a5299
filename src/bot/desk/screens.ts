import type { DeskServices } from "../../desk/desk.ts";
import { createAuditScreen } from "./audit.ts";
import { createBroadcastScreen } from "./broadcasts.ts";
import { createBuyerScreen } from "./buyer.ts";
import { createCodesScreen } from "./codes.ts";
import { createDraftScreen } from "./draft-screen.ts";
import { createFiguresScreen } from "./figures/screen.ts";
import { createFindScreen } from "./find.ts";
import { createFirstRunScreen } from "./first-run.ts";
import { createHomeScreen } from "./home.ts";
import { createCatalogueScreen } from "./on-sale.ts";
import { createOrderScreen, createOrdersScreen } from "./order.ts";
import { createPauseScreen } from "./pause.ts";
import { createBuyerPaymentsScreen, createPaymentScreen, createPaymentsScreen } from "./payment.ts";
import { createPricesScreen } from "./prices.ts";
import { createProvidersScreen } from "./providers.ts";
import { createQueueScreen } from "./queue.ts";
import { createResellersScreen } from "./resellers.ts";
import type { Screen } from "./screen.ts";
import { createSettingsScreen } from "./settings.ts";
import { createStaffScreen } from "./staff.ts";

/**
 * Every screen of the desk, home first. A new screen is a line here; test/desk/roles.test.ts then opens it, and tries
 * each of its actions, as every role.
 */
export function createDeskScreens(services: DeskServices): readonly Screen[] {
  const screens = [
    createFirstRunScreen(services),
    createDraftScreen(services.drafts),
    createPricesScreen(services),
    createProvidersScreen(services),
    createCatalogueScreen(services),
    createPauseScreen(services),
    createResellersScreen(services),
    createBroadcastScreen(services),
    createFindScreen(services),
    createQueueScreen(services),
    createBuyerScreen(services),
    createOrderScreen(services),
    createOrdersScreen(services),
    createPaymentScreen(services),
    createPaymentsScreen(services),
    createFiguresScreen(services),
    createBuyerPaymentsScreen(services),
    createCodesScreen(services),
    createSettingsScreen(services),
    createStaffScreen(services),
    createAuditScreen(services),
  ];
  return [createHomeScreen(screens), ...screens];
}

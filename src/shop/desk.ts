import { createDoor, type Desk } from "../bot/desk/door.ts";
import { findPlace } from "../bot/desk/find.ts";
import { createDeskScreens } from "../bot/desk/screens.ts";
import { createDeskServices, type DeskServiceDeps, type DeskServices } from "../desk/desk.ts";

/** The desk as the chat sees it, and what the shop itself runs of it. */
export interface ShopDesk {
  readonly desk: Desk;
  readonly services: Pick<DeskServices, "figures" | "dailyReport" | "painter">;
}

/** A day of the shop begins at midnight here, and its report comes at nine. */
const defaults = { shopZone: () => "UTC", reportHour: () => 9 };

/** The operators' desk: its services, and above them its screens. */
export function createDesk(deps: Omit<DeskServiceDeps, keyof typeof defaults>): ShopDesk {
  const services = createDeskServices({ ...defaults, ...deps });
  const { staff } = services;
  const door = createDoor({ staff, screens: createDeskScreens(services) });
  return { desk: { staff, door, searchPlace: findPlace }, services };
}

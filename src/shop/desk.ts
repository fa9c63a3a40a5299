import { createDoor, type Desk } from "../bot/desk/door.ts";
import { createDeskScreens } from "../bot/desk/screens.ts";
import { createDeskServices, type DeskServiceDeps } from "../desk/desk.ts";

/** The operators' desk: its services, and above them its screens. */
export function createDesk(deps: DeskServiceDeps): Desk {
  const services = createDeskServices(deps);
  const { staff } = services;
  return { staff, door: createDoor({ staff, screens: createDeskScreens(services) }), searchPlace: null };
}

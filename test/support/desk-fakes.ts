import { createDoor, type Desk } from "../../src/bot/desk/door.ts";
import { createHomeScreen } from "../../src/bot/desk/home.ts";
import type { StaffBook } from "../../src/desk/staff/staff.ts";

/** A desk that has only its owners and its home screen. The real one is in test/support/desk.ts. */
export function createFakeDesk(ownerIds: readonly number[]): Desk {
  const staff: StaffBook = {
    ownerIds,
    find: async (telegramId) =>
      ownerIds.includes(telegramId) ? { telegramId, role: "owner" as const } : undefined,
    require: async (_tx, telegramId) => ({ telegramId, role: "owner" }),
    list: async () => [],
    makeLink: async () => "",
    accept: async () => undefined,
    changeRole: async () => undefined,
    noteRefusal: async () => undefined,
  };
  return { staff, door: createDoor({ staff, screens: [createHomeScreen([])] }), searchPlace: null };
}

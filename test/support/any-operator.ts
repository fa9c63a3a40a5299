import type { Staff } from "../../src/core/staff.ts";

/** For typed commands by whoever: every right, as an owner. */
export const anyOperator = {
  ownerIds: [] as readonly number[],
  require: async (_tx: unknown, telegramId: number): Promise<Staff> => ({ telegramId, role: "owner" }),
};

let updates = 1_000_000;

/** An update of its own for each change. */
export function nextUpdateId(): number {
  updates += 1;
  return updates;
}

import { addMs, type Clock } from "../../core/clock.ts";
import { rolesWith } from "../../core/staff.ts";
import type { Database } from "../../db/client.ts";
import { takeUnreminded } from "../../db/queries/desk-queue.ts";
import { enqueueToAll } from "../../db/queries/outbox.ts";
import { selectStaffIds } from "../../db/queries/staff.ts";
import { inTransaction } from "../../db/transaction.ts";
import { rightOf } from "./queue.ts";

const REMIND_AFTER_MS = 30 * 60_000;

/** Tells once of each receipt and question that has waited for half an hour. Returns how many. */
export async function remindOperators(deps: {
  readonly db: Database;
  readonly clock: Clock;
  readonly ownerIds: readonly number[];
  readonly onMessages: () => void;
}): Promise<number> {
  const { db, clock, ownerIds, onMessages } = deps;
  const at = clock.now();
  const items = await inTransaction(db, async (tx) => {
    const waiting = await takeUnreminded(tx, { before: addMs(at, -REMIND_AFTER_MS), at });
    for (const kind of ["receipt", "question"] as const) {
      const ids = waiting.filter((item) => item.kind === kind).map(({ id }) => id);
      const [first] = ids;
      if (first === undefined) continue;
      const message = {
        kind: "operator_notice" as const,
        notice: "queue_waiting",
        params: { kind, count: String(ids.length) },
      };
      const told = [...ownerIds, ...(await selectStaffIds(tx, rolesWith(rightOf[kind])))];
      await enqueueToAll(tx, told, { message, subject: `queue_waiting:${first}`, at });
    }
    return waiting.length;
  });
  if (items > 0) onMessages();
  return items;
}

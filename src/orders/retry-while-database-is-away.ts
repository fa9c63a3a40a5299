import { backoffMs } from "../core/backoff.ts";
import { messageOf } from "../core/errors.ts";
import type { Tx } from "../db/client.ts";
import { inTransaction, isConnectionLost } from "../db/transaction.ts";
import type { OrderDeps } from "./order-deps.ts";

const MAX_TRIES = 8;
const RETRY = { baseMs: 500, maxMs: 5_000 };

/**
 * Runs `work` in a transaction and repeats it for about 20 s while the database is away. It is for answers that a
 * provider gives only once, such as a rented number or a pushed SMS: if they are not stored, they are lost. A commit
 * may go through although its confirmation is lost, so `work` may run again after it and must notice that.
 */
export async function retryWhileDatabaseIsAway<T>(
  deps: Pick<OrderDeps, "db" | "clock" | "logger">,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(deps.db, work);
    } catch (error) {
      if (!isConnectionLost(error) || attempt >= MAX_TRIES) throw error;
      deps.logger.warn(
        { attempt, error: messageOf(error) },
        "the database is away: what a provider told us waits to be stored",
      );
      await deps.clock.sleep(backoffMs(attempt, RETRY));
    }
  }
}

import { backoffMs } from "../core/backoff.ts";
import { messageOf } from "../core/errors.ts";
import type { Tx } from "../db/client.ts";
import { inTransaction, isConnectionLost } from "../db/transaction.ts";
import type { OrderDeps } from "./order-deps.ts";

const MAX_TRIES = 8;
const RETRY = { baseMs: 500, maxMs: 5_000 };

/**
 * Stores what an upstream told us once, over and over (about 20 s) while the database is away: nobody else knows the
 * answer to a purchase, and where the upstream has no list a number would be lost with it. `work` may have been
 * committed although its confirmation was lost, and must find that out.
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

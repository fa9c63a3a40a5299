import type { Clock } from "../../src/core/clock.ts";
import { createDatabase } from "../../src/db/client.ts";
import { migrate } from "../../src/db/migrate.ts";
import { ensureSystemAccounts } from "../../src/db/queries/ledger.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { createLogger } from "../../src/shop/logging.ts";
import { gatewayNames } from "../../src/topups/topups.ts";
import { systemAccounts } from "../../src/wallet/accounts.ts";
import type { PretendProvider } from "../providers/server.ts";
import { createRandom } from "../soak/random.ts";
import { shelfOf } from "./goods.ts";
import { pastCorrections, pastPayments, pastTransfers } from "./money.ts";
import { pastOrders } from "./orders.ts";
import { type PastBuyer, pastPeople } from "./people.ts";
import { postAll, storeAudit, storeOrders, storePayments, storePeople } from "./store.ts";
import { storeToday } from "./today.ts";

export interface PastMonthDeps {
  /** An empty database; it is migrated first. */
  readonly connectionString: string;
  readonly clock: Clock;
  /** What is for sale, and at what price. */
  readonly providers: ReadonlyMap<string, PretendProvider>;
  readonly operatorId: number;
}

const DAYS = 30;
const SEED = 20_260;

/**
 * Gives the pretend shop a month behind it, before it opens: people, their payments by three gateways, orders of all ends and
 * of six suppliers; and a day at hand: open numbers, receipts, questions, doubts. Always the same at the same moment.
 * The ledger is right afterwards. Returns the people.
 */
export async function fillPastMonth(deps: PastMonthDeps): Promise<readonly PastBuyer[]> {
  const { connectionString, clock, providers, operatorId } = deps;
  const logger = createLogger("fatal");
  const database = createDatabase({
    connectionString,
    applicationName: "numstore demo",
    logger,
    maxConnections: 1,
  });
  try {
    await migrate(database.db, { logger });
    await ensureSystemAccounts(database.db, systemAccounts(gatewayNames, [...providers.keys()]));
    const random = createRandom(SEED);
    const now = clock.now();
    const shelf = shelfOf(providers);
    const people = pastPeople(random, now, DAYS);
    const orders = pastOrders(random, { now, days: DAYS, people, shelf });
    const payments = pastPayments(random, orders, now);
    const corrections = pastCorrections(random, orders);
    const actor = `operator:${operatorId}`;
    const lastSeen = new Map(orders.map(({ buyer, placedAt }) => [buyer.id, placedAt]));
    const seenAt = new Map(people.map(({ id, joinedAt }) => [id, lastSeen.get(id) ?? joinedAt]));
    await inTransaction(database.db, async (tx) => {
      await storePeople(tx, people, (id) => seenAt.get(id) ?? now);
      await storeOrders(tx, orders);
      await storePayments(tx, payments, operatorId);
      await storeAudit(tx, corrections, actor);
      await postAll(tx, pastTransfers(orders, payments, corrections, actor));
      await storeToday(tx, random, { now, people, shelf, providers });
    });
    return people;
  } finally {
    await database.close();
  }
}

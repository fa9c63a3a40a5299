import { addMs, type Clock } from "../../core/clock.ts";
import type { Database } from "../../db/client.ts";
import type { ServiceInCountry } from "../../db/queries/favourites.ts";
import { enqueue } from "../../db/queries/outbox.ts";
import { insertAlert, selectAlertedProducts, takeAlerts } from "../../db/queries/stock-alerts.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Catalog, StockAlerts } from "../catalog.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** For how many products one buyer can wait at once. */
const MAX_PER_BUYER = 10;
/** So many products are looked at in one round; the next round goes on with those that follow. */
const PRODUCTS_A_ROUND = 20;
/** So many buyers of one product are told in one round: a few numbers are soon gone again. */
const BUYERS_A_ROUND = 50;
/** Whoever sees it comes to a confirm card, which knows today's price. */
const ANY_PRICE = 2n ** 62n;

export interface StockAlertJobs {
  /** Looks whether what is waited for is back, and owes the messages. */
  tell(): Promise<void>;
}

export interface StockAlertDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly catalog: Pick<Catalog, "countries" | "route" | "refusal" | "isKnown">;
  readonly onMessages: () => void;
}

export function createStockAlerts(deps: StockAlertDeps): StockAlerts & StockAlertJobs {
  const { db, clock, catalog } = deps;

  async function isBack(product: ServiceInCountry): Promise<boolean> {
    // Asks for prices that are old, as if somebody looked.
    const page = { page: 0, pageSize: 1, sort: "best", language: "en" } as const;
    await catalog.countries({ serviceId: product.serviceId, ...page });
    if ((await catalog.refusal(product)) !== undefined) return false;
    return (await catalog.route({ ...product, ceilingMicros: ANY_PRICE })).length > 0;
  }

  /** All who wait for a product that is back are told, as far as one round goes. */
  async function tellOf(product: ServiceInCountry): Promise<void> {
    if (!(await isBack(product))) return;
    const at = clock.now();
    await inTransaction(db, async (tx) => {
      // Taken and owed in one transaction: told once, or not at all.
      for (const { buyerId, chatId } of await takeAlerts(tx, product, at, BUYERS_A_ROUND)) {
        const message = { kind: "back_in_stock" as const, ...product };
        await enqueue(tx, { chatId, buyerId, message, dedupeKey: null, at });
      }
    });
    deps.onMessages();
  }

  let last: ServiceInCountry | undefined;

  return {
    add: async (alert) => {
      if (!(await catalog.isKnown(alert))) return "unknown";
      const at = clock.now();
      const row = { ...alert, at, expiresAt: addMs(at, DAY_MS) };
      return (await insertAlert(db, row, MAX_PER_BUYER)) ? "added" : "too_many";
    },
    async tell() {
      const products = await selectAlertedProducts(db, {
        now: clock.now(),
        after: last,
        limit: PRODUCTS_A_ROUND,
      });
      last = products.length < PRODUCTS_A_ROUND ? undefined : products.at(-1);
      const failures: unknown[] = [];
      for (const product of products) {
        // One product whose prices cannot be read must not keep the others from being told.
        await tellOf(product).catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

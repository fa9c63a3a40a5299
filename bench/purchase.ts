import { createCatalog } from "../src/catalog/create-catalog.ts";
import { systemClock } from "../src/core/clock.ts";
import type { Database } from "../src/db/client.ts";
import { ensureSystemAccounts, selectLedgerDifferences } from "../src/db/queries/ledger.ts";
import { place } from "../src/orders/buying/place.ts";
import { purchase as tapGet } from "../src/orders/buying/purchase.ts";
import { createSlots } from "../src/orders/buying/slots.ts";
import type { OrderDeps } from "../src/orders/order-deps.ts";
import { createAnswerStore } from "../src/orders/store-answer.ts";
import type { Provider, ProviderPrice } from "../src/providers/port/provider.ts";
import { TERMS_VERSION } from "../src/texts/index.ts";
import { systemAccounts } from "../src/wallet/accounts.ts";
import { createScriptedProvider } from "../test/support/scripted-provider.ts";
import type { Bench } from "./support/bench.ts";
import { createBuyers } from "./support/buyers.ts";
import { applyLoad, timed } from "./support/load.ts";
import { createCountingLogger, describeComplaints } from "./support/logger.ts";
import { percentile } from "./support/statistics.ts";

const BUYERS = 100;
const CLIENTS = [1, 16];
const DURATION_MS = 8_000;
const NO_LIMIT = 1_000_000;
const product = { serviceId: "wa", countryId: "GB" };

/** The parts of one purchase, as a buyer feels them. */
interface Parts {
  /** The confirm card's price. */
  readonly quoteMs: number[];
  /** From "Get number" to order and hold being committed. */
  readonly tapMs: number[];
  /** From there to the rented number being committed. */
  readonly numberMs: number[];
}

export const purchase: Bench = {
  name: "purchase",
  about: "quote, tap and number through the real catalogue and orders, with a provider that answers at once",
  async run(context) {
    const { db } = await context.database();
    const logger = createCountingLogger();
    const deps = await createDeps(db, logger);
    const buyers = await createBuyers(db, BUYERS);
    const rows = [];
    for (const clients of CLIENTS) {
      const parts: Parts = { quoteMs: [], tapMs: [], numberMs: [] };
      let turn = 0;
      const load = await applyLoad(clients, DURATION_MS, async () => {
        turn += 1;
        await buy(deps, buyers[turn % buyers.length] ?? "", parts);
      });
      const spread = (samples: readonly number[]) => [percentile(samples, 50), percentile(samples, 99)];
      const cells = [load.latenciesMs, parts.quoteMs, parts.tapMs, parts.numberMs].flatMap(spread);
      rows.push([`${clients} client${clients === 1 ? "" : "s"}`, load.perSecond, ...cells]);
    }
    context.table(
      `${DURATION_MS / 1000} s each, ${BUYERS} buyers; p50 and p99 in ms`,
      ["purchases", "per s", "whole", "p99", "quote", "p99", "tap", "p99", "number", "p99"],
      rows,
    );
    const differences = await selectLedgerDifferences(db);
    context.note(
      `Differences in the ledger: ${differences.length}. Complaints in the log: ${describeComplaints(logger)}.`,
    );
  },
};

async function createDeps(db: Database, logger: OrderDeps["logger"]): Promise<OrderDeps> {
  const provider = instantProvider();
  const providers = new Map([[provider.name, provider]]);
  await ensureSystemAccounts(db, systemAccounts([], [provider.name]));
  const defaults = { cancelAfterMs: 120_000, lifetimeMs: 1_200_000 };
  const pricing = { markupBasisPoints: 3_000n, minProfitMicros: 20_000n };
  const common = { db, clock: systemClock, logger, providers, defaults };
  const catalog = createCatalog({ ...common, pricing });
  await catalog.syncLists();
  return {
    ...common,
    catalog,
    limits: {
      maxOpenOrders: NO_LIMIT,
      purchasesPerHour: NO_LIMIT,
      cancelsPerHour: NO_LIMIT,
      newBuyerOrdersPerDay: NO_LIMIT,
    },
    termsVersion: TERMS_VERSION,
    checkpoint: () => undefined,
    onMessages: () => undefined,
    missingAt: async () => undefined,
    answers: createAnswerStore({ db, clock: systemClock, logger }),
    slots: createSlots(() => 32),
    operatorChatIds: [],
  };
}

function instantProvider(): Provider {
  const price: ProviderPrice = {
    serviceCode: "wa",
    countryCode: "16",
    operator: null,
    costMicros: 180_000n,
    stock: NO_LIMIT,
  };
  return { ...createScriptedProvider("instant"), prices: async () => [price] };
}

async function buy(deps: OrderDeps, buyerId: string, parts: Parts): Promise<void> {
  const quoting = await timed(() => deps.catalog.quote({ ...product, buyerId, language: "en" }));
  if (quoting.value.kind !== "quote") throw new Error(`no quote: ${quoting.value.code}`);
  const quoteId = quoting.value.quote.id;
  const input = { buyerId, quoteId, chatId: 1, cardMessageId: null, acceptsTermsVersion: null };
  const tapping = await timed(() => tapGet(deps, input));
  if (tapping.value.kind !== "placed") throw new Error(`not placed: ${tapping.value.kind}`);
  const { orderId } = tapping.value;
  const placing = await timed(() => place(deps, orderId));
  parts.quoteMs.push(quoting.tookMs);
  parts.tapMs.push(tapping.tookMs);
  parts.numberMs.push(placing.tookMs);
}

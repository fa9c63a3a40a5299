import type { Catalog } from "../catalog/catalog.ts";
import { createBatcher } from "../core/batcher.ts";
import type { Checkpoint } from "../core/checkpoint.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import type { ApiKeyRow } from "../db/queries/api-keys.ts";
import {
  type ApiOrderRow,
  selectApiOrder,
  selectApiOrders,
  selectOpenApiOrders,
} from "../db/queries/api-orders.ts";
import { type SmsRow, selectSms } from "../db/queries/order-sms.ts";
import type { KeyOrders } from "../orders/by-key/key-orders.ts";
import type { OrderLimits } from "../orders/limits.ts";
import type { Balance, WalletReader } from "../wallet/reader.ts";
import { type ActOutcome, type CancelOutcome, createActing } from "./act.ts";
import { type Authenticated, type Caller, createAuthenticator } from "./authenticate.ts";
import { createBuy } from "./buy.ts";
import type { BuyOutcome, BuyRequest } from "./buying.ts";
import { createNumberedCountries, type NumberedCountries } from "./countries.ts";
import { type ApiKeys, createApiKeys } from "./keys.ts";
import { type BucketName, createBuckets, createGuessGuard, type Turn } from "./limits.ts";
import { createResellerPrices, type ResellerPrices } from "./prices.ts";

export type { ApiOrderRow } from "../db/queries/api-orders.ts";

const MAX_OPEN_LISTED = 1_000;

/** A key that was let in. */
export type ApiKey = ApiKeyRow;

/** One SMS of an order as stored; code and text are null once purged. */
export type ApiSms = Pick<SmsRow, "code" | "text" | "receivedAt">;

/** The shop as a provider, whatever dialect its clients speak. Orders of others read as ones that do not exist. */
export interface Reseller {
  readonly keys: ApiKeys;
  readonly prices: ResellerPrices;
  readonly countries: NumberedCountries;
  authenticate(caller: Caller): Promise<Authenticated>;
  /** When this key's request may go on. */
  turn(key: ApiKey, bucket: BucketName): Turn;
  /** False: the key was revoked meanwhile, or may only read. For what buys or changes an order. */
  mayAct(key: ApiKey): Promise<boolean>;
  balance(key: ApiKey): Promise<Balance>;
  /** After "number", {@link told} or {@link untold} has to follow. */
  buy(key: ApiKey, request: BuyRequest, signal: AbortSignal): Promise<BuyOutcome>;
  /** The answer with this number has left. */
  told(orderId: string): Promise<void>;
  /** The client went away before the answer left. */
  untold(orderId: string): Promise<void>;
  /** By the order's number in the API, or by its id. Who asks for an order knows it, so its number counts as told. */
  order(key: ApiKey, name: number | string): Promise<ApiOrderRow | undefined>;
  /** The open orders whose number was told, newest first. */
  openOrders(key: ApiKey): Promise<readonly ApiOrderRow[]>;
  /** All SMS that the buyer has paid for, oldest first. */
  sms(orderId: string): Promise<readonly ApiSms[]>;
  another(order: ApiOrderRow): Promise<ActOutcome>;
  finish(order: ApiOrderRow): Promise<ActOutcome>;
  /** Waits up to five seconds for the provider. */
  cancel(order: ApiOrderRow): Promise<CancelOutcome>;
  /** Writes down which keys were used. */
  flush(): Promise<void>;
}

export interface ResellerDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly catalog: Catalog;
  readonly orders: KeyOrders;
  readonly wallet: Pick<WalletReader, "balance">;
  /** The shop's limits for buyers. */
  readonly limits: OrderLimits;
  /** Of the chat's terms. */
  readonly termsVersion: number;
  readonly checkpoint: Checkpoint;
  /** For the metrics. */
  readonly onWrongKey: () => void;
}

export function createReseller(deps: ResellerDeps): Reseller {
  const { db, clock, orders } = deps;
  const authenticator = createAuthenticator({ ...deps, guard: createGuessGuard(clock) });
  const buckets = createBuckets(clock);
  const readOrder = createOrderReader(db);

  return {
    keys: createApiKeys({ ...deps, onChange: authenticator.forget }),
    prices: createResellerPrices(deps.catalog, clock),
    countries: createNumberedCountries(),
    authenticate: authenticator.authenticate,
    turn: (key, bucket) => buckets.take(key.chainId, bucket),
    mayAct: async (key) => (await authenticator.current(key.id))?.scope === "buy",
    balance: (key) => deps.wallet.balance(key.buyerId),
    buy: createBuy(deps),
    told: orders.told,
    untold: orders.abandoned,
    async order({ buyerId }, name) {
      const order =
        typeof name === "number"
          ? await readOrder({ buyerId, number: name })
          : await readById(db, buyerId, name);
      if (order?.toldAt !== null) return order;
      // Still without a number: nothing that anybody could know of.
      if (order.phone === null) return order.state === "failed" ? order : undefined;
      await orders.told(order.id);
      return await selectApiOrder(db, order.id);
    },
    openOrders: (key) => selectOpenApiOrders(db, key.buyerId, MAX_OPEN_LISTED),
    sms: async (orderId) => (await selectSms(db, [orderId])).filter((sms) => sms.withheldAt === null),
    ...createActing(deps),
    flush: authenticator.flush,
  };
}

async function readById(db: Database, buyerId: string, id: string): Promise<ApiOrderRow | undefined> {
  const order = await selectApiOrder(db, id);
  return order?.buyerId === buyerId ? order : undefined;
}

/** Reads orders by their numbers. Questions that come while one is answered share the next query. */
function createOrderReader(
  db: Database,
): (wanted: { buyerId: string; number: number }) => Promise<ApiOrderRow | undefined> {
  const keyOf = ({ buyerId, number }: { buyerId: string; number: number }): string => `${buyerId} ${number}`;
  const read = createBatcher(async (wanted: readonly { buyerId: string; number: number }[]) => {
    const rows = await selectApiOrders(db, wanted);
    return new Map(rows.map((row) => [keyOf(row), row]));
  });
  return async (wanted) => (await read(wanted)).get(keyOf(wanted));
}

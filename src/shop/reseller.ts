import type { Catalog } from "../catalog/catalog.ts";
import { addHandlerApi } from "../http/reseller/handler-api.ts";
import { addRestApi } from "../http/reseller/oxgel/rest-api.ts";
import type { HttpServerDeps, ShopApp } from "../http/server.ts";
import type { KeyOrders } from "../orders/by-key/key-orders.ts";
import { createAddressList } from "../reseller/addresses.ts";
import { createReseller, type Reseller } from "../reseller/reseller.ts";
import { TERMS_VERSION } from "../texts/index.ts";
import { createWalletReader } from "../wallet/reader.ts";
import type { ServiceDeps } from "./service-deps.ts";

/** Clients poll every few seconds on connections that they keep; one that closes meanwhile makes some of them buy again. */
const KEEP_ALIVE_MS = 65_000;
const CONNECTIONS = 2_000;
const CONNECTIONS_AN_ADDRESS = 100;
/** Behind a proxy on this machine there are all clients. */
const LOOPBACK = ["127.0.0.0/8", "::1"];

/** The shop as a provider; null: the operator has not switched it on. */
export function createShopReseller(
  deps: ServiceDeps,
  { catalog, orders }: { readonly catalog: Catalog; readonly orders: KeyOrders },
): Reseller | null {
  const { config, db, clock, logger, checkpoint, metrics } = deps;
  if (!config.reseller.isOn) return null;
  return createReseller({
    db,
    clock,
    logger,
    catalog,
    orders,
    wallet: createWalletReader(db),
    limits: deps.settings.limits,
    termsVersion: TERMS_VERSION,
    checkpoint,
    onWrongKey: metrics.reseller.wrongKey,
  });
}

type ServerPart = Pick<ServiceDeps, "config" | "clock" | "logger" | "metrics">;

/** The routes of the API, where it is on. */
export function resellerRoutes(
  deps: ServerPart,
  reseller: Reseller | null,
): { addRoutes?: (app: ShopApp) => void } {
  if (!reseller) return {};
  const { config, clock, logger, metrics } = deps;
  return {
    addRoutes: (app) => {
      const dialect = {
        reseller,
        clock,
        logger,
        isTrustedProxy: createAddressList(config.reseller.trustedProxies),
        onRequest: metrics.reseller.request,
        onLimited: metrics.reseller.limited,
      };
      addHandlerApi(app, dialect);
      addRestApi(app, dialect);
    },
  };
}

/** The bounds of the public server while it serves resellers' tools. */
export function resellerServer({ config }: ServerPart): Partial<HttpServerDeps> {
  if (!config.reseller.isOn) return {};
  const isLeftOut = createAddressList([...LOOPBACK, ...config.reseller.trustedProxies]);
  return {
    keepAliveMs: KEEP_ALIVE_MS,
    maxConnections: CONNECTIONS,
    perAddress: { max: CONNECTIONS_AN_ADDRESS, isLeftOut },
  };
}

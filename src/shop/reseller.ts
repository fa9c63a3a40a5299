import type { Catalog } from "../catalog/catalog.ts";
import { addHandlerApi } from "../http/reseller/handler-api.ts";
import { addRestApi } from "../http/reseller/oxgel/rest-api.ts";
import type { HttpServerDeps, ShopApp } from "../http/server.ts";
import type { KeyOrders } from "../orders/by-key/key-orders.ts";
import { createAddressList } from "../reseller/addresses.ts";
import { createNumberedCountries } from "../reseller/countries.ts";
import { createReseller, type Reseller } from "../reseller/reseller.ts";
import { createWebhookNetwork } from "../reseller/webhooks/network.ts";
import { createWebhookSender, type WebhookSender } from "../reseller/webhooks/sender.ts";
import { createWebhooks } from "../reseller/webhooks/webhooks.ts";
import { TERMS_VERSION } from "../texts/index.ts";
import { createWalletReader } from "../wallet/reader.ts";
import { createLoop, type Runnable, type StepResult } from "../workers/loop.ts";
import type { ServiceDeps } from "./service-deps.ts";

/** Clients poll every few seconds on connections that they keep; one that closes meanwhile makes some of them buy again. */
const KEEP_ALIVE_MS = 65_000;
const CONNECTIONS = 2_000;
const CONNECTIONS_AN_ADDRESS = 100;
const WEBHOOKS_EVERY_MS = 1_000;
/** A short rest between two looks, so that what is owed comes in one batch. */
const WEBHOOK_PAUSE_MS = 50;
/** Behind a proxy on this machine there are all clients. */
const LOOPBACK = ["127.0.0.0/8", "::1"];

/** The shop as a provider, and the worker that calls resellers' servers; null: the operator has not switched it on. */
export function createShopReseller(
  deps: ServiceDeps,
  parts: { readonly catalog: Catalog; readonly orders: KeyOrders; readonly onMessages: () => void },
): { readonly reseller: Reseller; readonly webhookCalls: Runnable } | null {
  const { config, db, clock, logger, checkpoint, metrics } = deps;
  if (!config.reseller.isOn) return null;
  const network = createWebhookNetwork();
  const signingKey = deps.secrets.reseller;
  const { onMessages } = parts;
  const calls = { db, clock, logger, network, signingKey, onMessages };
  const sender = createWebhookSender({
    ...calls,
    countries: createNumberedCountries(),
    onDelivery: metrics.reseller.webhook,
  });
  const webhookCalls = createWebhookCalls({ sender, clock, logger });
  const reseller = createReseller({
    db,
    clock,
    logger,
    ...parts,
    wallet: createWalletReader(db),
    limits: deps.settings.limits,
    termsVersion: TERMS_VERSION,
    checkpoint,
    webhooks: createWebhooks({ db, clock, network, signingKey, onCall: webhookCalls.wake }),
    onWrongKey: metrics.reseller.wrongKey,
  });
  return { reseller, webhookCalls };
}

/** Begins the calls that are due each second, or when woken; stopping ends the calls in hand. */
function createWebhookCalls({
  sender,
  clock,
  logger,
}: { readonly sender: WebhookSender } & Pick<ServiceDeps, "clock" | "logger">): Runnable & { wake(): void } {
  const run = async (): Promise<StepResult> =>
    (await sender.begin()) > 0 ? { pauseMs: WEBHOOK_PAUSE_MS } : "idle";
  const loop = createLoop({ name: "reseller webhooks", everyMs: WEBHOOKS_EVERY_MS, run, clock, logger });
  return {
    name: loop.name,
    loops: loop.loops,
    start: loop.start,
    wake: loop.wake,
    stop: async () => void (await Promise.all([loop.stop(), sender.stop()])),
  };
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

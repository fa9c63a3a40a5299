import type { Checkpoint } from "../core/checkpoint.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { WebhookSecrets } from "../core/webhook-secrets.ts";
import type { Database } from "../db/client.ts";
import { writeCheck } from "../db/queries/alarms.ts";
import { selectProviderHealth } from "../db/queries/provider-health.ts";
import { createAdminApp, createPublicApp } from "../http/app.ts";
import { createReadiness, shopChecks } from "../http/health.ts";
import { createHttpServer } from "../http/server.ts";
import type { WebhookHandlers } from "../http/webhooks.ts";
import { createUpdateStore } from "../workers/store-updates.ts";
import type { Config } from "./config/config.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { resellerRoutes, resellerServer } from "./reseller.ts";
import type { Services } from "./services.ts";

export interface ServersDeps {
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly services: Services;
  readonly secrets: WebhookSecrets;
  readonly checkpoint?: Checkpoint;
}

export interface Servers {
  /** PORT, or the free port that 0 stood for. */
  readonly port: number;
  /** ADMIN_PORT, likewise. */
  readonly adminPort: number;
  /** Says that the shop is not ready, gives a balancer time to notice, and then ends when all requests are answered. */
  stop(): Promise<void>;
}

/** Opens the public port and the operator's own. Throws PortInUseError; then neither is open. */
export async function startServers(deps: ServersDeps): Promise<Servers> {
  const { config, db, clock, logger, metrics, services } = deps;
  const checks = shopChecks({
    writeToDatabase: () => writeCheck(db, clock.now()),
    askTelegram: () => services.api.getMe(),
    providerStates: () => selectProviderHealth(db, [...services.providers.keys()]),
  });
  const readiness = createReadiness({ checks, clock, logger });
  const admin = createHttpServer({
    app: createAdminApp({ logger, readiness, registry: metrics.registry }),
    ...config.admin,
    portVariable: "ADMIN_PORT",
    clock,
    logger,
  });
  const open = createHttpServer({
    app: createPublicApp({
      logger,
      readiness,
      webhooks: webhooksOf(deps),
      ...resellerRoutes(deps, services.reseller),
    }),
    ...config.http,
    portVariable: "PORT",
    clock,
    logger,
    ...resellerServer(deps),
  });
  const adminPort = await admin.start();
  try {
    const port = await open.start();
    const stop = async (): Promise<void> => {
      await readiness.close();
      await Promise.all([open.stop(), admin.stop()]);
    };
    return { port, adminPort, stop };
  } catch (error) {
    await admin.stop();
    throw error;
  }
}

function webhooksOf(deps: ServersDeps): WebhookHandlers {
  const { config, db, clock, logger, secrets, checkpoint } = deps;
  const { bot, inbox, orders, topups, providers } = deps.services;
  const storing = { db, clock, logger, onStored: inbox.wake, onUpdates: bot.answerEarly };
  const store = createUpdateStore({ ...storing, ...(checkpoint && { checkpoint }) });
  const takesCrypto = config.topups.cryptoPay !== null;
  return {
    telegram: config.publicUrl === null ? null : { secret: secrets.telegram, store },
    providers: {
      secrets: new Map([...providers.keys()].map((name) => [name, secrets.provider(name)])),
      handle: orders.takeWebhook,
    },
    cryptoPay: takesCrypto ? (raw, signature) => topups.takeCryptoWebhook(Buffer.from(raw), signature) : null,
  };
}

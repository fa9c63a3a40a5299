import { systemClock } from "../../src/core/clock.ts";
import { createAdminApp, createPublicApp } from "../../src/http/app.ts";
import { createReadiness, type Readiness, shopChecks } from "../../src/http/health.ts";
import { createHttpServer, type HttpServer, type HttpServerDeps } from "../../src/http/server.ts";
import type { WebhookHandlers } from "../../src/http/webhooks.ts";
import { createMetrics, type Metrics } from "../../src/shop/metrics/metrics.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { createTestLogger } from "./logger.ts";

export const WEBHOOK_SECRET = "webhook-secret-0123456789";
/** The webhook secrets of the providers that these servers know. */
export const providerSecrets: ReadonlyMap<string, string> = new Map([["alpha", WEBHOOK_SECRET]]);

interface HttpServerOptions {
  readonly webhooks?: Partial<WebhookHandlers>;
  readonly server?: Partial<HttpServerDeps>;
  readonly admin?: Partial<HttpServerDeps>;
  readonly ready?: Partial<Parameters<typeof shopChecks>[0]>;
}

export interface TestHttpServer {
  /** Of the public port. */
  readonly url: string;
  readonly port: number;
  /** Of the operator's port. */
  readonly adminUrl: string;
  readonly adminPort: number;
  readonly server: HttpServer;
  readonly readiness: Readiness;
  readonly logger: ReturnType<typeof createTestLogger>;
  readonly clock: TestClock;
  readonly metrics: Metrics;
}

/** The shop's two HTTP servers with all their routes on free ports, and handlers that agree to everything. */
export function createHttpServers(): {
  start(options?: HttpServerOptions): Promise<TestHttpServer>;
  stopAll(): Promise<void>;
} {
  const running: HttpServer[] = [];

  async function start(options: HttpServerOptions = {}): Promise<TestHttpServer> {
    const logger = createTestLogger();
    const clock = createTestClock();
    const metrics = createMetrics(clock);
    const checks = shopChecks({
      writeToDatabase: async () => undefined,
      askTelegram: async () => undefined,
      providerStates: async () => [{ state: "closed", failures: 0 }],
      ...options.ready,
    });
    const webhooks: WebhookHandlers = {
      telegram: null,
      providers: { secrets: providerSecrets, handle: async () => "accepted" },
      cryptoPay: null,
      ...options.webhooks,
    };
    const readiness = createReadiness({ checks, clock, logger });
    const listening = { host: "127.0.0.1", port: 0, clock: systemClock, logger };
    const server = createHttpServer({
      app: createPublicApp({ logger, readiness, webhooks }),
      portVariable: "PORT",
      ...listening,
      ...options.server,
    });
    const admin = createHttpServer({
      app: createAdminApp({ logger, readiness, registry: metrics.registry }),
      portVariable: "ADMIN_PORT",
      ...listening,
      ...options.admin,
    });
    const port = await server.start();
    running.push(server);
    const adminPort = await admin.start();
    running.push(admin);
    const at = (ownPort: number): string => `http://127.0.0.1:${ownPort}`;
    return {
      url: at(port),
      adminUrl: at(adminPort),
      port,
      adminPort,
      server,
      readiness,
      logger,
      clock,
      metrics,
    };
  }

  return {
    start,
    async stopAll() {
      await Promise.all(running.splice(0).map((server) => server.stop()));
    },
  };
}

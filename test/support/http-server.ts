import { systemClock } from "../../src/core/clock.ts";
import { createApp } from "../../src/http/app.ts";
import { createReadiness, shopChecks } from "../../src/http/health.ts";
import { createMetrics, type Metrics } from "../../src/http/metrics.ts";
import { createHttpServer, type HttpServer, type HttpServerDeps } from "../../src/http/server.ts";
import type { WebhookHandlers } from "../../src/http/webhooks.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { createTestLogger } from "./logger.ts";

export const WEBHOOK_SECRET = "webhook-secret-0123456789";

interface HttpServerOptions {
  readonly webhooks?: Partial<WebhookHandlers>;
  readonly server?: Partial<HttpServerDeps>;
  readonly ready?: Partial<Parameters<typeof shopChecks>[0]>;
}

export interface TestHttpServer {
  readonly url: string;
  readonly port: number;
  readonly server: HttpServer;
  readonly logger: ReturnType<typeof createTestLogger>;
  readonly clock: TestClock;
  readonly metrics: Metrics;
}

/** The shop's HTTP server with all its routes on a free port, and handlers that agree to everything. */
export function createHttpServers(): {
  start(options?: HttpServerOptions): Promise<TestHttpServer>;
  stopAll(): Promise<void>;
} {
  const running: HttpServer[] = [];

  async function start(options: HttpServerOptions = {}): Promise<TestHttpServer> {
    const logger = createTestLogger();
    const clock = createTestClock();
    const metrics = createMetrics();
    const checks = shopChecks({
      pingDatabase: async () => undefined,
      askTelegram: async () => undefined,
      providerStates: async () => [{ state: "closed", failures: 0 }],
      ...options.ready,
    });
    const webhooks: WebhookHandlers = {
      telegram: null,
      providers: { secret: WEBHOOK_SECRET, handle: async () => "accepted" },
      cryptoPay: null,
      ...options.webhooks,
    };
    const readiness = createReadiness({ checks, clock, logger });
    const app = createApp({ logger, registry: metrics.registry, readiness, webhooks });
    const listening = { app, host: "127.0.0.1", port: 0, clock: systemClock, logger };
    const server = createHttpServer({ ...listening, ...options.server });
    const port = await server.start();
    running.push(server);
    return { url: `http://127.0.0.1:${port}`, port, server, logger, clock, metrics };
  }

  return {
    start,
    async stopAll() {
      await Promise.all(running.splice(0).map((server) => server.stop()));
    },
  };
}

import { Hono } from "hono";
import type { Registry } from "prom-client";
import type { Logger } from "../core/logger.ts";
import type { Readiness } from "./health.ts";
import type { ShopApp } from "./server.ts";
import { addWebhooks, type WebhookHandlers } from "./webhooks.ts";

export interface PublicAppDeps {
  readonly logger: Logger;
  readonly readiness: Readiness;
  readonly webhooks: WebhookHandlers;
  /** Adds what else the world may ask, such as the resellers' API. */
  readonly addRoutes?: (app: ShopApp) => void;
}

/** What the world may ask: webhooks, whether the process is alive, and whether the shop is ready; not why it is not. */
export function createPublicApp(deps: PublicAppDeps): ShopApp {
  const app = createApp(deps.logger);
  app.get("/healthz", (context) => context.json({ status: "ok" }));
  app.get("/readyz", async (context) => {
    const { ready } = await deps.readiness.check();
    return context.body(null, ready ? 200 : 503);
  });
  addWebhooks(app, deps.webhooks, deps.logger);
  deps.addRoutes?.(app);
  return app;
}

export interface AdminAppDeps {
  readonly logger: Logger;
  readonly readiness: Readiness;
  readonly registry: Registry;
}

/** What only the operator may ask: Prometheus metrics, and what the shop lacks to be ready. */
export function createAdminApp(deps: AdminAppDeps): ShopApp {
  const { logger, readiness, registry } = deps;
  const app = createApp(logger);
  app.get("/readyz", async (context) => {
    const report = await readiness.check();
    return context.json(report, report.ready ? 200 : 503);
  });
  let rendering: Promise<string> | undefined;
  app.get("/metrics", async (context) => {
    // Requests that come meanwhile share one rendering, because the gauges query the database.
    rendering ??= registry.metrics().finally(() => {
      rendering = undefined;
    });
    const body = await rendering;
    return context.body(body, 200, { "Content-Type": registry.contentType });
  });
  return app;
}

/** An app that answers what it does not know, and what fails, without a word about itself. */
function createApp(logger: Logger): ShopApp {
  const app: ShopApp = new Hono();
  app.onError((error, context) => {
    logger.error({ route: context.req.routePath, error }, "request failed");
    return context.json({ error: "internal" }, 500);
  });
  app.notFound((context) => context.json({ error: "not found" }, 404));
  return app;
}

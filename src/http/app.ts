import { Hono } from "hono";
import type { Registry } from "prom-client";
import type { Logger } from "../core/logger.ts";
import type { Readiness } from "./health.ts";
import { addWebhooks, type WebhookHandlers } from "./webhooks.ts";

export interface PublicAppDeps {
  readonly logger: Logger;
  readonly readiness: Readiness;
  readonly webhooks: WebhookHandlers;
}

/** What the world may ask: webhooks, whether the process is alive, and whether the shop is ready; not why it is not. */
export function createPublicApp(deps: PublicAppDeps): Hono {
  const app = createApp(deps.logger);
  app.get("/healthz", (context) => context.json({ status: "ok" }));
  app.get("/readyz", async (context) => {
    const { ready } = await deps.readiness.check();
    return context.body(null, ready ? 200 : 503);
  });
  addWebhooks(app, deps.webhooks, deps.logger);
  return app;
}

export interface AdminAppDeps {
  readonly logger: Logger;
  readonly readiness: Readiness;
  readonly registry: Registry;
}

/** What only the operator may ask: Prometheus metrics, and what the shop lacks to be ready. */
export function createAdminApp(deps: AdminAppDeps): Hono {
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
function createApp(logger: Logger): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    logger.error({ route: context.req.routePath, error }, "request failed");
    return context.json({ error: "internal" }, 500);
  });
  app.notFound((context) => context.json({ error: "not found" }, 404));
  return app;
}

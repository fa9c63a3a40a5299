import { Hono } from "hono";
import type { Registry } from "prom-client";
import type { Logger } from "../core/logger.ts";
import type { Readiness } from "./health.ts";
import { addWebhooks, type WebhookHandlers } from "./webhooks.ts";

export interface AppDeps {
  readonly logger: Logger;
  readonly registry: Registry;
  readonly readiness: Readiness;
  readonly webhooks: WebhookHandlers;
}

/** Every route of the shop: health, metrics and webhooks. What it does not know is a 404 without a body to study. */
export function createApp(deps: AppDeps): Hono {
  const { logger, registry, readiness } = deps;
  const app = new Hono();
  app.onError((error, context) => {
    logger.error({ route: context.req.routePath, error }, "request failed");
    return context.json({ error: "internal" }, 500);
  });
  app.notFound((context) => context.json({ error: "not found" }, 404));
  app.get("/healthz", (context) => context.json({ status: "ok" }));
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
  addWebhooks(app, deps.webhooks, logger);
  return app;
}

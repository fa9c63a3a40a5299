import { afterEach, describe, expect, it } from "vitest";
import { createMetrics } from "../../src/http/metrics.ts";
import { createHttpServers } from "../support/http-server.ts";

const { start, stopAll } = createHttpServers();
afterEach(stopAll);

describe("metrics", () => {
  it("speaks Prometheus text", async () => {
    const { adminUrl, metrics } = await start();
    metrics.providerRequest({
      provider: "alpha",
      operation: "buy",
      method: "GET",
      status: 200,
      durationMs: 80,
      error: null,
    });
    metrics.telegramCall({ method: "sendMessage", status: 429, durationMs: 20 });
    metrics.update("done", 3);
    metrics.message("sent");
    metrics.gauge({
      name: "numstore_orders",
      help: "Open orders",
      label: "state",
      read: async () => new Map([["waiting", 4]]),
    });
    metrics.gauge({ name: "numstore_broken", help: "x", read: () => Promise.reject(new Error("down")) });
    const answer = await fetch(`${adminUrl}/metrics`);
    expect(answer.headers.get("content-type")).toContain("text/plain");
    const text = await answer.text();
    expect(text).toContain(
      'numstore_provider_request_seconds_count{provider="alpha",operation="buy",outcome="200"} 1',
    );
    expect(text).toContain('numstore_telegram_call_seconds_count{method="sendMessage",status="429"} 1');
    expect(text).toContain('numstore_orders{state="waiting"} 4');
    expect(text).toContain('numstore_outbox_messages_total{outcome="sent"} 1');
  });

  it("belongs to its shop: two in one process share nothing", async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.message("sent");
    expect(await two.registry.metrics()).not.toContain('outcome="sent"');
  });
});

import { describe, expect, it } from "vitest";
import { type OutboxMessage, outboxMessageSchema } from "../../../src/core/messages.ts";
import { createMetrics } from "../../../src/shop/metrics/metrics.ts";
import { createTestClock } from "../../support/clock.ts";

const createdAt = new Date("2026-03-01T12:00:00.000Z");
const sentAt = new Date("2026-03-01T12:00:02.500Z");
const codeMessage = (more: Partial<Extract<OutboxMessage, { kind: "order_code" }>>) => ({
  kind: "order_code",
  message: {
    kind: "order_code" as const,
    orderId: "0197a000-0000-7000-8000-000000000001",
    smsId: "0197a000-0000-7000-8000-000000000002",
    chargedMicros: null,
    availableMicros: "0",
    ...more,
  },
  createdAt,
});

describe("metrics", () => {
  it("tell how long requests took, and what they were for", async () => {
    const { requests, registry } = createMetrics(createTestClock());
    const answer = { provider: "alpha", method: "GET", status: 200, durationMs: 80, error: null };
    requests.providerRequest({ ...answer, operation: "buy", priority: "purchase" });
    requests.providerRequest({ ...answer, operation: "checkMany", priority: "poll" });
    requests.looked("alpha", "delivered");
    requests.telegramCall({ method: "sendMessage", status: 429, durationMs: 20 });
    const text = await registry.metrics();
    expect(text).toContain(
      'numstore_provider_request_seconds_count{provider="alpha",operation="buy",outcome="200"} 1',
    );
    expect(text).toContain('numstore_provider_requests_total{provider="alpha",priority="purchase"} 1');
    expect(text).toContain('numstore_polls_total{provider="alpha",kind="list"} 1');
    expect(text).toContain('numstore_polls_total{provider="alpha",kind="delivered"} 1');
    expect(text).toContain('numstore_telegram_call_seconds_count{method="sendMessage",status="429"} 1');
  });

  it("tell how long a code took, from its storing and from its arrival at the provider", async () => {
    const { messages, registry } = createMetrics(createTestClock());
    const arrivedAt = "2026-03-01T11:59:58.500Z";
    messages.message("sent", codeMessage({ path: "webhook", arrivedAt, chargedMicros: "480000" }), sentAt);
    const text = await registry.metrics();
    expect(text).toContain('numstore_code_message_seconds_sum{path="webhook"} 2.5');
    expect(text).toContain('numstore_code_arrival_seconds_sum{path="webhook"} 4');
    expect(text).toContain("numstore_code_sales_micro_dollars_total 480000");
    expect(text).toContain('numstore_outbox_messages_total{kind="order_code",outcome="sent"} 1');
  });

  it("count no latency for a code that waited for its buyer to pay, or that is not sent yet", async () => {
    const { messages, registry } = createMetrics(createTestClock());
    messages.message("sent", codeMessage({ chargedMicros: "480000" }), sentAt);
    messages.message("retry", codeMessage({ path: "poll" }), sentAt);
    const text = await registry.metrics();
    expect(text).toContain('numstore_code_message_seconds_count{path="poll"} 0');
    expect(text).toContain("numstore_code_sales_micro_dollars_total 480000");
  });

  it("count no negative time where the provider's clock is ahead of ours", async () => {
    const { messages, registry } = createMetrics(createTestClock());
    messages.message("sent", codeMessage({ path: "poll", arrivedAt: "2026-03-01T13:00:00.000Z" }), sentAt);
    expect(await registry.metrics()).toContain('numstore_code_arrival_seconds_sum{path="poll"} 0');
  });

  it("never cost a message: a code whose way or time of arrival is odd is still read from the outbox", () => {
    const { message } = codeMessage({ chargedMicros: "480000" });
    for (const odd of [{ path: "pigeon" }, { arrivedAt: "+275760-09-13T00:00:00.000Z" }, { arrivedAt: 7 }]) {
      expect(outboxMessageSchema.parse({ ...message, ...odd })).toEqual(message);
    }
  });

  it("tell how long an update took since it was stored, once it is settled", async () => {
    const { messages, registry } = createMetrics(createTestClock());
    messages.update("retry", 3, 5_000);
    messages.update("done", 3, 12_000);
    expect(await registry.metrics()).toContain("numstore_update_latency_seconds_sum 12\n");
  });

  it("count a tap once: when it is refused, or when its order ends", async () => {
    const { sales, registry } = createMetrics(createTestClock());
    sales.tapped({ kind: "placed", orderId: "o" });
    sales.tapped({ kind: "already", orderId: "o" });
    sales.tapped({ kind: "refused", code: "out_of_stock", serviceId: "wa", countryId: "GB" });
    sales.tapped({ kind: "short", missingMicros: 1n, priceMicros: 2n, serviceId: "wa", countryId: "GB" });
    sales.ended("sold", null);
    const lines = (await registry.metrics())
      .split("\n")
      .filter((line) => line.startsWith("numstore_purchases"));
    expect(lines.sort()).toEqual([
      'numstore_purchases_total{outcome="doubt_sold",reason="none"} 0',
      'numstore_purchases_total{outcome="refused",reason="out_of_stock"} 1',
      'numstore_purchases_total{outcome="short",reason="insufficient_funds"} 1',
      'numstore_purchases_total{outcome="sold",reason="none"} 1',
    ]);
  });

  it("belong to their shop: two in one process share nothing", async () => {
    const [one, two] = [createMetrics(createTestClock()), createMetrics(createTestClock())];
    one.messages.message("sent", codeMessage({ path: "poll" }), sentAt);
    expect(await two.registry.metrics()).not.toContain('outcome="sent"');
  });
});

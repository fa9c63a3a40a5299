import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { RequestRecord } from "../providers/transport/gate.ts";

const HTTP_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const WORK_BUCKETS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60];

/** One call of the Bot API, as the API client saw it. */
interface TelegramCall {
  readonly method: string;
  /** Null: no answer. */
  readonly status: number | null;
  readonly durationMs: number;
}

export interface Metrics {
  /** Not prom-client's global registry. */
  readonly registry: Registry;
  providerRequest(record: RequestRecord): void;
  telegramCall(call: TelegramCall): void;
  update(outcome: string, durationMs: number): void;
  message(outcome: string): void;
  /** A number, or one per label, that is read for every request to /metrics. If reading fails, the last value stays. */
  gauge(options: {
    readonly name: string;
    readonly help: string;
    readonly label?: string;
    readonly read: () => Promise<number | ReadonlyMap<string, number>>;
  }): void;
}

/** Prometheus metrics. Labels hold only names from our own lists: no ids, phone numbers or addresses. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const providerSeconds = new Histogram({
    name: "numstore_provider_request_seconds",
    help: "Requests to providers",
    labelNames: ["provider", "operation", "outcome"],
    buckets: HTTP_BUCKETS,
    registers,
  });
  const telegramSeconds = new Histogram({
    name: "numstore_telegram_call_seconds",
    help: "Calls of the Bot API",
    labelNames: ["method", "status"],
    buckets: HTTP_BUCKETS,
    registers,
  });
  const updateSeconds = new Histogram({
    name: "numstore_update_seconds",
    help: "Handling of updates from the inbox",
    labelNames: ["outcome"],
    buckets: WORK_BUCKETS,
    registers,
  });
  const messages = new Counter({
    name: "numstore_outbox_messages_total",
    help: "Outbox messages by what became of them",
    labelNames: ["outcome"],
    registers,
  });

  return {
    registry,
    providerRequest({ provider, operation, status, error, durationMs }) {
      const outcome = error ?? String(status ?? "none");
      providerSeconds.observe({ provider, operation, outcome }, durationMs / 1000);
    },
    telegramCall({ method, status, durationMs }) {
      telegramSeconds.observe({ method, status: String(status ?? "none") }, durationMs / 1000);
    },
    update: (outcome, durationMs) => updateSeconds.observe({ outcome }, durationMs / 1000),
    message: (outcome) => messages.inc({ outcome }),
    gauge: (options) => addGauge(registry, options),
  };
}

function addGauge(registry: Registry, options: Parameters<Metrics["gauge"]>[0]): void {
  const { name, help, label, read } = options;
  new Gauge({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [registry],
    async collect() {
      const value = await read().catch(() => undefined);
      // The database is down. The other metrics are still useful, and /readyz says what is wrong.
      if (value === undefined) return;
      if (typeof value === "number") return this.set(value);
      this.reset();
      for (const [key, count] of value) this.set({ [label ?? "key"]: key }, count);
    },
  });
}

import { Counter, Histogram, type Registry } from "prom-client";
import type { OrderEvents } from "../../orders/order-events.ts";
import type { RequestRecord } from "../../providers/transport/gate.ts";

const HTTP_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** One call of the Bot API, as the API client saw it. */
export interface TelegramCall {
  readonly method: string;
  /** Null: no answer. */
  readonly status: number | null;
  readonly durationMs: number;
}

export interface RequestMetrics {
  providerRequest(record: RequestRecord): void;
  telegramCall(call: TelegramCall): void;
  readonly looked: OrderEvents["looked"];
}

/** Operations of the port that watch orders, by the kind under which they are counted. Single checks are told by the watcher. */
const pollKinds: ReadonlyMap<string, string> = new Map([
  ["checkMany", "list"],
  ["text", "text"],
  ["finish", "finish"],
]);

/** What is asked of providers and of Telegram. */
export function createRequestMetrics(registry: Registry): RequestMetrics {
  const registers = [registry];
  const providerSeconds = new Histogram({
    name: "numstore_provider_request_seconds",
    help: "Requests to providers, and how long their answers took",
    labelNames: ["provider", "operation", "outcome"],
    buckets: HTTP_BUCKETS,
    registers,
  });
  const byPriority = new Counter({
    name: "numstore_provider_requests_total",
    help: "Requests to providers by what they were for: the shares of the request budget",
    labelNames: ["provider", "priority"],
    registers,
  });
  const polls = new Counter({
    name: "numstore_polls_total",
    help: "Requests that watch orders: pages of lists, single checks, checks of delivered orders, finishes, full texts",
    labelNames: ["provider", "kind"],
    registers,
  });
  const telegramSeconds = new Histogram({
    name: "numstore_telegram_call_seconds",
    help: "Calls of the Bot API, and how long their answers took",
    labelNames: ["method", "status"],
    buckets: HTTP_BUCKETS,
    registers,
  });

  return {
    providerRequest({ provider, operation, priority, status, error, durationMs }) {
      const outcome = error ?? String(status ?? "none");
      providerSeconds.observe({ provider, operation, outcome }, durationMs / 1000);
      byPriority.inc({ provider, priority });
      const kind = pollKinds.get(operation);
      if (kind !== undefined) polls.inc({ provider, kind });
    },
    telegramCall({ method, status, durationMs }) {
      telegramSeconds.observe({ method, status: String(status ?? "none") }, durationMs / 1000);
    },
    looked: (provider, kind) => polls.inc({ provider, kind }),
  };
}

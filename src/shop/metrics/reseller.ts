import { Counter, Histogram, type Registry } from "prom-client";
import type { ApiRequestRecord } from "../../http/reseller/dialect.ts";
import type { TellingOutcome } from "../../orders/by-key/key-orders.ts";
import type { DeliveryOutcome } from "../../reseller/webhooks/sender.ts";

const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 8, 10];

export interface ResellerMetrics {
  request(record: ApiRequestRecord): void;
  limited(limit: string): void;
  wrongKey(): void;
  telling(outcome: TellingOutcome): void;
  webhook(outcome: DeliveryOutcome): void;
}

/** What resellers' tools ask of the shop, and what became of the numbers that it should have told them. */
export function createResellerMetrics(registry: Registry): ResellerMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: "numstore_api_requests_total",
    help: "Requests of resellers' tools, by action and by the word that was answered",
    labelNames: ["dialect", "action", "outcome"],
    registers,
  });
  const seconds = new Histogram({
    name: "numstore_api_request_seconds",
    help: "How long answers to resellers' tools took",
    labelNames: ["dialect", "action"],
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const orders = new Counter({
    name: "numstore_api_orders_total",
    help: "Numbers for resellers' tools: told, given to a later equal request, given back untold, lost to an SMS untold",
    labelNames: ["outcome"],
    registers,
  });
  const wrongKeys = new Counter({
    name: "numstore_api_bad_keys_total",
    help: "Requests with a key that is wrong, revoked, or used from an address that is not on its list",
    registers,
  });
  const limited = new Counter({
    name: "numstore_api_limited_total",
    help: "Requests of resellers' tools that were refused because there were too many",
    labelNames: ["limit"],
    registers,
  });
  const webhooks = new Counter({
    name: "numstore_webhook_deliveries_total",
    help: "Calls to resellers' servers: taken, failed and tried again later, given up, dropped because nothing was left to tell",
    labelNames: ["outcome"],
    registers,
  });
  // Begun at 0, so that the first one after a start is an increase.
  for (const outcome of ["told", "adopted", "untold_cancelled", "untold_lost"]) orders.inc({ outcome }, 0);
  return {
    request({ dialect, action, outcome, durationMs }) {
      requests.inc({ dialect, action, outcome });
      seconds.observe({ dialect, action }, durationMs / 1000);
    },
    limited: (limit) => limited.inc({ limit }),
    wrongKey: () => wrongKeys.inc(),
    webhook: (outcome) => webhooks.inc({ outcome }),
    telling: (outcome) => orders.inc({ outcome }),
  };
}

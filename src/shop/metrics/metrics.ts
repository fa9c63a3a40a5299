import { collectDefaultMetrics, Registry } from "prom-client";
import type { Clock } from "../../core/clock.ts";
import type { OrderEvents } from "../../orders/order-events.ts";
import { createReadings, type Readings } from "./gauges.ts";
import { createMessageMetrics, type MessageMetrics } from "./messages.ts";
import { createRequestMetrics, type RequestMetrics } from "./requests.ts";
import { createResellerMetrics, type ResellerMetrics } from "./reseller.ts";
import { createSalesMetrics, type SalesMetrics } from "./sales.ts";

export interface Metrics {
  /** Not prom-client's global registry: two shops in one process share nothing. */
  readonly registry: Registry;
  readonly requests: RequestMetrics;
  readonly messages: MessageMetrics;
  readonly sales: SalesMetrics;
  readonly reseller: ResellerMetrics;
  readonly orderEvents: OrderEvents;
  /** Gauges that are read when somebody asks. */
  readonly readings: Readings;
}

/**
 * Prometheus metrics, all listed in docs/metrics.md. Labels hold only names from our own lists and the operator's names of
 * providers: no ids, phone numbers or addresses.
 */
export function createMetrics(clock: Clock): Metrics {
  const registry = new Registry();
  const requests = createRequestMetrics(registry);
  const messages = createMessageMetrics(registry);
  const sales = createSalesMetrics(registry);
  const readings = createReadings(registry, clock);
  const reseller = createResellerMetrics(registry);
  const orderEvents = { ...sales, looked: requests.looked, telling: reseller.telling };
  return { registry, requests, messages, sales, reseller, orderEvents, readings };
}

/**
 * What Node and the operating system tell of this process: memory, CPU, event loop, files. Once a process, not once a shop:
 * it measures until the end of the process.
 */
export function addProcessMetrics({ registry }: Metrics): void {
  collectDefaultMetrics({ register: registry });
}

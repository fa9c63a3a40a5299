import type { Clock } from "../../core/clock.ts";
import { outboxMessageSchema } from "../../core/messages.ts";
import type { Database, DatabaseHandle } from "../../db/client.ts";
import type { DatabaseClock } from "../../db/database-clock.ts";
import { countKeys } from "../../db/queries/api-keys.ts";
import { countOpenFindings } from "../../db/queries/findings.ts";
import { inboxBacklog } from "../../db/queries/inbox.ts";
import { selectHeldLeases } from "../../db/queries/leases.ts";
import { countOpenOrders, outboxBacklogByKind } from "../../db/queries/metrics.ts";
import { endStates, orderStates } from "../../orders/state.ts";
import { watchLease } from "../../orders/watching/watch.ts";
import type { Readings, Sample } from "./gauges.ts";

export interface ReadingDeps {
  readonly readings: Readings;
  readonly database: DatabaseHandle;
  /** The shop's time, by which rows are stamped. */
  readonly clock: Clock;
  readonly time: DatabaseClock | undefined;
  /** Names this process in leases. */
  readonly holder: string;
  readonly providers: readonly string[];
}

const messageKinds = outboxMessageSchema.options.map((option) => option.shape.kind.value);
const ended: readonly string[] = endStates;
const openStates = orderStates.filter((state) => !ended.includes(state));

/** What is read from the shop's own database when somebody asks: one query each, over rows that are open only. */
export function addShopReadings(deps: ReadingDeps): void {
  const { readings, database, clock, time } = deps;
  const { db } = database;
  addQueues(readings, db, clock);
  addOrders(deps);
  readings.add({
    name: "api keys",
    read: () => countKeys(db, clock.now()),
    gauges: [
      {
        name: "numstore_api_keys",
        help: "Resellers' keys: live, ending because they were replaced, ended, revoked",
        labelNames: ["state"],
        samples: (counts) =>
          ["live", "ending", "ended", "revoked"].map((state) => ({
            labels: { state },
            value: counts.get(state) ?? 0,
          })),
      },
    ],
  });
  readings.add({
    name: "findings",
    read: () => countOpenFindings(db),
    gauges: [
      {
        name: "numstore_selfcheck_findings",
        help: "Open differences that the self-check found",
        labelNames: ["kind"],
        samples: (counts) => [...counts].map(([kind, value]) => ({ labels: { kind }, value })),
      },
    ],
  });
  addConnections(readings, database);
  if (!time) return;
  readings.add({
    name: "clock",
    read: async () => time.aheadMs() / 1000,
    gauges: [
      {
        name: "numstore_clock_ahead_seconds",
        help: "How far the clock of this machine is ahead of the database's, whose time the shop goes by",
        samples: (value) => [{ value }],
      },
    ],
  });
}

function addQueues(readings: Readings, db: Database, clock: Clock): void {
  const secondsSince = (at: Date | null): number =>
    at === null ? 0 : Math.max(0, clock.now().getTime() - at.getTime()) / 1000;
  readings.add({
    name: "inbox",
    read: () => inboxBacklog(db),
    gauges: [
      {
        name: "numstore_inbox_open",
        help: "Updates that are stored and not handled yet",
        samples: ({ open }) => [{ value: open }],
      },
      {
        name: "numstore_inbox_oldest_seconds",
        help: "How long the oldest update that is not handled yet has been stored",
        samples: ({ oldestAt }) => [{ value: secondsSince(oldestAt) }],
      },
    ],
  });
  readings.add({
    name: "outbox",
    read: () => outboxBacklogByKind(db),
    gauges: [
      {
        name: "numstore_outbox_open",
        help: "Messages that are owed and not sent yet, by kind",
        labelNames: ["kind"],
        samples: (kinds) => byKind((kind) => kinds.get(kind)?.open ?? 0),
      },
      {
        name: "numstore_outbox_oldest_seconds",
        help: "How long the oldest message of a kind has been owed; 0: none is",
        labelNames: ["kind"],
        samples: (kinds) => byKind((kind) => secondsSince(kinds.get(kind)?.oldestAt ?? null)),
      },
    ],
  });
}

function byKind(measure: (kind: string) => number): Sample[] {
  return messageKinds.map((kind) => ({ labels: { kind }, value: measure(kind) }));
}

function addOrders({ readings, database: { db }, providers, holder }: ReadingDeps): void {
  readings.add({
    name: "orders",
    read: () => countOpenOrders(db),
    gauges: [
      {
        name: "numstore_orders_open",
        help: "Open orders by provider and state; provider none: not with any yet",
        labelNames: ["provider", "state"],
        // A state without orders is 0, not absent. A provider that is not configured any more may still have some.
        samples: (counts) => [
          ...providers.flatMap((provider) =>
            openStates.map((state) => ({ labels: { provider, state }, value: 0 })),
          ),
          ...counts.map(({ provider, state, count }) => ({
            labels: { provider: provider ?? "none", state },
            value: count,
          })),
        ],
      },
    ],
  });
  readings.add({
    name: "leases",
    read: () => selectHeldLeases(db, holder),
    gauges: [
      {
        name: "numstore_watching",
        help: "1: this process watches the provider's orders; 0: another one does, or none",
        labelNames: ["provider"],
        samples: (leases) =>
          providers.map((provider) => ({
            labels: { provider },
            value: leases.has(watchLease(provider)) ? 1 : 0,
          })),
      },
    ],
  });
}

function addConnections(readings: Readings, database: DatabaseHandle): void {
  readings.add({
    name: "connections",
    read: async () => database.connections(),
    gauges: [
      {
        name: "numstore_database_connections",
        help: "Connections to the database: in use, idle, and the work that waits for one",
        labelNames: ["state"],
        samples: ({ busy, idle, waiting }) =>
          Object.entries({ busy, idle, waiting }).map(([state, value]) => ({ labels: { state }, value })),
      },
      {
        name: "numstore_database_connections_max",
        help: "Connections to the database that this process may open",
        samples: ({ max }) => [{ value: max }],
      },
    ],
  });
}

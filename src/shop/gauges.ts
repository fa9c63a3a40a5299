import type { Database } from "../db/client.ts";
import type { DatabaseClock } from "../db/database-clock.ts";
import { countOpenFindings } from "../db/queries/findings.ts";
import { inboxBacklog } from "../db/queries/inbox.ts";
import { outboxBacklog } from "../db/queries/outbox.ts";
import type { Metrics } from "../http/metrics.ts";

/** Numbers that are read from the database, or from the clock, whenever somebody asks for the metrics. */
export function addGauges(metrics: Metrics, db: Database, time: DatabaseClock | undefined): void {
  if (time) {
    metrics.gauge({
      name: "numstore_clock_ahead_seconds",
      help: "How far the clock of this machine is ahead of the database's, whose time the shop goes by",
      read: async () => time.aheadMs() / 1000,
    });
  }
  metrics.gauge({
    name: "numstore_selfcheck_findings",
    help: "Open differences that the self-check found",
    label: "kind",
    read: () => countOpenFindings(db),
  });
  metrics.gauge({
    name: "numstore_inbox_open",
    help: "Updates that are stored and not handled yet",
    read: async () => (await inboxBacklog(db)).open,
  });
  metrics.gauge({
    name: "numstore_outbox_open",
    help: "Messages that are owed and not sent yet",
    read: async () => (await outboxBacklog(db)).open,
  });
}

import type { Clock } from "../../core/clock.ts";
import type { Database } from "../../db/client.ts";
import { selectGates } from "../../db/queries/provider-gates.ts";
import { selectProviderHealth } from "../../db/queries/provider-health.ts";
import { rateRule } from "../../providers/transport/request-rate.ts";
import type { GaugeOf, Readings, Sample } from "./gauges.ts";

export interface ProviderReadingDeps {
  readonly readings: Readings;
  readonly db: Database;
  readonly clock: Clock;
  /** Requests a second that we may make, by provider, as configured. */
  readonly rates: ReadonlyMap<string, number>;
}

/** What is known of the providers: their circuits, balances and request budgets. */
export function addProviderReadings({ readings, db, clock, rates }: ProviderReadingDeps): void {
  const names = [...rates.keys()];
  const rules = new Map([...rates].map(([provider, rate]) => [provider, rateRule(rate)]));
  readings.add({
    name: "provider health",
    read: () => selectProviderHealth(db, names),
    gauges: healthGauges(clock),
  });
  readings.add({
    name: "provider budgets",
    read: () => selectGates(db, rules, clock.now()),
    gauges: [
      {
        name: "numstore_provider_rate",
        help: "Requests a second that we may make: as configured, and just now, lowered where it answered 429 (0 while the provider asked us to wait)",
        labelNames: ["provider", "limit"],
        samples: (gates) =>
          [...rates].flatMap(([provider, rate]): Sample[] => {
            const gate = gates.get(provider);
            const isPaused = gate !== undefined && gate.blockedUntil > clock.now();
            return [
              { labels: { provider, limit: "configured" }, value: rate },
              { labels: { provider, limit: "effective" }, value: isPaused ? 0 : (gate?.rate ?? rate) },
            ];
          }),
      },
      {
        name: "numstore_provider_pause_seconds",
        help: "How much longer a provider asked us to wait",
        labelNames: ["provider"],
        samples: (gates) =>
          names.map((provider) => {
            const until = gates.get(provider)?.blockedUntil ?? clock.now();
            const value = Math.max(0, until.getTime() - clock.now().getTime()) / 1000;
            return { labels: { provider }, value };
          }),
      },
    ],
  });
}

type Health = Awaited<ReturnType<typeof selectProviderHealth>>;

function healthGauges(clock: Clock): readonly GaugeOf<Health>[] {
  const labelNames = ["provider"];
  const each = (measure: (row: Health[number]) => number | null) => (rows: Health) =>
    rows.flatMap((row): Sample[] => {
      const value = measure(row);
      return value === null ? [] : [{ labels: { provider: row.provider }, value }];
    });
  return [
    {
      name: "numstore_provider_circuit_open",
      help: "1: the provider fails, and its offers are hidden; 0: it answers",
      labelNames,
      samples: each(({ state }) => (state === "open" ? 1 : 0)),
    },
    {
      name: "numstore_provider_short_of_funds",
      help: "1: the provider refused purchases because our balance there is too low",
      labelNames,
      samples: each(({ shortage }) => (shortage ? 1 : 0)),
    },
    {
      name: "numstore_provider_balance_micro_dollars",
      help: "Our balance at the provider as it last told it",
      labelNames,
      samples: each(({ balanceMicros }) => (balanceMicros === null ? null : Number(balanceMicros))),
    },
    {
      name: "numstore_provider_balance_age_seconds",
      help: "How long ago the provider told our balance",
      labelNames,
      samples: each(({ balanceAt }) =>
        balanceAt === null ? null : Math.max(0, clock.now().getTime() - balanceAt.getTime()) / 1000,
      ),
    },
  ];
}

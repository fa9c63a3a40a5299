import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import { acquireLease } from "../db/queries/leases.ts";
import { type ProviderHealthRow, selectProviderHealth } from "../db/queries/provider-health.ts";
import type { ProviderHealth } from "../providers/health/health.ts";
import type { Provider } from "../providers/port/provider.ts";
import { ProviderError } from "../providers/port/provider-error.ts";
import { createLoop, type Runnable } from "./loop.ts";

const EVERY_MS = 5_000;
const LEASE_NAME = "provider-probes";
/** Longer than one round: all probes of a round run at the same time. */
const LEASE_MS = 30_000;
/** How often a provider is asked for its balance while no other request goes to it. */
const HEALTHY_EVERY_MS = 20_000;
/** The same after a failed call: the third failure hides its offers, and that takes less than a minute. */
const DOUBTFUL_EVERY_MS = 10_000;

export interface ProbesDeps {
  readonly db: Database;
  /** With their circuits: {@link withCircuit} records what a probe brings. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly health: Pick<ProviderHealth, "recordProbe">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly holder: string;
}

export interface Probes extends Runnable {
  /** Probes every provider that is due; for tests and the loop. */
  step(): Promise<void>;
}

/**
 * Asks providers for their balance, so that readiness and balances are true without traffic. A provider with an open
 * circuit is asked when its next look is due, the others now and then. One replica does it.
 */
export function createProbes(deps: ProbesDeps): Probes {
  const { db, providers, clock, logger } = deps;
  const loop = createLoop({
    name: "provider probes",
    everyMs: EVERY_MS,
    clock,
    logger,
    async run() {
      await step();
      return "idle";
    },
  });

  async function step(): Promise<void> {
    if (providers.size === 0 || !(await acquireLease(db, LEASE_NAME, deps.holder, LEASE_MS))) return;
    const rows = new Map(
      (await selectProviderHealth(db, [...providers.keys()])).map((row) => [row.provider, row]),
    );
    const due = [...providers.values()].filter((provider) => isDue(rows.get(provider.name), clock.now()));
    await Promise.all(due.map(probe));
  }

  async function probe(provider: Provider): Promise<void> {
    try {
      if (await provider.balance({ priority: "background" })) return;
      await provider.countries({ priority: "background" });
      await deps.health.recordProbe(provider.name);
    } catch (error) {
      // The circuit has recorded what the provider did wrong; anything else is ours.
      if (!(error instanceof ProviderError)) throw error;
      logger.info({ provider: provider.name, kind: error.kind }, "provider probe failed");
    }
  }

  return { name: loop.name, start: loop.start, stop: loop.stop, step };
}

function isDue(row: ProviderHealthRow | undefined, now: Date): boolean {
  if (!row) return true;
  if (row.state === "open") return row.nextProbeAt === null || row.nextProbeAt <= now;
  const everyMs = row.failures > 0 ? DOUBTFUL_EVERY_MS : HEALTHY_EVERY_MS;
  return now.getTime() - row.updatedAt.getTime() >= everyMs;
}

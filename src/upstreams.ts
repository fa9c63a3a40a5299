import type { Config } from "./config.ts";
import type { Clock } from "./core/clock.ts";
import type { Logger } from "./core/logger.ts";
import type { Database } from "./db/client.ts";
import { createDatabaseGate } from "./providers/database-gate.ts";
import type { RequestRecord } from "./providers/gate.ts";
import { createProviderHealth, type ProviderHealth } from "./providers/health.ts";
import type { Provider } from "./providers/provider.ts";
import { createProviders } from "./providers/registry.ts";
import { withCircuit } from "./providers/with-circuit.ts";

export interface Upstreams {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly health: ProviderHealth;
}

/** The configured providers, each behind its shared request budget and its circuit. */
export function createUpstreams(deps: {
  config: Config;
  db: Database;
  clock: Clock;
  logger: Logger;
  onRequest: (record: RequestRecord) => void;
}): Upstreams {
  const { config, db, clock, logger, onRequest } = deps;
  const health = createProviderHealth({ db, clock, logger, adminIds: config.adminIds });
  const rates = new Map(config.providers.map((settings) => [settings.name, settings.requestsPerSecond]));
  const bare = createProviders(config.providers, {
    clock,
    logger,
    onRequest,
    gateFor: (provider) =>
      createDatabaseGate({ db, provider, requestsPerSecond: rates.get(provider) ?? 1, clock, logger }),
  });
  const providers = new Map(
    [...bare].map(([name, provider]) => [name, withCircuit(provider, { health, logger })]),
  );
  return { providers, health };
}

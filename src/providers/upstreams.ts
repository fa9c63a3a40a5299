import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import type { Config } from "../shop/config/config.ts";
import { createProviderHealth, type ProviderHealth } from "./health/health.ts";
import { withCircuit } from "./health/with-circuit.ts";
import type { Provider } from "./port/provider.ts";
import { createProviders } from "./registry.ts";
import { createDatabaseGate } from "./transport/database-gate.ts";
import type { RequestRecord } from "./transport/gate.ts";

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

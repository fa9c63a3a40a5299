import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import { createProviderHealth, type ProviderHealth } from "./health/health.ts";
import { withCircuit } from "./health/with-circuit.ts";
import type { Provider } from "./port/provider.ts";
import type { ProviderSettings } from "./port/settings.ts";
import { createProviders } from "./registry.ts";
import { createDatabaseGate } from "./transport/database-gate.ts";
import type { RequestRecord } from "./transport/gate.ts";

export interface Upstreams {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly health: ProviderHealth;
}

/** The configured providers, each behind its shared request budget and its circuit. */
export function createUpstreams(deps: {
  settings: readonly ProviderSettings[];
  /** Telegram chats that receive operator notices. */
  adminIds: readonly number[];
  db: Database;
  clock: Clock;
  logger: Logger;
  onRequest: (record: RequestRecord) => void;
}): Upstreams {
  const { settings, adminIds, db, clock, logger, onRequest } = deps;
  const health = createProviderHealth({ db, clock, logger, adminIds });
  const rates = new Map(settings.map(({ name, requestsPerSecond }) => [name, requestsPerSecond]));
  const bare = createProviders(settings, {
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

import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { withConfiguredPrices } from "./configured-prices.ts";
import type { Protocol, ProtocolProvider, Provider } from "./port/provider.ts";
import type { ProviderSettings } from "./port/settings.ts";
import { createFiveSim } from "./protocols/fivesim/fivesim.ts";
import { createHandlerApi } from "./protocols/handler-api/handler-api.ts";
import { createOtpBuddy } from "./protocols/otpbuddy/otpbuddy.ts";
import { createOxgel } from "./protocols/oxgel/oxgel.ts";
import { createPushGateway } from "./protocols/push-gateway.ts";
import { createTempcode77 } from "./protocols/tempcode77/tempcode77.ts";
import type { RequestGate, RequestRecord } from "./transport/gate.ts";
import { createProviderHttp, type ProviderHttp } from "./transport/http.ts";

export interface ProvidersDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Returns the request budget of the provider with this name. */
  readonly gateFor: (name: string) => RequestGate;
  readonly onRequest?: (record: RequestRecord) => void;
  /** Replaces the timeout of every request; for tests. */
  readonly timeoutMs?: number;
}

/** The configured providers by name, in the order of the settings. */
export function createProviders(
  settings: readonly ProviderSettings[],
  deps: ProvidersDeps,
): ReadonlyMap<string, Provider> {
  const { gateFor, ...shared } = deps;
  return new Map(
    settings.map((account) => {
      const { name } = account;
      const logger = deps.logger.child({ provider: name });
      const gate = gateFor(name);
      const http = createProviderHttp({ ...shared, provider: name, gate, logger });
      return [name, createProvider(account, { http, gate, clock: deps.clock })] as const;
    }),
  );
}

type Create = (settings: ProviderSettings, http: ProviderHttp, clock: Clock) => ProtocolProvider;

const create: Readonly<Record<Protocol, Create>> = {
  oxgel: createOxgel,
  "handler-api": createHandlerApi,
  "push-gateway": createPushGateway,
  otpbuddy: createOtpBuddy,
  tempcode77: createTempcode77,
  fivesim: createFiveSim,
};

function createProvider(
  settings: ProviderSettings,
  { http, gate, clock }: { http: ProviderHttp; gate: RequestGate; clock: Clock },
): Provider {
  const { prices, usdRate } = settings;
  const provider: Provider = {
    ...create[settings.protocol](settings, http, clock),
    reserve: (priority, count) => gate.reserve(priority, count),
  };
  return prices === null ? provider : withConfiguredPrices(provider, prices, usdRate);
}

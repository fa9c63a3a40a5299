import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Provider, ProviderSettings } from "./port/provider.ts";
import { createHandlerApi } from "./protocols/handler-api/handler-api.ts";
import { createOtpBuddy } from "./protocols/otpbuddy/otpbuddy.ts";
import { createOxgel } from "./protocols/oxgel.ts";
import { createPushGateway } from "./protocols/push-gateway.ts";
import { createTempcode77 } from "./protocols/tempcode77/tempcode77.ts";
import type { RequestGate, RequestRecord } from "./transport/gate.ts";
import { createProviderHttp, type ProviderHttp } from "./transport/http.ts";

export interface ProvidersDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The request budget of a provider, by its name. */
  readonly gateFor: (name: string) => RequestGate;
  readonly onRequest?: (record: RequestRecord) => void;
  /** Instead of the usual limits on one request; for tests. */
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
      const http = createProviderHttp({ ...shared, provider: name, gate: gateFor(name), logger });
      return [name, createProvider(account, http, deps.clock)] as const;
    }),
  );
}

function createProvider(settings: ProviderSettings, http: ProviderHttp, clock: Clock): Provider {
  switch (settings.protocol) {
    case "oxgel":
      return createOxgel(settings, http);
    case "handler-api":
      return createHandlerApi(settings, http);
    case "push-gateway":
      return createPushGateway(settings, http, clock);
    case "otpbuddy":
      return createOtpBuddy(settings, http);
    case "tempcode77":
      return createTempcode77(settings, http);
  }
}

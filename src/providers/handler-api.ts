import type { Clock } from "../core/clock.ts";
import type { ProviderHttp } from "./http.ts";
import type { Provider, ProviderSettings } from "./provider.ts";

export function createHandlerApi(settings: ProviderSettings, _http: ProviderHttp, _clock: Clock): Provider {
  throw new Error(`${settings.name}: handler-api follows`);
}

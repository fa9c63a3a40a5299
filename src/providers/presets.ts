import type { Protocol } from "./port/provider.ts";

/** Default settings of a known upstream, chosen by the provider's name. PROVIDER_<NAME>_* variables override them. */
export interface Preset {
  readonly protocol: Protocol;
  /** Null: every such upstream has an address of its own, so the operator must set PROVIDER_<NAME>_URL. */
  readonly url: string | null;
  /** The variant of handler_api that it speaks; "plain" for the other protocols. */
  readonly dialect: string;
  readonly requestsPerSecond: number;
}

function handlerApi(dialect: string, url: string, requestsPerSecond: number): Preset {
  return { protocol: "handler-api", url, dialect, requestsPerSecond };
}

/**
 * Where the rates come from: tempcode77 publishes 180 requests a minute. HeroSMS publishes 50 a second, but a 429 was seen
 * after six quick calls. 5sim publishes 100 a second per key and per address; a client that exceeds this five times in ten
 * minutes is blocked for ten minutes, and other clients may share the address. The other upstreams publish no limit. All
 * rates except tempcode77's are cautious.
 */
export const presets: Readonly<Record<string, Preset>> = {
  oxgel: { protocol: "oxgel", url: "https://oxgelapi.com/api/v1", dialect: "plain", requestsPerSecond: 5 },
  smsbower: handlerApi("smsbower", "https://smsbower.page/stubs/handler_api.php", 5),
  herosms: handlerApi("herosms", "https://hero-sms.com/stubs/handler_api.php", 5),
  tiger: handlerApi("tiger", "https://api.tiger-sms.com/stubs/handler_api.php", 3),
  grizzly: handlerApi("grizzly", "https://api.grizzlysms.com/stubs/handler_api.php", 3),
  platfone: handlerApi("platfone", "https://temp-number-api.com/stubs/handler_api.php", 2),
  otpbuddy: { protocol: "otpbuddy", url: "https://otpbuddy.xyz", dialect: "plain", requestsPerSecond: 2 },
  tempcode77: {
    protocol: "tempcode77",
    url: "https://tempcode77.com/api/v1/index.php",
    dialect: "plain",
    requestsPerSecond: 2.9,
  },
  fivesim: { protocol: "fivesim", url: "https://5sim.net/v1", dialect: "plain", requestsPerSecond: 5 },
  "push-gateway": { protocol: "push-gateway", url: null, dialect: "plain", requestsPerSecond: 2 },
};

import type { Protocol } from "./port/provider.ts";

/** What the name of a known upstream stands for; the operator's own PROVIDER_<NAME>_* go before it. */
export interface Preset {
  readonly protocol: Protocol;
  /** Null: there is no common address, the operator has to set one. */
  readonly url: string | null;
  /** The variant of handler_api that it speaks; "plain" for the other protocols. */
  readonly dialect: string;
  readonly requestsPerSecond: number;
}

function handlerApi(dialect: string, url: string, requestsPerSecond: number): Preset {
  return { protocol: "handler-api", url, dialect, requestsPerSecond };
}

/**
 * Rates: published by tempcode77 (180 a minute), HeroSMS (50 a second, but a 429 was seen after six quick calls) and 5sim
 * (100 a second for a key and for an address, but whoever hits that five times in ten minutes is shut out for ten, and
 * others may use the same address); the others publish none. All but tempcode77's are cautious.
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

import type { Config } from "./config.ts";

/** Every secret in the settings. The logger keeps them out of its lines. */
export function secretsOf(config: Config): string[] {
  const secrets = [
    config.telegram.token,
    config.webhookSecret,
    config.topups.cryptoPay?.token,
    config.database.url,
    config.upkeep.heartbeatUrl,
  ];
  return [...secrets, ...config.providers.map((provider) => provider.key)].filter(
    (secret) => typeof secret === "string",
  );
}

/** What may be logged at start: no key, token, secret or URL (a URL may carry a key in its query). */
export function describeConfig(config: Config): Record<string, unknown> {
  return {
    updates: config.publicUrl === null ? "long polling" : "webhook",
    database: config.database.url === null ? "embedded" : "external",
    listen: `${config.http.host}:${config.http.port}`,
    admin: `${config.admin.host}:${config.admin.port}`,
    admins: config.adminIds.length,
    operatorsAreTold: config.upkeep.operatorsChat === null ? "privately" : "in their group",
    providers: config.providers.map((provider) => `${provider.name} (${provider.protocol})`),
    topups: config.topups.gateways,
    referral: config.referral === null ? "off" : "on",
    resellerApi: config.reseller.isOn ? "on" : "off",
    logLevel: config.logLevel,
  };
}

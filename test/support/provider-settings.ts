import type { Protocol } from "../../src/providers/port/provider.ts";
import type { ProviderSettings } from "../../src/providers/port/settings.ts";

/** An account for the tests of one protocol, kept in dollars; `url` is where the protocol's document puts it. */
export function providerSettings(
  protocol: Protocol,
  url: string,
  overrides: Partial<ProviderSettings> = {},
): ProviderSettings {
  return {
    name: "alpha",
    protocol,
    dialect: "plain",
    key: "secret",
    url,
    currency: "USD",
    usdRate: "1",
    requestsPerSecond: 5,
    prices: null,
    ...overrides,
  };
}

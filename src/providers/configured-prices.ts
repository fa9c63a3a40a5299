import { refusal, unsupported } from "./parsing/answers.ts";
import { parseCost } from "./parsing/parse.ts";
import type { PriceQuery, Provider, ProviderPrice } from "./port/provider.ts";
import type { PriceTable } from "./port/settings.ts";

/**
 * Wraps a provider so that the operator's prices (PROVIDER_<NAME>_PRICES) replace the API's. No price request is sent, and
 * nothing is bought that has no price or a price above the ceiling. `usdRate` is the account's.
 */
export function withConfiguredPrices(provider: Provider, table: PriceTable, usdRate: string): Provider {
  const { name, capabilities } = provider;

  function costOf(serviceCode: string | null, countryCode: string): bigint | undefined {
    const countries = countriesIn(table, serviceCode);
    return Object.hasOwn(countries, countryCode) ? parseCost(countries[countryCode], { usdRate }) : undefined;
  }

  return {
    ...provider,
    capabilities: { ...capabilities, prices: "configured" },
    async prices(query) {
      return servicesAsked(name, table, query, capabilities.anyService).flatMap((serviceCode) =>
        Object.keys(countriesIn(table, serviceCode))
          .filter((countryCode) => query.countryCode === undefined || countryCode === query.countryCode)
          .flatMap((countryCode): ProviderPrice[] => {
            const costMicros = costOf(serviceCode, countryCode);
            if (costMicros === undefined) return [];
            return [{ serviceCode, countryCode, operator: null, costMicros, stock: null }];
          }),
      );
    },
    async buy(request, options) {
      const costMicros = costOf(request.serviceCode, request.countryCode);
      if (costMicros === undefined) throw refusal(name, "bad_mapping", "buy: no price is set for this");
      if (costMicros > request.ceilingMicros) throw refusal(name, "price_moved", "buy: above the ceiling");
      const rental = await provider.buy(request, options);
      return { ...rental, costMicros: rental.costMicros ?? costMicros };
    },
  };
}

/** The service codes to price. Null: the provider's numbers work for every service. */
function servicesAsked(
  name: string,
  table: PriceTable,
  { serviceCode }: PriceQuery,
  isAnyService: boolean,
): readonly (string | null)[] {
  if (isAnyService) return [null];
  if (serviceCode !== undefined) return [serviceCode];
  if (table.kind === "by-service") return Object.keys(table.services);
  throw unsupported(name, "prices of all services at once");
}

function countriesIn(table: PriceTable, serviceCode: string | null): Readonly<Record<string, string>> {
  if (table.kind === "any-service") return table.countries;
  const { services } = table;
  return serviceCode !== null && Object.hasOwn(services, serviceCode) ? (services[serviceCode] ?? {}) : {};
}

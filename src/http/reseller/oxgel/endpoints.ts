import { plainUsd } from "../../../core/money.ts";
import type { NumberedCountry } from "../../../reseller/countries.ts";
import type { ApiOrderRow } from "../../../reseller/reseller.ts";
import { type Call, type Endpoint, endpoint, reasonOf } from "./endpoint.ts";
import { orderEndpoints } from "./order-endpoints.ts";
import { type Refusal, refusalOf, refuse } from "./refusals.ts";
import {
  balanceAnswer,
  countriesAnswer,
  noParameters,
  priceQuery,
  pricesAnswer,
  purchaseAnswer,
  purchaseBody,
  servicesAnswer,
} from "./schemas.ts";
import { codeOf, serviceIdOf } from "./services.ts";

const MAX_NAME_LENGTH = 128;

function usd(micros: bigint): number {
  return Number(plainUsd(micros));
}

const balance = endpoint({
  method: "GET",
  path: "/balance",
  summary: "The balance of the wallet",
  query: noParameters,
  answer: balanceAnswer,
  refusals: [],
  async handle({ reseller, key }) {
    const { availableMicros, heldMicros } = await reseller.balance(key);
    return { value: { balance: usd(availableMicros), escrow: usd(heldMicros), currency: "USD" as const } };
  },
});

const services = endpoint({
  method: "GET",
  path: "/services",
  summary: "The services that numbers are sold for",
  query: noParameters,
  answer: servicesAnswer,
  refusals: [],
  handle: async ({ reseller: { prices } }) => ({
    value: (await prices.services()).map(({ id, name }) => ({ code: codeOf(id), name })),
  }),
});

const countries = endpoint({
  method: "GET",
  path: "/countries",
  summary: "The countries and their codes",
  query: noParameters,
  answer: countriesAnswer,
  refusals: [],
  handle: async ({ reseller: { countries: numbered, prices } }) => ({
    value: numbered.all.map(({ code, countryId }) => ({
      code: String(code),
      iso2: countryId,
      name: prices.countryName(countryId, "en"),
    })),
  }),
});

/** The service of this code, if it is sold. */
async function serviceOf({ reseller: { prices } }: Call, code: string): Promise<string | Refusal> {
  const serviceId = serviceIdOf(code);
  if (await prices.isBlocked(serviceId)) return refuse("service_blocked");
  return (await prices.isSold(serviceId)) ? serviceId : refuse("unknown_service");
}

const prices = endpoint({
  method: "GET",
  path: "/prices",
  summary: "What a number for a service costs, by country",
  query: priceQuery,
  answer: pricesAnswer,
  refusals: ["bad_request", "service_blocked", "unknown_service", "unknown_country"],
  async handle(call, query) {
    const { reseller } = call;
    const serviceId = await serviceOf(call, query.service);
    if (typeof serviceId !== "string") return serviceId;
    const country = query.country === undefined ? null : reseller.countries.read(query.country);
    if (country === undefined) return refuse("unknown_country");
    const rows = await reseller.prices.list({ serviceId, countryId: country?.countryId ?? null });
    const value = rows.flatMap(({ countryId, priceMicros, stock }) =>
      (country ? [country.code] : reseller.countries.codesOf(countryId)).map((code) => ({
        country: String(code),
        price: usd(priceMicros),
        // The shop is the one operator that there is. Its own suppliers stay hidden.
        stock: stock === 0 ? 0 : 1,
      })),
    );
    return { value };
  },
});

interface Purchase {
  readonly serviceId: string;
  readonly country: NumberedCountry;
  readonly maxPriceMicros: bigint | null;
}

async function purchaseOf(call: Call): Promise<Purchase | Refusal> {
  const given = await call.readBody();
  if (given === undefined) return refuse("bad_request", { detail: "the body has to be JSON" });
  const read = purchaseBody.safeParse(given);
  if (!read.success) return refuse("bad_body", { detail: reasonOf(read.error) });
  const serviceId = await serviceOf(call, read.data.service);
  if (typeof serviceId !== "string") return serviceId;
  const country = call.reseller.countries.read(read.data.country);
  return country
    ? { serviceId, country, maxPriceMicros: read.data.max_price ?? null }
    : refuse("unknown_country");
}

const purchase = endpoint({
  method: "POST",
  path: "/numbers/buy",
  summary: "Buys a number; the same Idempotency-Key within a day is the same purchase",
  query: noParameters,
  body: purchaseBody,
  answer: purchaseAnswer,
  refusals: [
    "bad_request",
    "insufficient_funds",
    "service_blocked",
    "unknown_service",
    "unknown_country",
    "out_of_stock",
    "price_too_high",
    "bad_body",
    "name_reused",
    "too_many_open_orders",
    "sales_paused",
  ],
  async handle(call) {
    const { reseller, key, idempotencyKey: name, now, gone } = call;
    if ((name?.length ?? 0) > MAX_NAME_LENGTH)
      return refuse("bad_request", { detail: "Idempotency-Key is too long" });
    const asked = await purchaseOf(call);
    if ("status" in asked) return asked;
    const { serviceId, country, maxPriceMicros } = asked;
    const request = { serviceId, countryId: country.countryId, maxPriceMicros, name };
    const outcome = await reseller.buy(key, request, gone.signal);
    if (outcome.kind === "none") return refuse("out_of_stock");
    if (outcome.kind !== "number") return refusalOf(outcome, now);
    return { value: bought(outcome.order), tells: outcome.order.id };
  },
});

function bought({ id, number, phone, expiresAt, placedAt, priceMicros }: ApiOrderRow & { phone: string }) {
  return {
    id,
    order_code: `ORD-${number}`,
    phone,
    expires_at: (expiresAt ?? placedAt).toISOString(),
    cost: usd(priceMicros),
  };
}

/** All endpoints of OxgelAPI, in the order of its document. */
export const endpoints: readonly Endpoint[] = [
  balance,
  services,
  countries,
  prices,
  purchase,
  ...orderEndpoints,
];

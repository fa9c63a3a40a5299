import { plainUsd } from "../../src/core/money.ts";
import { type Paging, pageOf } from "./face.ts";
import type { Market } from "./market.ts";
import type { MarketOffer, MarketRental } from "./market-types.ts";

/** The lists of a pretend handler_api supplier, in the shapes that its dialect has. */

/** `{country: {service: leaf}}`. */
export function priceTree(
  market: Market,
  query: { service?: string; country?: string },
  leaf: PriceLeaf,
): object {
  const tree: Record<string, Record<string, unknown>> = {};
  for (const offer of market.offers) {
    if (query.service !== undefined && offer.serviceCode !== query.service) continue;
    if (query.country !== undefined && offer.countryCode !== query.country) continue;
    const services = tree[offer.countryCode] ?? {};
    services[offer.serviceCode] = leaf(offer);
    tree[offer.countryCode] = services;
  }
  return tree;
}

type PriceLeaf = (offer: MarketOffer) => unknown;

/** The innermost part of getPrices, getPricesV2 and getPricesV3. */
export function priceLeaf(action: string, dialect: string): PriceLeaf | undefined {
  switch (action) {
    case "getPrices":
      // Some suppliers write numbers, some strings.
      return ({ costMicros, stock }) => ({ cost: plainUsd(costMicros).padEnd(6, "0"), count: stock });
    case "getPricesV2":
      return ({ costMicros, stock }) => ({
        [plainUsd(costMicros)]: stock,
        [plainUsd(costMicros * 2n)]: stock * 2,
      });
    case "getPricesV3":
      return dialect === "smsbower" ? byProvider : withProviders;
    default:
      return undefined;
  }
}

/** The market's operators serve as SMSBower's sub-suppliers. Offers without an operator have the sub-supplier 2263. */
const byProvider: PriceLeaf = ({ operator, costMicros, stock }) => {
  const id = operator ?? "2263";
  return { [id]: { count: stock, price: Number(plainUsd(costMicros)), provider_id: Number(id) } };
};

const withProviders: PriceLeaf = ({ costMicros, stock }) => {
  const price = Number(plainUsd(costMicros));
  return { price, count: stock, providers: { "7": { count: stock, price: [price] } } };
};

/** SMSBower has a row without an id; HeroSMS numbers its ids, the others write strings. */
export function countryList(market: Market, dialect: string): object {
  const rows = market.countries.map(({ code, name }) => ({
    id: dialect === "herosms" ? Number(code) : code,
    eng: name,
  }));
  if (dialect === "tiger") return rows;
  const keyed = Object.fromEntries(rows.map((row) => [String(row.id), row]));
  return dialect === "smsbower" ? { ...keyed, "": { id: null } } : keyed;
}

/** getActiveActivations of HeroSMS and Tiger. */
export function activeList(
  market: Market,
  { dialect, paging }: { dialect: string; paging: Paging },
  start: number,
  limit: number,
): object {
  const rows = pageOf(market.active(), start, limit, paging).map(activeRow);
  if (dialect === "tiger") return { status: "success", data: rows };
  return { status: "success", data: rows, activeActivations: { rows } };
}

function activeRow(rental: MarketRental): object {
  const last = rental.sms.at(-1);
  return {
    activationId: rental.id,
    serviceCode: rental.serviceCode,
    phoneNumber: rental.phone.slice(1),
    activationCost: plainUsd(rental.costMicros),
    activationStatus: { waiting: "4", waiting_again: "3", received: "2" }[String(rental.status)] ?? "6",
    smsCode: rental.status === "received" ? rental.sms.map((sms) => sms.code ?? sms.text) : null,
    smsText: rental.status === "received" ? (last?.text ?? null) : null,
    activationTime: rental.createdAt.toISOString().slice(0, 19).replace("T", " "),
    countryCode: rental.countryCode,
    canGetAnotherSms: "1",
    currency: "840",
  };
}

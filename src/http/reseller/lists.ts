import { plainUsd } from "../../core/money.ts";
import type { PriceListRow } from "../../reseller/prices.ts";
import type { Reseller } from "../../reseller/reseller.ts";
import { codeWord, statusWord } from "../../reseller/words.ts";
import {
  type ActionHandler,
  type Answer,
  type Call,
  countryOf,
  digits,
  say,
  serviceOf,
  withOrder,
} from "./actions.ts";
import { renderTagged } from "./respond.ts";
import { utcTime } from "./tokens.ts";

/** Where a provider does not tell its stock, there is at least one. */
const UNKNOWN_STOCK = 1;

type Cell = Readonly<Record<string, unknown>>;

/** One price as each of the price calls shows it. There is one provider, the shop: its own suppliers stay hidden. */
const cells = {
  getPrices: (row) => ({ cost: usd(row), count: stockOf(row) }),
  getPricesV2: (row) => ({ [plainUsd(row.priceMicros)]: stockOf(row) }),
  getPricesV3: (row) => ({ "1": { count: stockOf(row), price: usd(row), provider_id: 1 } }),
} as const satisfies Record<string, (row: PriceListRow) => Cell>;

function usd({ priceMicros }: PriceListRow): number {
  return Number(plainUsd(priceMicros));
}

function stockOf({ stock }: PriceListRow): number {
  return stock ?? UNKNOWN_STOCK;
}

/** Service and country of a price call, each perhaps left out. Undefined: something unknown was asked for. */
function filterOf(call: Call) {
  const asked = call.parameters.get("country")?.trim() ?? "";
  const country = asked === "" ? null : (call.reseller.countries.read(asked) ?? undefined);
  return country === undefined ? undefined : { serviceId: serviceOf(call.parameters) ?? null, country };
}

/**
 * Country → service → cell. A country that has several codes is listed under each, or only under the one asked for. The
 * whole shop is rendered once for all who ask within a minute.
 */
export function pricing(name: keyof typeof cells): ActionHandler {
  const renderings = new WeakMap<readonly PriceListRow[], Answer>();
  return async (call) => {
    const filter = filterOf(call);
    if (!filter) return say("{}");
    const { serviceId, country } = filter;
    const rows = await call.reseller.prices.list({ serviceId, countryId: country?.countryId ?? null });
    const known = renderings.get(rows);
    if (known) return known;
    const text = JSON.stringify(byCountry(call.reseller, rows, country?.code ?? null, cells[name]));
    if (serviceId !== null || country !== null) return say(text);
    const rendered = { body: renderTagged(text) };
    renderings.set(rows, rendered);
    return rendered;
  };
}

function byCountry(
  { countries }: Reseller,
  rows: readonly PriceListRow[],
  only: number | null,
  cellOf: (row: PriceListRow) => Cell,
): Record<string, Record<string, Cell>> {
  const result: Record<string, Record<string, Cell>> = {};
  for (const row of rows) {
    for (const code of only === null ? countries.codesOf(row.countryId) : [only]) {
      const services = result[code] ?? {};
      services[row.serviceId] = cellOf(row);
      result[code] = services;
    }
  }
  return result;
}

export const getCountries: ActionHandler = async ({ reseller }) => {
  const { countries, prices } = reseller;
  const rows = countries.all.map(({ code, countryId }) => [
    code,
    {
      id: code,
      rus: prices.countryName(countryId, "ru"),
      eng: prices.countryName(countryId, "en"),
      chn: prices.countryName(countryId, "zh"),
      visible: 1,
      retry: 1,
      rent: 0,
      multiService: 0,
    },
  ]);
  return say(JSON.stringify(Object.fromEntries(rows)));
};

export const getServicesList: ActionHandler = async ({ reseller }) => {
  const services = (await reseller.prices.services()).map(({ id, name }) => ({ code: id, name }));
  return say(JSON.stringify({ status: "success", services }));
};

/** Stock by service as strings; clients read names that end in "_0". */
export const getNumbersStatus: ActionHandler = async (call) => {
  const country = countryOf(call);
  if (!country) return say("{}");
  const rows = await call.reseller.prices.list({ serviceId: null, countryId: country.countryId });
  const stocks = rows.map((row) => [`${row.serviceId}_0`, String(stockOf(row))]);
  return say(JSON.stringify(Object.fromEntries(stocks)));
};

export const getTopCountriesByService: ActionHandler = async ({ reseller, parameters }) => {
  const serviceId = serviceOf(parameters);
  if (serviceId === undefined || !(await reseller.prices.isSold(serviceId))) return say("BAD_SERVICE");
  const rows = (await reseller.prices.top(serviceId)).flatMap((row) => {
    const [code] = reseller.countries.codesOf(row.countryId);
    if (code === undefined) return [];
    return [{ country: code, count: stockOf(row), price: usd(row), retail_price: usd(row) }];
  });
  return say(JSON.stringify(Object.fromEntries(rows.entries())));
};

export const getOperators: ActionHandler = async (call) => {
  const filter = filterOf(call);
  if (!filter) return say("BAD_COUNTRY");
  const codes = filter.country ? [filter.country.code] : call.reseller.countries.all.map(({ code }) => code);
  const countryOperators = Object.fromEntries(codes.map((code) => [code, ["any"]]));
  return say(JSON.stringify({ status: "success", countryOperators }));
};

/** All values are strings, as the original has them. */
export const getActiveActivations: ActionHandler = async ({ reseller, key }) => {
  const orders = await reseller.openOrders(key);
  const activeActivations = orders.map((order) => ({
    activationId: String(order.number),
    serviceCode: order.serviceId,
    phoneNumber: digits(order.phone ?? ""),
    activationCost: plainUsd(order.priceMicros),
    activationStatus: "4",
    smsCode: (order.sms && codeWord(order.sms)) ?? "",
    smsText: order.sms?.text ?? "",
    activationTime: utcTime(order.placedAt),
    countryCode: String(reseller.countries.codesOf(order.countryId)[0] ?? ""),
    canGetAnotherSms: order.canAnother ? "1" : "0",
    currency: "840",
  }));
  return say(JSON.stringify({ status: "success", activeActivations }));
};

/** The whole text of the newest SMS; without one, what getStatus says. */
export const getFullSms = withOrder(async ({ key }, order) => {
  const text = order.sms?.text ?? order.sms?.code ?? null;
  return text === null ? statusWord(order, key.style) : `FULL_SMS:${text}`;
});

export const getAllSms = withOrder(async ({ reseller }, order) => {
  const data = (await reseller.sms(order.id)).flatMap((sms) => {
    const code = codeWord(sms);
    return code === null ? [] : [{ code, text: sms.text ?? "", date: utcTime(sms.receivedAt) }];
  });
  return JSON.stringify({ status: "success", data });
});

import { parseUsd, plainUsd } from "../../core/money.ts";
import type { NumberedCountry } from "../../reseller/countries.ts";
import type { ApiKey, ApiOrderRow, Reseller } from "../../reseller/reseller.ts";
import { codeWord, statusWord } from "../../reseller/words.ts";
import type { Gone } from "./dialect.ts";
import type { Parameters } from "./request.ts";
import { type Rendered, render } from "./respond.ts";
import { refusalToken, utcTime } from "./tokens.ts";

/** What an action is done with. */
export interface Call {
  readonly reseller: Reseller;
  readonly key: ApiKey;
  readonly parameters: Parameters;
  readonly gone: Gone;
}

export interface Answer {
  readonly body: Rendered;
  /** The order whose number this answer tells. */
  readonly tells?: string;
}

export type ActionHandler = (call: Call) => Promise<Answer>;

const CENT_MICROS = 10_000n;
const MAX_NAME_LENGTH = 128;

export function say(text: string): Answer {
  return { body: render(text) };
}

export const balance: ActionHandler = async ({ reseller, key, parameters }) => {
  const { availableMicros, heldMicros } = await reseller.balance(key);
  const available = `ACCESS_BALANCE:${cents(availableMicros)}`;
  return say(parameters.get("version") === "2" ? `${available}:${cents(heldMicros)}` : available);
};

/** Two decimals, because some clients want exactly two; never more than there is. */
function cents(micros: bigint): string {
  return plainUsd(micros - (micros % CENT_MICROS));
}

/** A service as clients name it; "tg_0" is how the stock lists write it. Undefined: left out. */
export function serviceOf(parameters: Parameters): string | undefined {
  const text = parameters
    .get("service")
    ?.trim()
    .replace(/_[01]$/, "");
  return text === "" ? undefined : text;
}

/** Left out means Russia, as it always did. Undefined: no country that we know. */
export function countryOf({ reseller, parameters }: Call): NumberedCountry | undefined {
  const text = parameters.get("country")?.trim();
  return reseller.countries.read(text === undefined || text === "" ? "0" : text);
}

/** null: no limit was given. Undefined: it cannot be read, which is never "no limit". */
function maxPriceOf(parameters: Parameters): bigint | null | undefined {
  const text = parameters.get("maxPrice");
  return text === undefined ? null : parseUsd(text.trim(), "up");
}

/** getNumber and getNumberV2; they differ in how the number is printed. */
export function buying(
  print: (order: ApiOrderRow & { readonly phone: string }, country: NumberedCountry) => string,
): ActionHandler {
  return async (call) => {
    const { reseller, key, parameters, gone } = call;
    const maxPriceMicros = maxPriceOf(parameters);
    const name = parameters.get("orderId")?.trim() || null;
    if (maxPriceMicros === undefined || (name?.length ?? 0) > MAX_NAME_LENGTH) return say("BAD_ACTION");
    const serviceId = serviceOf(parameters);
    if (serviceId === undefined || !(await reseller.prices.isSold(serviceId))) return say("BAD_SERVICE");
    const country = countryOf(call);
    if (!country) return say("BAD_COUNTRY");
    const request = { serviceId, countryId: country.countryId, maxPriceMicros, name };
    const outcome = await reseller.buy(key, request, gone.signal);
    if (outcome.kind === "none") return say("NO_NUMBERS");
    if (outcome.kind !== "number") return say(refusalToken(outcome));
    return { ...say(print(outcome.order, country)), tells: outcome.order.id };
  };
}

export const getNumber = buying(({ number, phone }) => `ACCESS_NUMBER:${number}:${digits(phone)}`);

export const getNumberV2 = buying((order, country) =>
  JSON.stringify({
    activationId: String(order.number),
    phoneNumber: digits(order.phone),
    activationCost: plainUsd(order.priceMicros),
    currency: 840,
    countryCode: String(country.code),
    canGetAnotherSms: order.canAnother,
    activationTime: utcTime(order.placedAt),
    activationOperator: "any",
  }),
);

export function digits(phone: string): string {
  return phone.replace(/\D/g, "");
}

/** The order that a request names; one client writes its id in another way. */
async function orderOf({ reseller, key, parameters }: Call): Promise<ApiOrderRow | undefined> {
  const text = (parameters.get("id") ?? parameters.get("activationId") ?? "").trim();
  return /^\d{1,9}$/.test(text) ? await reseller.order(key, Number(text)) : undefined;
}

/** Does something with the order that the request names. */
export function withOrder(act: (call: Call, order: ApiOrderRow) => Promise<string>): ActionHandler {
  return async (call) => {
    const order = await orderOf(call);
    return say(order ? await act(call, order) : "NO_ACTIVATION");
  };
}

export const getStatus = withOrder(async ({ key }, order) => statusWord(order, key.style));

export const getStatusV2 = withOrder(async (_, { sms }) => {
  const code = sms && codeWord(sms);
  const shown = sms && code !== null && { dateTime: utcTime(sms.at), code, text: sms.text ?? "" };
  return JSON.stringify({ verificationType: 0, sms: shown || null, call: null });
});

const FINISHED = "ACCESS_ACTIVATION";
const REFUSED = "BAD_STATUS";

async function ready({ state }: ApiOrderRow): Promise<string> {
  return ["waiting", "cancelling", "received", "waiting_again"].includes(state) ? "ACCESS_READY" : REFUSED;
}

async function another(reseller: Reseller, order: ApiOrderRow): Promise<string> {
  return (await reseller.another(order)) === "done" ? "ACCESS_RETRY_GET" : REFUSED;
}

async function finish(reseller: Reseller, order: ApiOrderRow): Promise<string> {
  return (await reseller.finish(order)) === "done" ? FINISHED : REFUSED;
}

const cancelWords = {
  cancelled: "ACCESS_CANCEL",
  too_early: "EARLY_CANCEL_DENIED",
  too_many: "EARLY_CANCEL_DENIED",
  not_active: REFUSED,
} as const;

async function cancel(reseller: Reseller, order: ApiOrderRow): Promise<string> {
  return cancelWords[await reseller.cancel(order)];
}

export const setStatus = withOrder(async ({ reseller, parameters }, order) => {
  switch (parameters.get("status")?.trim()) {
    case "1":
      return await ready(order);
    case "3":
      return await another(reseller, order);
    case "6":
      return await finish(reseller, order);
    case "8":
    case "-1":
      return await cancel(reseller, order);
    default:
      return REFUSED;
  }
});

export const finishActivation = withOrder(({ reseller }, order) => finish(reseller, order));
export const cancelActivation = withOrder(({ reseller }, order) => cancel(reseller, order));

import { z } from "zod";
import { addMs, type Clock } from "../../../core/clock.ts";
import { garbage, lacking, parseAs, refusal } from "../../parsing/answers.ts";
import { field, idField, parseBalance, parseCost } from "../../parsing/parse.ts";
import { toE164 } from "../../parsing/phones.ts";
import { cancelRefusal } from "../../parsing/refusals.ts";
import type {
  CallOptions,
  CancelOutcome,
  Capabilities,
  Observation,
  PriceQuery,
  Priority,
  ProtocolProvider,
  ProviderBalance,
  ProviderPrice,
  PurchaseRequest,
  Rental,
} from "../../port/provider.ts";
import { ProviderError } from "../../port/provider-error.ts";
import type { ProviderSettings } from "../../port/settings.ts";
import type { HttpAnswer, ProviderHttp } from "../../transport/http.ts";
import { urlUnder } from "../../transport/urls.ts";
import {
  accountError,
  codeError,
  codes,
  isMissing,
  isRefusal,
  isStillWaiting,
  type Product,
  productsOf,
  type Reply,
  replyOf,
  smsOf,
} from "./answers.ts";

const capabilities: Capabilities = {
  cancel: true,
  ban: false,
  another: false,
  finish: false,
  poll: true,
  webhook: false,
  checkMany: false,
  text: false,
  activeList: false,
  prices: "all",
  priceCeiling: false,
  anyService: false,
  chargedAt: "purchase",
  cancelAfterMs: null,
  lifetimeMs: null,
  pollIntervalMs: 5_000,
  checkManyLimit: 0,
};

/** The only country of the documentation ("Country CODES"). Its code is sent in the parameter `server`. */
const india = { code: "in", name: "India", iso2: "IN", callingCode: "91" };

const balanceReply = z.object({ data: z.object({ balance: z.unknown() }) });
const numberReply = z.object({
  data: z.object({
    number: field("a phone number", (value) => toE164(value, india.callingCode)),
    id: idField,
  }),
});

type Params = Readonly<Record<string, string>>;

/** The product list holds names and prices. A list read for the names serves one price request within this time. */
const LIST_IS_FRESH_MS = 30_000;

/** One account. Requests are `GET /v1/api/<method>?token=`. */
interface Account {
  readonly name: string;
  readonly usdRate: string;
  get(operation: string, method: string, params: Params, priority: Priority): Promise<HttpAnswer>;
}

/**
 * otpbuddy.xyz. Its documentation and its later client use different names for some methods. One name is tried first, and
 * the other one if the server answers 404 or 405.
 */
export function createOtpBuddy(
  settings: ProviderSettings,
  http: ProviderHttp,
  clock: Clock,
): ProtocolProvider {
  const { name } = settings;
  const account = createAccount(settings, http);
  let readForNames: { at: Date; products: Promise<Product[]> } | undefined;

  function listForNames(options: CallOptions): Promise<Product[]> {
    const list = products(account, "services", options);
    readForNames = { at: clock.now(), products: list };
    return list;
  }

  async function listForPrices(options: CallOptions): Promise<Product[]> {
    const known = readForNames;
    readForNames = undefined;
    const isFresh = known !== undefined && clock.now() < addMs(known.at, LIST_IS_FRESH_MS);
    const list = isFresh ? await known.products.catch(() => undefined) : undefined;
    return list ?? (await products(account, "prices", options));
  }

  return {
    name,
    protocol: "otpbuddy",
    capabilities,
    ...lacking(name),
    balance: ({ priority }) => balance(account, priority),
    services: async (options) =>
      (await listForNames(options)).map((row) => ({ code: row.code, name: row.name })),
    countries: async () => [{ code: india.code, name: india.name, iso2: india.iso2 }],
    prices: (query, options) => prices(account.usdRate, query, () => listForPrices(options)),
    buy: (request, { priority }) => buy(account, request, priority),
    check: (upstreamId, { priority }) => check(account, upstreamId, priority),
    cancel: (upstreamId, { priority }) => cancel(account, upstreamId, priority),
  };
}

function createAccount(settings: ProviderSettings, http: ProviderHttp): Account {
  return {
    name: settings.name,
    usdRate: settings.usdRate,
    get(operation, method, params, priority) {
      const url = urlUnder(settings.url, `v1/api/${method}`, { token: settings.key, ...params });
      return http.request({ operation, method: "GET", url, priority });
    },
  };
}

async function balance(account: Account, priority: Priority): Promise<ProviderBalance> {
  const { name, usdRate } = account;
  const reply = replyOf(name, "balance", await account.get("balance", "getBalance", {}, priority));
  if (reply.status !== codes.success) throw accountError(name, "balance", reply);
  const { data } = parseAs(name, "balance", balanceReply, reply);
  const balanceMicros = parseBalance(data.balance, { usdRate });
  if (balanceMicros === undefined) throw garbage(name, "balance", "unexpected balance");
  return { balanceMicros, escrowMicros: null };
}

/** Lists the products: by `getProducts` in the later client, by `getStatus` without an id in the documentation. */
async function products(account: Account, operation: string, { priority }: CallOptions): Promise<Product[]> {
  const answer = await account.get(operation, "getProducts", {}, priority);
  const used = isMissing(answer) ? await account.get(operation, "getStatus", {}, priority) : answer;
  return productsOf(account.name, operation, used);
}

async function prices(
  usdRate: string,
  query: PriceQuery,
  list: () => Promise<Product[]>,
): Promise<ProviderPrice[]> {
  if (query.countryCode !== undefined && query.countryCode !== india.code) return [];
  const wanted = (await list()).filter(
    ({ code }) => query.serviceCode === undefined || code === query.serviceCode,
  );
  return wanted.flatMap(({ code, price }) => {
    const costMicros = parseCost(price, { usdRate });
    if (costMicros === undefined) return [];
    return [{ serviceCode: code, countryCode: india.code, operator: null, costMicros, stock: null }];
  });
}

async function buy(account: Account, request: PurchaseRequest, priority: Priority): Promise<Rental> {
  const { name } = account;
  if (request.serviceCode === null) throw refusal(name, "bad_mapping", "buy: no product");
  if (request.countryCode !== india.code) throw refusal(name, "bad_mapping", "buy: no such server");
  // The documentation's example has "sever" (a typo); its table of parameters and the client have "server".
  const params = { server: india.code, product_id: request.serviceCode };
  const reply = replyOf(name, "buy", await account.get("buy", "getNumber", params, priority));
  // A purchase names no order, so the "invalid id" is the product's.
  if (reply.status === codes.unknownId) throw refusal(name, "bad_mapping", "buy: status 201");
  if (reply.status !== codes.success) throw codeError(name, "buy", reply);
  const { data } = parseAs(name, "buy", numberReply, reply);
  const unsaid = { costMicros: null, expiresAt: null, cancelOpensAt: null, canAnother: null };
  return { upstreamId: data.id, phone: data.number, ...unsaid };
}

async function check(account: Account, upstreamId: string, priority: Priority): Promise<Observation> {
  const { name } = account;
  const reply = replyOf(name, "check", await account.get("check", "getSms", { id: upstreamId }, priority));
  if (reply.status === codes.waiting) return { status: "waiting", sms: [] };
  if (reply.status === codes.expired) return { status: "expired", sms: [] };
  if (reply.status !== codes.success) throw codeError(name, "check", reply);
  const sms = smsOf(reply);
  if (!sms && isStillWaiting(reply)) return { status: "waiting", sms: [] };
  if (!sms) throw garbage(name, "check", "no message");
  return { status: "received", sms: [sms] };
}

/** Cancels by `setStatus` with 8 (documentation) or `cancelNumber` (later client). Both are safe to repeat. */
async function cancel(account: Account, upstreamId: string, priority: Priority): Promise<CancelOutcome> {
  const { name } = account;
  const first = await account.get("cancel", "setStatus", { id: upstreamId, status: "8" }, priority);
  const answer = isMissing(first)
    ? await account.get("cancel", "cancelNumber", { id: upstreamId }, priority)
    : first;
  let reply: Reply;
  try {
    reply = replyOf(name, "cancel", answer);
  } catch (error) {
    if (!(error instanceof ProviderError) || error.kind !== "refused") throw error;
    return cancelRefusal(await check(account, upstreamId, priority));
  }
  if (reply.status === codes.success) return { kind: "cancelled" };
  if (isRefusal(reply)) return cancelRefusal(await check(account, upstreamId, priority));
  throw codeError(name, "cancel", reply);
}

import { z } from "zod";
import { toMicrosAtRate } from "../../../core/money.ts";
import { garbage, lacking, parseAs, refusal, unsupported } from "../../parsing/answers.ts";
import { readPages } from "../../parsing/pages.ts";
import { parseBalance, parseCharge, parseCost, parseStock } from "../../parsing/parse.ts";
import { cancelRefusal } from "../../parsing/refusals.ts";
import type {
  ActiveRental,
  CancelOutcome,
  Capabilities,
  Observation,
  PriceQuery,
  Priority,
  ProtocolProvider,
  ProviderPrice,
  PurchaseRequest,
  Rental,
} from "../../port/provider.ts";
import { ProviderError } from "../../port/provider-error.ts";
import type { ProviderSettings } from "../../port/settings.ts";
import type { HttpAnswer, ProviderHttp } from "../../transport/http.ts";
import { pathSegment, urlUnder } from "../../transport/urls.ts";
import {
  countriesOf,
  createdActivation,
  isPast,
  type ListedRow,
  listPageOf,
  observationOf,
  PAGE_ROWS,
  servicesOf,
  watchedPageOf,
} from "./answers.ts";
import { dataOf } from "./refusals.ts";
import { createListWatch } from "./watch.ts";

const capabilities: Capabilities = {
  cancel: true,
  ban: false,
  // Answers have `is_retriable` and retry states, but no request for a retry is documented.
  another: false,
  finish: false,
  poll: true,
  webhook: false,
  checkMany: true,
  text: false,
  activeList: true,
  prices: "per-pair",
  priceCeiling: true,
  anyService: false,
  chargedAt: "sms",
  cancelAfterMs: null,
  lifetimeMs: null,
  pollIntervalMs: 5_000,
  checkManyLimit: PAGE_ROWS,
};

/** The documented range of `max_price` is 1-10000. */
const MAX_PRICE_CENTS = 10_000n;

/** One account: requests go to `<base>?path=` with the key in a header; the catalogue files are two levels up. */
interface Account {
  readonly name: string;
  readonly usdRate: string;
  get(operation: string, path: string, priority: Priority, params?: Params): Promise<HttpAnswer>;
  post(
    operation: string,
    path: string,
    priority: Priority,
    body: Readonly<Record<string, unknown>>,
  ): Promise<HttpAnswer>;
  catalogue(operation: string, file: string, priority: Priority): Promise<HttpAnswer>;
}

type Params = Readonly<Record<string, string>>;

/** tempcode77.com: amounts are in cents, answers are `{ok, data}`, and the charge is made when an SMS is fetched. */
export function createTempcode77(settings: ProviderSettings, http: ProviderHttp): ProtocolProvider {
  const { name } = settings;
  const account = createAccount(settings, http);
  return {
    name,
    protocol: "tempcode77",
    capabilities,
    ...lacking(name),
    async balance({ priority }) {
      const answer = await account.get("balance", "wallet", priority);
      const wallet = parseAs(name, "balance", walletData, dataOf(name, "balance", answer));
      const balanceMicros = parseBalance(wallet.balance_cents, cents(account));
      if (balanceMicros === undefined) throw garbage(name, "balance", "unexpected balance_cents");
      return { balanceMicros, escrowMicros: null };
    },
    services: async ({ priority }) =>
      servicesOf(name, await account.catalogue("services", "services.php", priority)),
    countries: async ({ priority }) =>
      countriesOf(name, await account.catalogue("countries", "countries.php", priority)),
    prices: (query, { priority }) => prices(account, query, priority),
    buy: (request, { priority }) => buy(account, request, priority),
    check: (upstreamId, { priority }) => check(account, upstreamId, priority),
    checkMany: createListWatch({
      page: async (page, priority) =>
        watchedPageOf(name, dataOf(name, "checkMany", await listPage(account, "checkMany", page, priority))),
      get: (upstreamId, priority) => look(account, upstreamId, "", priority),
    }),
    cancel: (upstreamId, { priority }) => cancel(account, upstreamId, priority),
    active: ({ priority }) => active(account, priority),
  };
}

function createAccount(settings: ProviderSettings, http: ProviderHttp): Account {
  const headers = { "x-api-key": settings.key };
  const endpoint = (path: string, params: Params): URL => urlUnder(settings.url, "", { path, ...params });
  return {
    name: settings.name,
    usdRate: settings.usdRate,
    get: (operation, path, priority, params = {}) =>
      http.request({ operation, method: "GET", url: endpoint(path, params), headers, priority }),
    post: (operation, path, priority, body) =>
      http.request({ operation, method: "POST", url: endpoint(path, {}), headers, body, priority }),
    // The catalogue is public, so these requests do not carry the key.
    catalogue: (operation, file, priority) =>
      http.request({ operation, method: "GET", url: new URL(`../${file}`, settings.url), priority }),
  };
}

function cents(account: Account): { usdRate: string; subunits: number } {
  return { usdRate: account.usdRate, subunits: 100 };
}

async function prices(account: Account, query: PriceQuery, priority: Priority): Promise<ProviderPrice[]> {
  const { name } = account;
  const { serviceCode, countryCode } = query;
  if (serviceCode === undefined || countryCode === undefined)
    throw unsupported(name, "prices without service and country");
  const params = { service_id: serviceCode, country_id: countryCode };
  const answer = await account.get("prices", "price", priority, params);
  const data = parseAs(name, "prices", pairPrice, dataOf(name, "prices", answer));
  // `backend_cents` and `price` are Platfone's prices; `sell_price_cents` is ours.
  const costMicros = parseCost(data.sell_price_cents, cents(account));
  const stock = data.count === undefined || data.count === null ? null : parseStock(data.count);
  if (costMicros === undefined || stock === undefined) return [];
  return [{ serviceCode, countryCode, operator: null, costMicros, stock }];
}

const walletData = z.object({ balance_cents: z.unknown() });
const pairPrice = z.object({ sell_price_cents: z.unknown(), count: z.unknown().optional() });

async function buy(account: Account, request: PurchaseRequest, priority: Priority): Promise<Rental> {
  const { name } = account;
  if (request.serviceCode === null) throw refusal(name, "bad_mapping", "buy: no service");
  const maxPrice = wholeCents(account, request.ceilingMicros);
  if (maxPrice < 1n) throw refusal(name, "price_moved", "buy: the ceiling is below one cent");
  const answer = await account.post("buy", "activations", priority, {
    service_id: request.serviceCode,
    country_id: request.countryCode,
    max_price: Number(maxPrice),
  });
  const bought = parseAs(name, "buy", createdActivation, dataOf(name, "buy", answer));
  return {
    upstreamId: bought.id,
    phone: bought.phone,
    costMicros: parseCharge(bought.sell_price_cents, cents(account)) ?? null,
    expiresAt: null,
    cancelOpensAt: null,
    canAnother: null,
  };
}

/** The ceiling in whole cents, rounded down so that it never allows a higher price. */
function wholeCents(account: Account, ceilingMicros: bigint): bigint {
  const centMicros = toMicrosAtRate("1", account.usdRate, 100) ?? 0n;
  if (centMicros === 0n) return 0n;
  const whole = ceilingMicros / centMicros;
  return whole < MAX_PRICE_CENTS ? whole : MAX_PRICE_CENTS;
}

const cancelled = z.object({ result: z.enum(["canceled", "cancelled"]) });

/** Although it is a GET, this request charges the account when it finds the SMS, once per activation. */
function check(account: Account, upstreamId: string, priority: Priority): Promise<Observation> {
  return look(account, upstreamId, "/poll", priority);
}

/** "Get" (no suffix) tells when the number will end, "poll" whether it has ended. Both return the SMS. */
async function look(
  account: Account,
  upstreamId: string,
  suffix: "" | "/poll",
  priority: Priority,
): Promise<Observation> {
  const answer = await account.get("check", `${pathOf(account, "check", upstreamId)}${suffix}`, priority);
  return observationOf(account.name, "check", dataOf(account.name, "check", answer));
}

/** The value of the parameter `path`, which the upstream uses as a path: the id must be safe in it. */
function pathOf({ name }: Account, operation: string, upstreamId: string): string {
  const segment = pathSegment(upstreamId);
  if (segment === undefined) throw refusal(name, "bad_mapping", `${operation}: not an id`);
  return `activations/${segment}`;
}

function listPage(
  account: Account,
  operation: string,
  page: number,
  priority: Priority,
): Promise<HttpAnswer> {
  return account.get(operation, "activations", priority, { page: `${page}`, limit: `${PAGE_ROWS}` });
}

/** The upstream also cancels and refunds an order with an SMS, so the caller must check for an SMS first. */
async function cancel(account: Account, upstreamId: string, priority: Priority): Promise<CancelOutcome> {
  const { name } = account;
  const path = pathOf(account, "cancel", upstreamId);
  const answer = await account.post("cancel", `${path}/cancel`, priority, {});
  try {
    parseAs(name, "cancel", cancelled, dataOf(name, "cancel", answer));
    return { kind: "cancelled" };
  } catch (error) {
    // A cancel has no parameters, so "invalid parameters" means that the order cannot be cancelled now.
    if (!(error instanceof ProviderError) || error.kind !== "refused") throw error;
  }
  return cancelRefusal(await check(account, upstreamId, priority));
}

async function active(account: Account, priority: Priority): Promise<ActiveRental[]> {
  const { name, usdRate } = account;
  // A purchase between two pages moves rows to the next page. They are then read twice, never missed.
  const { found } = await readPages<ListedRow>(
    {
      read: async (index) => {
        const answer = await listPage(account, "active", index + 1, priority);
        return listPageOf(name, usdRate, dataOf(name, "active", answer));
      },
    },
    isPast,
  );
  return [...found.values()].flatMap(({ rental }) => (rental === null ? [] : [rental]));
}

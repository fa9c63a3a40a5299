import { garbage, lacking, parseAs, refusal, unsupported } from "../../parsing/answers.ts";
import { type PagedList, readPages, watchPages } from "../../parsing/pages.ts";
import { type Currency, parseBalance } from "../../parsing/parse.ts";
import { cancelOutcomeOf, cancelRefusal } from "../../parsing/refusals.ts";
import type {
  CallOptions,
  CancelOutcome,
  Capabilities,
  ProtocolProvider,
  Provider,
  PurchaseRequest,
  Rental,
} from "../../port/provider.ts";
import type { ProviderSettings } from "../../port/settings.ts";
import type { HttpAnswer, ProviderHttp } from "../../transport/http.ts";
import { ceilingIn, pathSegment, urlUnder } from "../../transport/urls.ts";
import { dataOf, errorOf, replyOf } from "./answers.ts";
import { countriesOf, pricesOf, profile, servicesOf } from "./read-catalogue.ts";
import {
  activeOf,
  isConclusive,
  isOpen,
  isOpenOrPaid,
  type Order,
  observationOf,
  orderOf,
  ordersOf,
  reachesBack,
  rentalOf,
} from "./read-orders.ts";

const PAGE_ROWS = 100;

/**
 * 5sim.net (source: 5sim API documentation). All requests are GET with slugs in the path. `/user/…` needs the key as a bearer
 * token, `/guest/…` needs none. Answers are JSON on success and plain text on refusal. A number waits 15 minutes for its
 * SMS. Each cancel and timeout lowers the account's rating, which limits how much it may buy.
 */
const capabilities: Capabilities = {
  cancel: true,
  ban: true,
  // Further SMS arrive without a request.
  another: false,
  finish: true,
  poll: true,
  webhook: false,
  checkMany: true,
  text: false,
  activeList: true,
  prices: "per-service",
  // Enforced only for the operator "any", which buys the cheapest offer. A dearer number of a named operator is returned.
  priceCeiling: true,
  anyService: false,
  chargedAt: "purchase",
  cancelAfterMs: null,
  lifetimeMs: 900_000,
  pollIntervalMs: 3000,
  checkManyLimit: PAGE_ROWS,
};

const ANY_OPERATOR = "any";

/** One account. */
interface Account {
  readonly name: string;
  readonly usdRate: string;
  readonly currency: Currency;
  /** `area`: "user" sends the key, "guest" does not. A segment that is not a slug or id is rejected without a request. */
  get(
    operation: string,
    area: "user" | "guest",
    path: readonly string[],
    options: CallOptions,
    query?: Readonly<Record<string, string | undefined>>,
  ): Promise<HttpAnswer>;
}

export function createFiveSim(settings: ProviderSettings, http: ProviderHttp): ProtocolProvider {
  const account = createAccount(settings, http);
  return {
    name: settings.name,
    protocol: "fivesim",
    capabilities,
    ...lacking(settings.name),
    ...catalogueOf(account),
    ...ordersOfAccount(account),
    ...listsOf(account),
  };
}

function createAccount(settings: ProviderSettings, http: ProviderHttp): Account {
  const { name, usdRate } = settings;
  const authorization = { authorization: `Bearer ${settings.key}` };
  return {
    name,
    usdRate,
    currency: { usdRate },
    async get(operation, area, path, { priority }, query) {
      const segments = path.map(pathSegment);
      if (segments.includes(undefined)) throw refusal(name, "bad_mapping", `${operation}: not an id or slug`);
      const url = urlUnder(settings.url, [area, ...segments].join("/"), query);
      const headers = area === "user" ? authorization : {};
      return await http.request({ operation, method: "GET", url, headers, priority });
    },
  };
}

function catalogueOf(account: Account): Pick<Provider, "balance" | "services" | "countries" | "prices"> {
  const { name, currency, get } = account;
  return {
    async balance(options) {
      const data = dataOf(name, "balance", await get("balance", "user", ["profile"], options));
      const balanceMicros = parseBalance(parseAs(name, "balance", profile, data).balance, currency);
      if (balanceMicros === undefined) throw garbage(name, "balance", "unexpected balance");
      // `frozen_balance` is not documented: it is unknown whether it is a part of the balance.
      return { balanceMicros, escrowMicros: null };
    },
    async services(options) {
      const path = ["products", "any", ANY_OPERATOR];
      return servicesOf(dataOf(name, "services", await get("services", "guest", path, options)));
    },
    async countries(options) {
      return countriesOf(dataOf(name, "countries", await get("countries", "guest", ["countries"], options)));
    },
    async prices({ serviceCode, countryCode }, options) {
      if (serviceCode === undefined) throw unsupported(name, "prices of all services at once");
      const query = { country: countryCode, product: serviceCode };
      const answer = await get("prices", "guest", ["prices"], options, query);
      return pricesOf(dataOf(name, "prices", answer), serviceCode, currency);
    },
  };
}

function ordersOfAccount(account: Account): Pick<Provider, "buy" | "check" | "cancel" | "ban" | "finish"> {
  const { name, get } = account;

  const look = async (operation: string, id: string, options: CallOptions): Promise<Order> =>
    orderOf(name, operation, dataOf(name, operation, await get(operation, "user", ["check", id], options)));

  const check: Provider["check"] = async (id, options) => observationOf(await look("check", id, options));

  /** Cancels or bans a number. Both end the order and refund it, before its first SMS. */
  const giveBack = async (
    operation: "cancel" | "ban",
    id: string,
    options: CallOptions,
  ): Promise<CancelOutcome> => {
    const reply = replyOf(name, operation, await get(operation, "user", [operation, id], options));
    if (reply.kind === "refused") {
      const { refusal: refused } = reply;
      const outcome = cancelOutcomeOf(refused.meaning, []);
      if (outcome) return outcome;
      if (refused.meaning !== "refused") throw errorOf(name, operation, refused);
      return cancelRefusal(await check(id, options));
    }
    const { status, sms } = observationOf(orderOf(name, operation, reply.value));
    if (status !== "cancelled") throw garbage(name, operation, "the order is not cancelled");
    return sms.length > 0 ? { kind: "has_sms", sms } : { kind: "cancelled" };
  };

  return {
    check,
    buy: (request, options) => buy(account, request, options),
    cancel: (id, options) => giveBack("cancel", id, options),
    ban: (id, options) => giveBack("ban", id, options),
    async finish(id, options) {
      const reply = replyOf(name, "finish", await get("finish", "user", ["finish", id], options));
      const isRefused = reply.kind === "refused";
      if (isRefused && kindsOfEnding.has(reply.refusal.meaning)) {
        // An order that has already ended needs no finish.
        if (!isOpen(await look("finish", id, options))) return;
      }
      if (isRefused) throw errorOf(name, "finish", reply.refusal);
      if (isOpen(orderOf(name, "finish", reply.value)))
        throw garbage(name, "finish", "the order is still open");
    },
  };
}

const kindsOfEnding: ReadonlySet<string> = new Set(["window_over", "refused", "has_sms"]);

async function buy(account: Account, request: PurchaseRequest, options: CallOptions): Promise<Rental> {
  const { name, usdRate, currency } = account;
  const { serviceCode, countryCode, operator } = request;
  if (serviceCode === null) throw unsupported(name, "a number without a service");
  const path = ["buy", "activation", countryCode, operator ?? ANY_OPERATOR, serviceCode];
  // 5sim ignores the limit for a named operator. The answer tells the cost, and the caller returns a dearer number.
  const maxPrice = operator === null ? ceilingIn(request.ceilingMicros, usdRate) : undefined;
  const answer = await account.get("buy", "user", path, options, { maxPrice });
  return rentalOf(orderOf(name, "buy", dataOf(name, "buy", answer)), currency);
}

function listsOf(account: Account): Pick<Provider, "active" | "checkMany"> {
  const { name, currency, get } = account;

  /** Newest first, ended orders too. A purchase between two pages moves rows to the next page: read twice, never missed. */
  const listFor = (operation: string, options: CallOptions): PagedList<Order> => ({
    async read(_index, offset) {
      const range = { limit: `${PAGE_ROWS}`, offset: `${offset}`, order: "id", reverse: "true" };
      const query = { category: "activation", ...range };
      const answer = await get(operation, "user", ["orders"], options, query);
      return ordersOf(name, operation, dataOf(name, operation, answer));
    },
  });

  return {
    async active(options) {
      const { rows, found, end } = await readPages(listFor("active", options), reachesBack);
      // A number missing from the list counts as not bought, so a list that was not read to its end is rejected.
      const isCut = end === "repeated" && rows.length === PAGE_ROWS && found.size === PAGE_ROWS;
      if (end === "bound" || isCut) throw garbage(name, "active", "the list does not end");
      return [...found.values()].filter(isOpenOrPaid).map((row) => activeOf(row, currency));
    },
    checkMany: (upstreamIds, options) =>
      watchPages(
        listFor("checkMany", options),
        upstreamIds,
        (row) => (isConclusive(row) ? observationOf(row) : undefined),
        reachesBack,
      ),
  };
}

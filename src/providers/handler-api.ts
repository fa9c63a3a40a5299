import { z } from "zod";
import { garbage, unsupported } from "./answers.ts";
import { ProviderError } from "./errors.ts";
import { type Dialect, dialectOf } from "./handler-api-dialects.ts";
import { readCountries, readServices, usualCountries, usualServices } from "./handler-api-lists.ts";
import {
  type ListedRental,
  observationOf,
  readActive,
  rentalFromData,
  rentalFromToken,
  smsInRefusal,
} from "./handler-api-orders.ts";
import { readPrices } from "./handler-api-prices.ts";
import { errorOf, type Refusal, type Reply, readReply } from "./handler-api-reply.ts";
import type { ProviderHttp } from "./http.ts";
import { type Currency, idField, parseBalance } from "./parse.ts";
import type {
  CallOptions,
  CancelOutcome,
  Capabilities,
  Provider,
  ProviderSettings,
  PurchaseRequest,
  Rental,
} from "./provider.ts";
import { ceilingIn, urlUnder } from "./urls.ts";

/**
 * "handler_api", the protocol of the closed sms-activate.org that SMSBower, HeroSMS, Tiger, Grizzly, Platfone and
 * others answer: GET with everything in the query, the key too, so that no URL may be logged. One parser takes what any
 * of them answers; a dialect says what to ask them.
 */
function capabilitiesOf(dialect: Dialect): Capabilities {
  return {
    cancel: true,
    another: true,
    finish: true,
    poll: true,
    webhook: true,
    checkMany: dialect.listStatuses !== null,
    activeList: dialect.activeList,
    prices: "per-service",
    priceCeiling: true,
    anyService: false,
    chargedAt: "purchase",
    cancelAfterMs: 120_000,
    lifetimeMs: 1_200_000,
    pollIntervalMs: 3000,
    checkManyLimit: dialect.listStatuses === null ? 0 : PAGE_SIZE,
  };
}

/** The most rows that getActiveActivations gives at a time. */
const PAGE_SIZE = 100;
/** More open orders than this are not looked for in one go. */
const MAX_PAGES = 20;

export function createHandlerApi(settings: ProviderSettings, http: ProviderHttp): Provider {
  const client = createClient(settings, http);
  return {
    name: settings.name,
    protocol: "handler-api",
    capabilities: capabilitiesOf(client.dialect),
    ...catalogueOf(client),
    ...ordersOf(client),
    ...listsOf(client),
    parseWebhook: (body) => {
      const parsed = webhookBody.safeParse(body);
      return parsed.success ? { kind: "check", upstreamId: parsed.data.activationId } : undefined;
    },
  };
}

/** Unsigned, so no more than a hint where to look. */
const webhookBody = z.object({ activationId: idField });

type Parameters = Readonly<Record<string, string | undefined>>;

interface Client {
  readonly name: string;
  readonly dialect: Dialect;
  readonly settings: ProviderSettings;
  readonly currency: Currency;
  send(operation: string, action: string, parameters: Parameters, options: CallOptions): Promise<Reply>;
  fail(operation: string, refusal: Refusal): ProviderError;
  /** The data of an answer; a refusal or a token throws. */
  data(operation: string, action: string, parameters: Parameters, options: CallOptions): Promise<unknown>;
}

function createClient(settings: ProviderSettings, http: ProviderHttp): Client {
  const { name } = settings;
  const currency: Currency = { usdRate: settings.usdRate };
  const fail: Client["fail"] = (operation, refusal) => errorOf(name, operation, refusal, currency);
  const send: Client["send"] = async (operation, action, parameters, { priority }) => {
    const url = urlUnder(settings.url, "", { api_key: settings.key, action, ...parameters });
    return readReply(name, operation, await http.request({ operation, method: "GET", url, priority }));
  };
  return {
    name,
    dialect: dialectOf(settings.dialect),
    settings,
    currency,
    fail,
    send,
    async data(operation, action, parameters, options) {
      const reply = await send(operation, action, parameters, options);
      if (reply.kind === "refused") throw fail(operation, reply.refusal);
      if (reply.kind !== "data") throw garbage(name, operation, "no JSON");
      return reply.value;
    },
  };
}

function catalogueOf(client: Client): Pick<Provider, "balance" | "services" | "countries" | "prices"> {
  const { name, dialect, currency, data } = client;
  const { countryTable } = dialect;
  return {
    async balance(options) {
      const reply = await client.send("balance", "getBalance", {}, options);
      if (reply.kind === "refused") throw client.fail("balance", reply.refusal);
      const isBalance = reply.kind === "token" && reply.token.name === "ACCESS_BALANCE";
      const balanceMicros = isBalance ? parseBalance(reply.token.rest, currency) : undefined;
      if (balanceMicros === undefined) throw garbage(name, "balance", "no balance");
      return { balanceMicros, escrowMicros: null };
    },
    async services(options) {
      const read = async () => readServices(await data("services", "getServicesList", {}, options));
      return await ownOr(client, read, usualServices);
    },
    async countries(options) {
      const read = async () =>
        readCountries(await data("countries", "getCountries", {}, options), countryTable);
      return await ownOr(client, read, () => usualCountries(countryTable));
    },
    async prices({ serviceCode, countryCode }, options) {
      if (serviceCode === undefined) throw unsupported(name, "prices of all services at once");
      const query = { service: serviceCode, country: countryCode };
      return readPrices(await data("prices", dialect.pricesAction, query, options), currency);
    },
  };
}

/** A supplier's own list, or the usual one where it is not known to have one and does not understand the question. */
async function ownOr<T>(client: Client, read: () => Promise<T[]>, usual: () => T[]): Promise<T[]> {
  if (client.dialect.hasLists) return await read();
  try {
    const own = await read();
    return own.length > 0 ? own : usual();
  } catch (error) {
    if (error instanceof ProviderError && notUnderstood.has(error.kind)) return usual();
    throw error;
  }
}

const notUnderstood: ReadonlySet<string> = new Set([
  "unsupported",
  "unknown_order",
  "bad_mapping",
  "refused",
  "garbage",
]);

function ordersOf(client: Client): Pick<Provider, "buy" | "check" | "cancel" | "another" | "finish"> {
  const { name, dialect, send, fail } = client;

  const check: Provider["check"] = async (upstreamId, options) => {
    const reply = await send("check", "getStatus", { id: upstreamId }, options);
    if (reply.kind === "refused") throw fail("check", reply.refusal);
    const observation = reply.kind === "token" ? observationOf(reply.token) : undefined;
    if (!observation) throw garbage(name, "check", "not a status");
    return observation;
  };

  /** Resolves with the refusal, or with undefined when the supplier said yes in one of the expected words. */
  const setStatus = async (
    operation: string,
    parameters: { id: string; status: string },
    words: readonly string[],
    options: CallOptions,
  ): Promise<Refusal | undefined> => {
    const reply = await send(operation, "setStatus", parameters, options);
    if (reply.kind === "refused") return reply.refusal;
    const isYes = reply.kind === "nothing" || (reply.kind === "token" && words.includes(reply.token.name));
    if (!isYes) throw garbage(name, operation, "not an answer to setStatus");
    return undefined;
  };

  return {
    check,
    buy: (request, options) => buy(client, request, options),
    async cancel(id, options) {
      const parameters = { id, status: dialect.cancelStatus };
      const refusal = await setStatus("cancel", parameters, ["ACCESS_CANCEL", "STATUS_CANCEL"], options);
      if (!refusal) return { kind: "cancelled" };
      const outcome = cancelOutcome(refusal);
      if (outcome) return outcome;
      if (!isAboutState(refusal)) throw fail("cancel", refusal);
      // A word that may mean anything: only the order itself tells.
      const now = await check(id, options);
      if (now.status === "cancelled") return { kind: "cancelled" };
      return now.status === "received" ? { kind: "has_sms", sms: now.sms } : { kind: "refused" };
    },
    async another(id, options) {
      const words = ["ACCESS_RETRY_GET", "ACCESS_READY"];
      const refusal = await setStatus("another", { id, status: "3" }, words, options);
      if (refusal && !isAboutState(refusal)) throw fail("another", refusal);
      return { kind: refusal ? "refused" : "requested" };
    },
    async finish(id, options) {
      const words = ["ACCESS_ACTIVATION", "ACCESS_CANCEL"];
      const refusal = await setStatus("finish", { id, status: "6" }, words, options);
      // An order that has ended, by whatever way, needs no finishing.
      if (refusal && !isAboutState(refusal)) throw fail("finish", refusal);
    },
  };
}

/** Refusals that say that the order is not in a state for what was asked. */
function isAboutState({ meaning, isVague }: Refusal): boolean {
  return !isVague && (meaning === "unknown_order" || meaning === "unsupported" || meaning === "refused");
}

function cancelOutcome({ meaning, info }: Refusal): CancelOutcome | undefined {
  switch (meaning) {
    case "too_early":
      return { kind: "too_early", retryAfterMs: null };
    case "has_sms":
      return { kind: "has_sms", sms: smsInRefusal(info) };
    case "window_over":
      return { kind: "refused" };
    default:
      return undefined;
  }
}

async function buy(client: Client, request: PurchaseRequest, options: CallOptions): Promise<Rental> {
  const { name, dialect, currency, settings } = client;
  if (request.serviceCode === null) throw unsupported(name, "a number without a service");
  const parameters = {
    service: request.serviceCode,
    country: request.countryCode,
    maxPrice: ceilingIn(request.ceilingMicros, settings.usdRate),
    [dialect.operatorParameter]: request.operator ?? undefined,
  };
  const reply = await client.send("buy", dialect.buyAction, parameters, options);
  if (reply.kind === "refused") {
    const isEmptyWord = reply.refusal.token.name === "BAD_ACTION" && dialect.isBadActionVague;
    throw isEmptyWord ? garbage(name, "buy", "BAD_ACTION") : client.fail("buy", reply.refusal);
  }
  const isInDollars = settings.currency.toUpperCase() === "USD";
  const rental =
    reply.kind === "token"
      ? rentalFromToken(reply.token)
      : reply.kind === "data"
        ? rentalFromData(reply.value, currency, isInDollars)
        : undefined;
  if (!rental) throw garbage(name, "buy", "not a complete number");
  return rental;
}

function listsOf(client: Client): Pick<Provider, "active" | "checkMany"> {
  const { name, dialect, currency, send, fail } = client;

  const page = async (operation: string, start: number, options: CallOptions): Promise<ListedRental[]> => {
    const range = { start: String(start), limit: String(PAGE_SIZE) };
    const reply = await send(operation, "getActiveActivations", range, options);
    if (reply.kind === "refused") throw fail(operation, reply.refusal);
    if (reply.kind === "token" && reply.token.name === "NO_ACTIVATIONS") return [];
    if (reply.kind !== "data") throw garbage(name, operation, "not a list");
    return readActive(reply.value, dialect, currency);
  };

  return {
    async active(options) {
      if (!dialect.activeList) throw unsupported(name, "active");
      const found: ListedRental[] = [];
      for (let index = 0; index < MAX_PAGES; index += 1) {
        const rows = await page("active", index * PAGE_SIZE, options);
        found.push(...rows);
        if (rows.length < PAGE_SIZE) break;
      }
      return found;
    },
    async checkMany(upstreamIds, options) {
      if (dialect.listStatuses === null) throw unsupported(name, "checkMany");
      const wanted = new Set(upstreamIds);
      const rows = await page("checkMany", 0, options);
      return new Map(
        rows
          .filter((row) => row.isConclusive && wanted.has(row.upstreamId))
          .map((row) => [row.upstreamId, row.observation]),
      );
    },
  };
}

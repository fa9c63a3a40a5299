import { z } from "zod";
import { garbage, lacking, unsupported } from "../../parsing/answers.ts";
import { MAX_PAGES, readPages } from "../../parsing/pages.ts";
import { idField, parseBalance } from "../../parsing/parse.ts";
import type { CallOptions, Capabilities, Provider, ProviderSettings } from "../../port/provider.ts";
import { ProviderError } from "../../port/provider-error.ts";
import type { ProviderHttp } from "../../transport/http.ts";
import { type Client, createClient } from "./client.ts";
import type { Dialect } from "./dialects.ts";
import { ordersOf } from "./order-actions.ts";
import { readCountries, readServices, usualCountries, usualServices } from "./read-lists.ts";
import { type ListedRental, readActive } from "./read-orders.ts";
import { readPrices } from "./read-prices.ts";

/**
 * "handler_api", the protocol of the closed sms-activate.org that SMSBower, HeroSMS, Tiger, Grizzly, Platfone and
 * others answer: GET with everything in the query, the key too, so that no URL may be logged. One parser takes what any
 * of them answers; a dialect says what to ask them.
 */
function capabilitiesOf(dialect: Dialect): Capabilities {
  return {
    cancel: true,
    ban: false,
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
    checkManyLimit: dialect.listStatuses === null ? 0 : MANY,
  };
}

/** The most rows that getActiveActivations gives at a time. */
const PAGE_SIZE = 100;
/** Orders that one `checkMany` looks for, over as many pages as they take. */
const MANY = 500;

export function createHandlerApi(settings: ProviderSettings, http: ProviderHttp): Provider {
  const client = createClient(settings, http);
  return {
    name: settings.name,
    protocol: "handler-api",
    capabilities: capabilitiesOf(client.dialect),
    ...lacking(settings.name),
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
      const rows = readPrices(await data("prices", dialect.pricesAction, query, options), currency);
      // Some suppliers are resellers of many; what the account must not buy is not on sale.
      return rows.filter(({ operator }) => operator === null || client.base.isWanted(operator));
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

function listsOf(client: Client): Pick<Provider, "active" | "checkMany"> {
  const { name, dialect, currency, send, fail } = client;

  const pagesOf =
    (operation: string, options: CallOptions) =>
    async (_index: number, offset: number): Promise<readonly ListedRental[]> => {
      const range = { start: String(offset), limit: String(PAGE_SIZE) };
      const reply = await send(operation, "getActiveActivations", range, options);
      if (reply.kind === "refused") throw fail(operation, reply.refusal);
      if (reply.kind === "token" && reply.token.name === "NO_ACTIVATIONS") return [];
      const rows = reply.kind === "data" ? readActive(reply.value, dialect, currency) : undefined;
      // What is missing from a list counts as not bought, so a list that is understood in part is none.
      if (!rows) throw garbage(name, operation, "not a list");
      return rows;
    };

  return {
    async active(options) {
      if (!dialect.activeList) throw unsupported(name, "active");
      const { rows, end, firstPageRows } = await readPages(pagesOf("active", options));
      if (end === "bound") throw garbage(name, "active", `more than ${MAX_PAGES} pages`);
      // It ignores `start` and fills its page: what lies behind that page cannot be seen.
      if (end === "repeated" && firstPageRows === PAGE_SIZE && rows.size === PAGE_SIZE)
        throw garbage(name, "active", "no second page");
      return [...rows.values()];
    },
    async checkMany(upstreamIds, options) {
      if (dialect.listStatuses === null) throw unsupported(name, "checkMany");
      const wanted = new Set(upstreamIds);
      const { rows } = await readPages(pagesOf("checkMany", options), (found) =>
        upstreamIds.every((id) => found.has(id)),
      );
      const conclusive = [...rows.values()].filter((row) => row.isConclusive && wanted.has(row.upstreamId));
      return new Map(conclusive.map((row) => [row.upstreamId, row.observation]));
    },
  };
}

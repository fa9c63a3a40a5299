import { z } from "zod";
import { garbage, lacking, unsupported } from "../../parsing/answers.ts";
import { MAX_PAGES, type PagedList, readPages, watchPages } from "../../parsing/pages.ts";
import { idField, parseBalance } from "../../parsing/parse.ts";
import type { CallOptions, Capabilities, ProtocolProvider, Provider } from "../../port/provider.ts";
import { ProviderError } from "../../port/provider-error.ts";
import type { ProviderSettings } from "../../port/settings.ts";
import type { ProviderHttp } from "../../transport/http.ts";
import { type Client, createClient } from "./client.ts";
import type { Dialect } from "./dialects.ts";
import { ordersOf } from "./order-actions.ts";
import { readCountries, readServices, usualCountries, usualServices } from "./read-lists.ts";
import { type ListedRental, readActive } from "./read-orders.ts";
import { readPrices } from "./read-prices.ts";

/**
 * "handler_api", the protocol of the closed sms-activate.org. SMSBower, HeroSMS, Tiger, Grizzly, Platfone and others speak
 * it. Every request is a GET with all parameters in the query, including the key, so its URLs must not be logged. One
 * parser reads the answers of all suppliers; a dialect says which actions and parameters a supplier knows.
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
    text: dialect.statusV2 !== "no",
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

/** The most rows in one page of getActiveActivations. */
const PAGE_SIZE = 100;

export function createHandlerApi(settings: ProviderSettings, http: ProviderHttp): ProtocolProvider {
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

/** The webhook is unsigned, so it only triggers a check. */
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
      // Some suppliers resell for many sub-suppliers. Those that the base URL excludes are not offered.
      return rows.filter(({ operator }) => operator === null || client.base.isWanted(operator));
    },
  };
}

/** The supplier's own list, or our table where the supplier is not known to have a list and does not return one. */
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

  /** The list holds open numbers only, so it shrinks while it is read. Its order is not documented. */
  const listFor = (operation: string, options: CallOptions): PagedList<ListedRental> => ({
    isShrinking: true,
    async read(_index, offset) {
      const range = { start: String(offset), limit: String(PAGE_SIZE) };
      const reply = await send(operation, "getActiveActivations", range, options);
      if (reply.kind === "refused") throw fail(operation, reply.refusal);
      if (reply.kind === "token" && reply.token.name === "NO_ACTIVATIONS") return [];
      const rows = reply.kind === "data" ? readActive(reply.value, dialect, currency) : undefined;
      // A number that is missing from the list counts as not bought, so a list is rejected unless every row is readable.
      if (!rows) throw garbage(name, operation, "not a list");
      return rows;
    },
  });

  return {
    async active(options) {
      if (!dialect.activeList) throw unsupported(name, "active");
      const { rows, found, end } = await readPages(listFor("active", options));
      if (end === "bound") throw garbage(name, "active", `more than ${MAX_PAGES} pages`);
      // The supplier ignores `start` and its page is full: further rows may exist and cannot be read.
      if (end === "repeated" && rows.length === PAGE_SIZE && found.size === PAGE_SIZE)
        throw garbage(name, "active", "no second page");
      return [...found.values()];
    },
    async *checkMany(upstreamIds, options) {
      if (dialect.listStatuses === null) throw unsupported(name, "checkMany");
      yield* watchPages(listFor("checkMany", options), upstreamIds, (row) =>
        row.isConclusive ? row.observation : undefined,
      );
    },
  };
}

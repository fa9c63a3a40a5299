import { z } from "zod";
import { garbage, jsonOf, lacking, parseAs, refusal, unsupported } from "../../parsing/answers.ts";
import {
  type Currency,
  field,
  goodRows,
  idField,
  iso2Field,
  parseBalance,
  parseCharge,
  parseCost,
  parseDate,
  parseStock,
  phoneField,
} from "../../parsing/parse.ts";
import { cancelRefusal } from "../../parsing/refusals.ts";
import { smsIn } from "../../parsing/sms.ts";
import type {
  CallOptions,
  Capabilities,
  ProtocolProvider,
  Provider,
  PurchaseRequest,
  Rental,
} from "../../port/provider.ts";
import type { ProviderSettings } from "../../port/settings.ts";
import type { HttpAnswer, ProviderHttp } from "../../transport/http.ts";
import { urlUnder } from "../../transport/urls.ts";
import { isUnexplainedRefusal, purchaseRefusal } from "./refusals.ts";

/**
 * OxgelAPI, https://oxgelapi.com/docs.html: JSON, key in a header, amounts in USD. Documented: 401 key, 402 balance,
 * 403 banned, 404 unknown order, cancel "only allowed after 2 minutes", 20 minutes of life. There is no list of orders
 * and no price ceiling; bodies of refusals are not documented.
 */
const capabilities: Capabilities = {
  cancel: true,
  ban: false,
  another: true,
  finish: true,
  poll: true,
  webhook: false,
  checkMany: false,
  text: false,
  activeList: false,
  prices: "per-service",
  priceCeiling: false,
  anyService: false,
  chargedAt: "purchase",
  cancelAfterMs: 120_000,
  lifetimeMs: 1_200_000,
  pollIntervalMs: 3000,
  checkManyLimit: 0,
};

const serviceRow = z.object({ code: idField, name: z.string().trim().min(1) });
const countryRow = z.object({ code: idField, name: z.string().trim().min(1), iso2: iso2Field });
const rentalAnswer = z.object({
  id: idField,
  phone: phoneField,
  cost: z.unknown().optional(),
  expires_at: z.unknown().optional(),
});
const rows = z.array(z.unknown());
const done = z.object({ ok: z.literal(true) });
const statusAnswer = z.object({
  status: z.enum(["waiting", "received", "cancelled", "finished", "expired"]),
  sms_code: z.unknown().optional(),
});

const readOperations: ReadonlySet<string> = new Set(["balance", "services", "countries", "prices", "check"]);
export function createOxgel(settings: ProviderSettings, http: ProviderHttp): ProtocolProvider {
  const client = createClient(settings, http);
  return {
    name: settings.name,
    protocol: "oxgel",
    capabilities,
    ...lacking(settings.name),
    ...catalogueOf(client),
    ...ordersOf(client),
  };
}

interface Client {
  readonly name: string;
  readonly currency: Currency;
  url(path: string, query?: Readonly<Record<string, string | undefined>>): URL;
  send(operation: string, url: URL, options: CallOptions, body?: Record<string, string>): Promise<HttpAnswer>;
  read<T>(operation: string, url: URL, options: CallOptions, schema: z.ZodType<T>): Promise<T>;
  /** Sends an order action. "no": the upstream refused with a status that it does not document. */
  ask(operation: string, upstreamId: string, options: CallOptions): Promise<"yes" | "no">;
}

function createClient(settings: ProviderSettings, http: ProviderHttp): Client {
  const { name } = settings;
  const url: Client["url"] = (path, query) => urlUnder(settings.url, path, query);
  const send: Client["send"] = (operation, address, options, body) =>
    http.request({
      operation,
      method: readOperations.has(operation) ? "GET" : "POST",
      url: address,
      headers: { "x-api-key": settings.key },
      priority: options.priority,
      ...(body && { body }),
    });
  return {
    name,
    currency: { usdRate: settings.usdRate },
    url,
    send,
    async read(operation, address, options, schema) {
      return parseAs(
        name,
        operation,
        schema,
        jsonOf(name, operation, await send(operation, address, options)),
      );
    },
    async ask(operation, upstreamId, options) {
      const answer = await send(operation, url(`numbers/${operation}`, { id: upstreamId }), options);
      if (isUnexplainedRefusal(answer)) return "no";
      parseAs(name, operation, done, jsonOf(name, operation, answer));
      return "yes";
    },
  };
}

function catalogueOf({
  name,
  currency,
  url,
  read,
}: Client): Pick<Provider, "balance" | "services" | "countries" | "prices"> {
  const balanceAnswer = z.object({
    balance: field("an amount", (value) => parseBalance(value, currency)),
    escrow: z.unknown().optional(),
  });
  const priceRow = z.object({
    country: idField,
    price: field("a price", (value) => parseCost(value, currency)),
    stock: field("a stock", parseStock),
  });
  return {
    async balance(options) {
      const answer = await read("balance", url("balance"), options, balanceAnswer);
      return { balanceMicros: answer.balance, escrowMicros: parseBalance(answer.escrow, currency) ?? null };
    },
    services: async (options) => goodRows(await read("services", url("services"), options, rows), serviceRow),
    async countries(options) {
      return goodRows(await read("countries", url("countries"), options, rows), countryRow);
    },
    async prices({ serviceCode, countryCode }, options) {
      if (serviceCode === undefined) throw unsupported(name, "prices of all services at once");
      const address = url("prices", { service: serviceCode, country: countryCode });
      const found = goodRows(await read("prices", address, options, rows), priceRow);
      return found.map((row) => ({
        serviceCode,
        countryCode: row.country,
        operator: null,
        costMicros: row.price,
        // `stock` counts operators that have numbers, not numbers: only zero is meaningful.
        stock: row.stock === 0 ? 0 : null,
      }));
    },
  };
}

function ordersOf(client: Client): Pick<Provider, "buy" | "check" | "cancel" | "another" | "finish"> {
  const { name, url, read, ask } = client;
  const check: Provider["check"] = async (upstreamId, options) => {
    const address = url("numbers/status", { id: upstreamId });
    const { status, sms_code } = await read("check", address, options, statusAnswer);
    // While the next SMS is awaited, the answer may still hold the previous code.
    const sms = status === "waiting" ? undefined : smsIn({ code: sms_code });
    if (status === "received" && !sms) throw garbage(name, "check", "received without a code");
    return { status, sms: sms ? [sms] : [] };
  };
  return {
    check,
    buy: (request, options) => buy(client, request, options),
    async cancel(upstreamId, options) {
      if ((await ask("cancel", upstreamId, options)) === "yes") return { kind: "cancelled" };
      return cancelRefusal(await check(upstreamId, options));
    },
    async another(upstreamId, options) {
      return { kind: (await ask("another", upstreamId, options)) === "yes" ? "requested" : "refused" };
    },
    async finish(upstreamId, options) {
      if ((await ask("finish", upstreamId, options)) === "yes") return;
      const { status } = await check(upstreamId, options);
      if (status === "finished" || status === "cancelled" || status === "expired") return;
      throw refusal(name, "refused", `finish: still ${status}`);
    },
  };
}

async function buy(client: Client, request: PurchaseRequest, options: CallOptions): Promise<Rental> {
  const { name, currency } = client;
  const { serviceCode, countryCode, operator } = request;
  if (serviceCode === null) throw unsupported(name, "a number without a service");
  const body = { service: serviceCode, country: countryCode, ...(operator !== null && { operator }) };
  const answer = await client.send("buy", client.url("numbers/buy"), options, body);
  const refused = purchaseRefusal(name, answer);
  if (refused) throw refused;
  const rental = parseAs(name, "buy", rentalAnswer, jsonOf(name, "buy", answer));
  return {
    upstreamId: rental.id,
    phone: rental.phone,
    costMicros: parseCharge(rental.cost, currency) ?? null,
    expiresAt: parseDate(rental.expires_at) ?? null,
    cancelOpensAt: null,
    canAnother: null,
  };
}

import { type Context, Hono } from "hono";
import { z } from "zod";
import { ceilDivide } from "../../src/core/money.ts";
import { type Face, type FaceOptions, type Paging, pageOf, SHORT_PAGE } from "./face.ts";
import type { Market } from "./market.ts";
import type { MarketRental, RentalStatus } from "./market-types.ts";

const BASE_PATH = "/api/v1/index.php";
const CENT_MICROS = 10_000n;

const order = z.object({
  service_id: z.string(),
  country_id: z.string(),
  max_price: z.coerce.number().int().min(1).max(10_000).optional(),
});

/** The pretend tempcode77.com: one script that takes the path in `path=`, and two public catalogue files. */
export function createTempcode77Face({ market, key, paging }: FaceOptions): Face {
  const app = new Hono();
  app.get("/api/services.php", (context) => context.json({ ok: true, services: services(market) }));
  app.get("/api/countries.php", (context) =>
    context.json({
      ok: true,
      countries: market.countries.map(({ code, name }) => ({ country_id: code, name })),
    }),
  );
  app.all(BASE_PATH, async (context) => {
    const given = context.req.header("x-api-key") ?? context.req.header("authorization")?.slice(7);
    if (given !== key) return refuse(context, 401, "invalid_key");
    return await route(market, paging, context, context.req.query("path") ?? "");
  });
  return { app, basePath: BASE_PATH, operationOf };
}

function operationOf(method: string, url: URL): string {
  if (url.pathname === "/api/services.php") return "services";
  if (url.pathname === "/api/countries.php") return "countries";
  const path = url.searchParams.get("path") ?? "";
  if (path === "wallet") return "balance";
  if (path === "price") return "prices";
  if (path === "activations") return method === "POST" ? "buy" : "active";
  return path.endsWith("/cancel") ? "cancel" : "check";
}

function refuse(
  context: Context,
  status: 400 | 401 | 402 | 404 | 405 | 409,
  code: string,
  more: object = {},
): Response {
  return context.json({ ok: false, error: "Sorry, that did not work.", code, ...more }, status);
}

async function route(market: Market, paging: Paging, context: Context, path: string): Promise<Response> {
  const isGet = context.req.method === "GET";
  if (path === "activations") return isGet ? list(market, paging, context) : await create(context, market);
  if (path === "wallet" || path === "price") {
    if (!isGet) return refuse(context, 405, "method_not_allowed");
    return path === "wallet" ? wallet(context, market) : price(context, market);
  }
  const match = /^activations\/(\d+)(?:\/(poll|cancel))?$/.exec(path);
  const rental = match?.[1] === undefined ? undefined : market.find(match[1]);
  if (!match || !rental) return refuse(context, 404, "not_found");
  const isCancel = match[2] === "cancel";
  if (isCancel === isGet) return refuse(context, 405, "method_not_allowed");
  if (isCancel) return cancel(context, market, rental);
  const data = match[2] === "poll" ? polled(rental) : { ...row(rental), ...details(rental) };
  return context.json({ ok: true, data });
}

function services(market: Market): object[] {
  return market.services.map(({ code, name }) => ({
    service_id: code,
    name,
    type: "messaging",
    type_label: "Messaging",
  }));
}

function cents(micros: bigint): number {
  return Number(ceilDivide(micros, CENT_MICROS));
}

function wallet(context: Context, market: Market): Response {
  const { balanceMicros } = market.balance();
  const history = market.ledger().slice(-20).reverse();
  const transactions = history.map((entry) => ({
    type: entry.kind,
    amount_cents: Number(entry.amountMicros / CENT_MICROS),
    balance_after_cents: Number(entry.balanceMicros / CENT_MICROS),
    description: entry.kind,
    created_at: zoneless(entry.at),
  }));
  const data = { balance_cents: Number(balanceMicros / CENT_MICROS) };
  return context.json({
    ok: true,
    data: context.req.query("transactions") ? { ...data, transactions } : data,
  });
}

function price(context: Context, market: Market): Response {
  const { service_id: service, country_id: country } = context.req.query();
  if (service === undefined || country === undefined) return refuse(context, 400, "invalid_params");
  const offer = market.offers.find((row) => row.serviceCode === service && row.countryCode === country);
  if (!offer) return refuse(context, 404, "not_found");
  const sell = cents(offer.costMicros);
  const data = {
    price: { suggested: sell, min: sell, max: sell * 2 },
    backend_cents: Math.max(1, sell - 1),
    sell_price_cents: sell,
    count: offer.stock,
  };
  return context.json({ ok: true, data });
}

async function create(context: Context, market: Market): Promise<Response> {
  const body = order.safeParse(await context.req.json().catch(() => null));
  if (!body.success) return refuse(context, 400, "invalid_params");
  const { service_id: serviceCode, country_id: countryCode, max_price: maxPrice } = body.data;
  const outcome = market.buy({
    serviceCode,
    countryCode,
    ...(maxPrice !== undefined && { ceilingMicros: BigInt(maxPrice) * CENT_MICROS }),
  });
  switch (outcome.kind) {
    case "bought":
      return context.json({ ok: true, data: head(outcome.rental) });
    case "no_funds":
      return refuse(context, 402, "insufficient_balance", {
        balance_cents: cents(market.balance().balanceMicros),
      });
    case "bad_service":
      return refuse(context, 400, "invalid_params", { error: "Invalid service_id." });
    case "bad_country":
      return refuse(context, 400, "invalid_params", { error: "Invalid country_id." });
    // The documentation has no code for these two. Here one has an invented code and one is told in words only.
    case "no_stock":
      return context.json({ ok: false, error: "No numbers available for this service and country." }, 400);
    case "price_moved":
      return refuse(context, 409, "max_price_exceeded");
  }
}

function cancel(context: Context, market: Market, rental: MarketRental): Response {
  const outcome = market.cancel(rental.id);
  if (outcome.kind === "cancelled") return context.json({ ok: true, data: { result: "canceled" } });
  return refuse(context, 400, "invalid_params");
}

function list(market: Market, paging: Paging, context: Context): Response {
  const page = Number(context.req.query("page") ?? 1);
  const limit = Number(context.req.query("limit") ?? 20);
  if (!(page >= 1) || !(limit >= 1 && limit <= 50)) return refuse(context, 400, "invalid_params");
  const all = market.rentals();
  const size = paging === "short" ? Math.min(limit, SHORT_PAGE) : limit;
  const rows = pageOf(all, (page - 1) * size, size, paging);
  const activations = rows.map(row);
  return context.json({ ok: true, data: { activations, page, limit, total: all.length } });
}

function head(rental: MarketRental): object {
  const sell = cents(rental.costMicros);
  return {
    id: Number(rental.id),
    activation_id: `pf-${rental.id}`,
    phone: rental.phone,
    country_id: rental.countryCode,
    service_id: rental.serviceCode,
    price_cents: Math.max(1, sell - 1),
    sell_price_cents: sell,
  };
}

const activationStatus: Readonly<Record<RentalStatus, string>> = {
  waiting: "active",
  received: "active",
  waiting_again: "active",
  finished: "finalized",
  cancelled: "canceled",
  expired: "expired",
};

function smsStatus(rental: MarketRental): string {
  if (rental.status === "waiting_again") return "retryRequested";
  if (rental.sms.length === 0) return "smsRequested";
  return rental.sms.length > 1 ? "retryReceived" : "smsReceived";
}

function row(rental: MarketRental): object {
  return {
    ...head(rental),
    sms_status: smsStatus(rental),
    activation_status: activationStatus[rental.status],
    created_at: zoneless(rental.createdAt),
  };
}

function shown(rental: MarketRental): object {
  const latest = rental.sms.at(-1);
  return { sms_code: latest?.code ?? null, sms_text: latest?.text ?? null };
}

function details(rental: MarketRental): object {
  return {
    ...shown(rental),
    billing_status: rental.sms.length > 0 ? "billed" : "reserved",
    expire_at: Math.floor(rental.expiresAt.getTime() / 1000),
    is_retriable: rental.status === "received",
  };
}

function polled(rental: MarketRental): object {
  return {
    phone: rental.phone,
    sms_status: smsStatus(rental),
    activation_status: activationStatus[rental.status],
    ...shown(rental),
    expired: rental.status === "expired",
  };
}

function zoneless(at: Date): string {
  return at.toISOString().slice(0, 19).replace("T", " ");
}

import { type Context, Hono } from "hono";
import { z } from "zod";
import { plainUsd } from "../../src/core/money.ts";
import type { Face, FaceOptions } from "./face.ts";
import type { Market } from "./market.ts";
import type { MarketRental } from "./market-types.ts";

const operations: Readonly<Record<string, string>> = {
  "GET /balance": "balance",
  "GET /services": "services",
  "GET /countries": "countries",
  "GET /prices": "prices",
  "POST /numbers/buy": "buy",
  "GET /numbers/status": "check",
  "POST /numbers/cancel": "cancel",
  "POST /numbers/finish": "finish",
  "POST /numbers/another": "another",
};
const BASE_PATH = "/api/v1";

const purchase = z.object({ service: z.string(), country: z.string(), operator: z.string().optional() });

/** The nine endpoints of a pretend OxgelAPI. Only the refusals 401–404 are documented; the other wording is a guess. */
export function createOxgelFace({ market, key }: FaceOptions): Face {
  const app = new Hono().basePath(BASE_PATH);
  app.use("*", async (context, next) => {
    const given = context.req.header("x-api-key") ?? context.req.query("api_key");
    if (given === undefined) return context.json({ error: "Missing X-API-Key header" }, 401);
    if (given !== key) return context.json({ error: "Invalid or inactive API key" }, 401);
    return await next();
  });
  addCatalogRoutes(app, market);
  addOrderRoutes(app, market);
  app.notFound((context) => context.json({ error: "Unknown endpoint" }, 404));
  return {
    app,
    basePath: BASE_PATH,
    operationOf: (method, url) =>
      operations[`${method} ${url.pathname.slice(BASE_PATH.length)}`] ?? "unknown",
  };
}

/** Amounts are JSON numbers in dollars. */
function dollars(micros: bigint): number {
  return Number(plainUsd(micros));
}

function addCatalogRoutes(app: Hono, market: Market): void {
  app.get("/balance", (context) => {
    const { balanceMicros, escrowMicros } = market.balance();
    return context.json({ balance: dollars(balanceMicros), escrow: dollars(escrowMicros), currency: "USD" });
  });
  app.get("/services", (context) => context.json(market.services));
  app.get("/countries", (context) =>
    context.json(market.countries.map(({ code, iso2, name }) => ({ code, iso2, name }))),
  );
  app.get("/prices", (context) => {
    const service = context.req.query("service");
    if (service === undefined) return context.json({ error: "service is required" }, 400);
    const country = context.req.query("country");
    const rows = market.offers
      .filter(
        (offer) => offer.serviceCode === service && (country === undefined || offer.countryCode === country),
      )
      // The real `stock` counts operators, not numbers.
      .map((offer) => ({
        country: offer.countryCode,
        price: dollars(offer.costMicros),
        stock: Math.min(offer.stock, 4),
      }));
    return context.json(rows);
  });
}

function addOrderRoutes(app: Hono, market: Market): void {
  app.post("/numbers/buy", async (context) => buy(context, market));
  app.get("/numbers/status", (context) => {
    const rental = market.find(context.req.query("id") ?? "");
    return rental ? context.json(statusOf(rental)) : unknownOrder(context);
  });
  app.post("/numbers/cancel", (context) => {
    const outcome = market.cancel(context.req.query("id") ?? "");
    switch (outcome.kind) {
      case "cancelled":
        return context.json({ ok: true, refunded: dollars(outcome.rental.costMicros) });
      case "too_early":
        return context.json({ error: "Cancel is only allowed after 2 minutes" }, 400);
      case "has_sms":
      case "over":
        return context.json({ error: "Order cannot be cancelled" }, 400);
      case "unknown":
        return unknownOrder(context);
    }
  });
  app.post("/numbers/finish", (context) =>
    acknowledged(context, market.finish(context.req.query("id") ?? "")),
  );
  app.post("/numbers/another", (context) =>
    acknowledged(context, market.another(context.req.query("id") ?? "")),
  );
}

async function buy(context: Context, market: Market): Promise<Response> {
  const body = purchase.safeParse(await context.req.json().catch(() => null));
  if (!body.success) return context.json({ error: "service and country are required" }, 400);
  const { service, country, operator } = body.data;
  const outcome = market.buy({
    serviceCode: service,
    countryCode: country,
    operator: operator === undefined || operator === "any" ? null : operator,
  });
  switch (outcome.kind) {
    case "bought":
      return context.json({
        id: outcome.rental.id,
        order_code: `ORD-${String(outcome.rental.serial).padStart(6, "0")}`,
        phone: outcome.rental.phone,
        expires_at: outcome.rental.expiresAt.toISOString(),
        cost: dollars(outcome.rental.costMicros),
      });
    case "no_funds":
      return context.json({ error: "Insufficient balance" }, 402);
    case "bad_service":
      return context.json({ error: "Unknown service" }, 400);
    case "bad_country":
      return context.json({ error: "Unknown country" }, 400);
    case "no_stock":
    case "price_moved":
      return context.json({ error: "No numbers available" }, 409);
  }
}

function statusOf(rental: MarketRental): { status: string; sms_code: string | null; phone: string } {
  const isReceived = rental.status === "received" || rental.status === "finished";
  const latest = rental.sms.at(-1);
  return {
    status: rental.status === "waiting_again" ? "waiting" : rental.status,
    sms_code: isReceived ? (latest?.code ?? latest?.text ?? null) : null,
    phone: rental.phone,
  };
}

function acknowledged(context: Context, outcome: "requested" | "finished" | "refused" | "unknown"): Response {
  if (outcome === "unknown") return unknownOrder(context);
  if (outcome === "refused") return context.json({ error: "Order is not in a state for this" }, 400);
  return context.json({ ok: true });
}

function unknownOrder(context: Context): Response {
  return context.json({ error: "Order not found" }, 404);
}

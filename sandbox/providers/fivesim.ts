import { type Context, Hono } from "hono";
import { parseUsd, plainUsd } from "../../src/core/money.ts";
import { type Face, type FaceOptions, pageOf } from "./face.ts";
import type { Market } from "./market.ts";
import type { MarketRental, RentalStatus } from "./market-types.ts";

const BASE_PATH = "/v1";
const MAX_LIMIT = 100;

/** The pretend 5sim.net: slugs in the path, a bearer token for "user", JSON on success and plain text on refusal. */
export function createFiveSimFace({ market, key, paging }: FaceOptions): Face {
  const app = new Hono().basePath(BASE_PATH);
  const banned = new Set<string>();
  app.use("/user/*", async (context, next) => {
    if (context.req.header("authorization") === `Bearer ${key}`) return await next();
    return context.body(null, 401);
  });
  addGuestRoutes(app, market);
  app.get("/user/profile", (context) =>
    context.json({ id: 1, balance: dollars(market.balance().balanceMicros), rating: 96, frozen_balance: 0 }),
  );
  app.get("/user/buy/activation/:country/:operator/:product", (context) => buy(context, market));
  app.get("/user/orders", (context) => {
    const [limit = MAX_LIMIT, offset = 0] = [context.req.query("limit"), context.req.query("offset")].map(
      Number,
    );
    const rows = market.rentals();
    const page = pageOf(rows, offset, Math.min(limit, MAX_LIMIT), paging).map((rental) =>
      order(rental, banned),
    );
    return context.json({ Data: page, ProductNames: [], Statuses: [], Total: rows.length });
  });
  app.get("/user/:action/:id", (context) => act(context, market, banned));
  // A path that matches none of its patterns leads to a page.
  app.notFound((context) => context.redirect("/404.html", 302));
  return { app, basePath: BASE_PATH, operationOf };
}

const operations: Readonly<Record<string, string>> = {
  "guest/products": "services",
  "guest/countries": "countries",
  "guest/prices": "prices",
  "user/profile": "balance",
  "user/buy": "buy",
  "user/check": "check",
  "user/cancel": "cancel",
  "user/ban": "ban",
  "user/finish": "finish",
  "user/orders": "active",
};

function operationOf(_method: string, url: URL): string {
  const [area, what] = url.pathname.slice(BASE_PATH.length + 1).split("/");
  return operations[`${area}/${what}`] ?? "unknown";
}

/** Amounts are JSON numbers. */
function dollars(micros: bigint): number {
  return Number(plainUsd(micros));
}

function addGuestRoutes(app: Hono, market: Market): void {
  app.get("/guest/countries", (context) => {
    const rows = market.countries.map(({ code, name, iso2, phoneCode }) => [
      code,
      {
        iso: { [iso2.toLowerCase()]: 1 },
        prefix: { [`+${phoneCode}`]: 1 },
        text_en: name,
        text_ru: name,
        virtual4: { activation: 1 },
      },
    ]);
    return context.json(Object.fromEntries(rows));
  });
  app.get("/guest/products/:country/:operator", (context) => {
    const rows = market.services.map(({ code }) => [code, { Category: "activation", Qty: 10, Price: 0.1 }]);
    return context.json({ "1day": { Category: "hosting", Qty: 5, Price: 1 }, ...Object.fromEntries(rows) });
  });
  app.get("/guest/prices", (context) => context.json(prices(market, context.req.query())));
}

/** Grouped by country, or by product if the request names only a product. Offers without an operator use "virtual4". */
function prices(market: Market, query: { country?: string; product?: string }): object {
  const tree: Record<string, Record<string, Record<string, object>>> = {};
  const isFlipped = query.product !== undefined && query.country === undefined;
  for (const { serviceCode, countryCode, operator, costMicros, stock } of market.offers) {
    if (query.product !== undefined && query.product !== serviceCode) continue;
    if (query.country !== undefined && query.country !== countryCode) continue;
    const [outer, inner] = isFlipped ? [serviceCode, countryCode] : [countryCode, serviceCode];
    tree[outer] ??= {};
    tree[outer][inner] ??= {};
    tree[outer][inner][operator ?? "virtual4"] = { cost: dollars(costMicros), count: stock, rate: 99.5 };
  }
  return tree;
}

function buy(context: Context, market: Market): Response {
  const { country, operator, product } = context.req.param();
  const isAny = operator === "any";
  // Only the operator "any" enforces the limit.
  const maxPrice = isAny ? context.req.query("maxPrice") : undefined;
  const ceilingMicros = maxPrice === undefined ? undefined : parseUsd(maxPrice, "up");
  const outcome = market.buy({
    serviceCode: product ?? "",
    countryCode: country ?? "",
    operator: isAny || operator === "virtual4" ? null : (operator ?? null),
    ...(ceilingMicros !== undefined && { ceilingMicros }),
  });
  switch (outcome.kind) {
    case "bought":
      return context.json(order(outcome.rental, new Set()));
    case "no_funds":
      return context.text("not enough user balance", 400);
    case "bad_service":
      return context.text("no product", 400);
    case "bad_country":
      return context.text("bad country", 400);
    // 5sim has no separate answer for a limit that is too low.
    case "no_stock":
    case "price_moved":
      return context.text("no free phones", 200);
  }
}

function act(context: Context, market: Market, banned: Set<string>): Response {
  const { action, id = "" } = context.req.param();
  const rental = market.find(id);
  if (!rental) return context.text("order not found", action === "check" ? 404 : 400);
  switch (action) {
    case "check":
      return context.json(order(rental, banned));
    case "finish":
      return market.finish(id) === "finished"
        ? context.json(order(rental, banned))
        : context.text(rental.sms.length === 0 ? "order no sms" : "order expired", 400);
    case "cancel":
    case "ban": {
      const { kind } = market.cancel(id);
      if (kind !== "cancelled")
        return context.text(kind === "has_sms" ? "order has sms" : "order expired", 400);
      if (action === "ban") banned.add(id);
      return context.json(order(rental, banned));
    }
    default:
      return context.redirect("/404.html", 302);
  }
}

const statuses: Readonly<Record<RentalStatus, string>> = {
  waiting: "RECEIVED",
  received: "RECEIVED",
  waiting_again: "RECEIVED",
  finished: "FINISHED",
  cancelled: "CANCELED",
  expired: "TIMEOUT",
};

function order(rental: MarketRental, banned: ReadonlySet<string>): object {
  const { id, phone, operator, status, costMicros } = rental;
  return {
    id: Number(id),
    phone,
    operator: operator ?? "virtual4",
    product: rental.serviceCode,
    price: dollars(costMicros),
    status: banned.has(id) ? "BANNED" : statuses[status],
    expires: rental.expiresAt.toISOString(),
    sms: rental.sms.map(({ at, code, text }) => ({
      created_at: at.toISOString(),
      date: at.toISOString(),
      sender: "Pretend",
      text: text ?? `Code ${code}`,
      code: code ?? "",
    })),
    created_at: rental.createdAt.toISOString(),
    country: rental.countryCode,
  };
}

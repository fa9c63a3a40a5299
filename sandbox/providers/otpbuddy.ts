import { type Context, Hono } from "hono";
import { plainUsd } from "../../src/core/money.ts";
import type { Face, FaceOptions } from "./face.ts";
import type { Market } from "./market.ts";

const BASE_PATH = "/v1/api";

const operations: Readonly<Record<string, string>> = {
  getBalance: "balance",
  getProducts: "prices",
  getStatus: "prices",
  getNumber: "buy",
  getSms: "check",
  setStatus: "cancel",
  cancelNumber: "cancel",
};

/** "STATUS CODES" of the documentation, sent with HTTP 200 always. */
const words = {
  200: "Action was success",
  201: "Invaild ID",
  202: "Insufficient Balance",
  203: "Product Not Found",
  204: "Number Expires",
  206: "Invaild Parameter",
  210: "waiting for message",
} as const;

/** The pretend otpbuddy.xyz, with the documented and the later names of methods. Code 206 for a wrong token is a guess. */
export function createOtpBuddyFace({ market, key }: FaceOptions): Face {
  const app = new Hono().basePath(BASE_PATH);
  app.use("*", async (context, next) =>
    context.req.query("token") === key ? await next() : coded(context, 206),
  );
  app.get("/getBalance", (context) =>
    context.json({ status: 200, data: { balance: units(market.balance().balanceMicros) } }),
  );
  app.get("/getProducts", (context) => context.json({ status: 200, data: products(market) }));
  app.get("/getStatus", (context) => {
    if (context.req.query("id") !== undefined) return coded(context, 200);
    const byName = products(market).map(({ product_id: id, product_name: name, price }) => [
      name,
      { id, price },
    ]);
    return context.json({ status: 200, data: Object.fromEntries(byName) });
  });
  app.get("/getNumber", (context) => buy(context, market));
  app.get("/getSms", (context) => sms(context, market));
  app.get("/setStatus", (context) =>
    context.req.query("status") === "8" ? cancel(context, market) : coded(context, 206),
  );
  app.get("/cancelNumber", (context) => cancel(context, market));
  return {
    app,
    basePath: "",
    operationOf: (_method, url) => operations[url.pathname.slice(BASE_PATH.length + 1)] ?? "unknown",
  };
}

function coded(context: Context, status: keyof typeof words): Response {
  return context.json({ status, message: words[status] });
}

/** An amount as a number in the supplier's currency, which is not documented. */
function units(micros: bigint): number {
  return Number(plainUsd(micros));
}

function products(market: Market): { product_name: string; price: number; product_id: string }[] {
  return market.offers.map((offer) => ({
    product_name: market.services.find((row) => row.code === offer.serviceCode)?.name ?? offer.serviceCode,
    price: units(offer.costMicros),
    product_id: offer.serviceCode,
  }));
}

function buy(context: Context, market: Market): Response {
  const { server, product_id: serviceCode } = context.req.query();
  if (server === undefined || serviceCode === undefined) return coded(context, 206);
  const outcome = market.buy({ serviceCode, countryCode: server });
  switch (outcome.kind) {
    case "bought": {
      const { phone, id } = outcome.rental;
      return context.json({ status: 200, data: { number: phone.slice(1), id } });
    }
    case "no_funds":
      return coded(context, 202);
    case "bad_country":
      return coded(context, 206);
    case "bad_service":
    case "no_stock":
    case "price_moved":
      return coded(context, 203);
  }
}

function sms(context: Context, market: Market): Response {
  const rental = market.find(context.req.query("id") ?? "");
  if (!rental) return coded(context, 201);
  if (rental.status === "cancelled" || rental.status === "expired") return coded(context, 204);
  const latest = rental.sms.at(-1);
  if (!latest) return coded(context, 210);
  return context.json({ status: 200, message: latest.text ?? `Your Code is ${latest.code}` });
}

/** The answer to a refused cancel is not documented, so it is a guess. */
function cancel(context: Context, market: Market): Response {
  switch (market.cancel(context.req.query("id") ?? "").kind) {
    case "cancelled":
      return coded(context, 200);
    case "unknown":
      return coded(context, 201);
    case "over":
      return coded(context, 204);
    case "too_early":
    case "has_sms":
      return coded(context, 206);
  }
}

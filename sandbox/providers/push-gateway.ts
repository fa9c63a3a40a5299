import { type Context, Hono } from "hono";
import type { Face, FaceOptions } from "./face.ts";
import type { Market } from "./market.ts";
import type { MarketCountry, MarketRental, MarketSms } from "./market-types.ts";
import { pushJson } from "./push.ts";

/** The pretend push gateway: countries, numbers, and SMS that are pushed to the webhook. The key is in the path. */
export function createPushGatewayFace(options: FaceOptions): Face {
  const { market, key } = options;
  const app = new Hono();
  const refuse = (context: Context, message: string, status: 400 | 401 | 404): Response =>
    context.json({ status: "error", message }, status);

  app.get("/api/init/:key", (context) => {
    if (context.req.param("key") !== key) return refuse(context, "Unauthorized", 401);
    return context.json({ status: "success", data: catalogue(market) });
  });
  app.get("/api/get-number/:key", (context) => {
    if (context.req.param("key") !== key) return refuse(context, "Invalid api_key", 401);
    const countryCode = context.req.query("country_id");
    if (countryCode === undefined) return refuse(context, "country_id is required", 400);
    const operator = context.req.query("operator_id") ?? null;
    const outcome = market.buy({ serviceCode: null, countryCode, operator });
    // An unknown country and missing funds have no documented answer of their own.
    if (outcome.kind !== "bought") return refuse(context, "No number received", 404);
    const country = market.countries.find((candidate) => candidate.code === countryCode);
    const format = context.req.query("number_format") ?? "full";
    return context.json({
      status: "success",
      data: { phone_number: formatted(outcome.rental.phone, country, format) },
    });
  });
  app.notFound((context) => refuse(context, "Not found", 404));
  market.onSms((rental, sms) => void pushJson(options, pushed(rental, sms)));

  return {
    app,
    basePath: "",
    operationOf: (_method, url) => {
      if (url.pathname.startsWith("/api/init/")) return "countries";
      return url.pathname.startsWith("/api/get-number/") ? "buy" : "unknown";
    },
  };
}

function catalogue(market: Market): object {
  return {
    countries: market.countries.map(({ code, name, phoneCode }) => ({
      id: Number(code),
      name,
      phone_code: phoneCode,
    })),
    operators: market.countries.map(({ code }) => ({
      id: 100 + Number(code),
      name: "Any operator",
      country_id: Number(code),
    })),
  };
}

function formatted(phone: string, country: MarketCountry | undefined, format: string): string {
  if (format === "remove_plus") return phone.slice(1);
  return format === "national" && country ? phone.slice(1 + country.phoneCode.length) : phone;
}

function pushed(rental: MarketRental, sms: MarketSms): Readonly<Record<string, unknown>> {
  return {
    event: "otp_received",
    data: {
      phone_number: rental.phone,
      otp_code: sms.code,
      provider: "PRETEND_GATEWAY",
      sms_text: sms.text ?? `Your OTP is ${sms.code}. Do not share this code.`,
    },
  };
}

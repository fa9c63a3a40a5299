import { type Context, Hono } from "hono";
import { parseUsd, plainUsd } from "../../src/core/money.ts";
import type { Face, FaceOptions, Paging } from "./face.ts";
import { activeList, countryList, priceLeaf, priceTree } from "./handler-api-lists.ts";
import { hasStatuses, type Refuse, refuseIn } from "./handler-api-words.ts";
import type { Market } from "./market.ts";
import type { MarketRental, MarketSms } from "./market-types.ts";
import { pushJson } from "./push.ts";

const BASE_PATH = "/stubs/handler_api.php";
const operations: Readonly<Record<string, string>> = {
  getBalance: "balance",
  getServicesList: "services",
  getCountries: "countries",
  getPrices: "prices",
  getPricesV2: "prices",
  getPricesV3: "prices",
  getNumber: "buy",
  getNumberV2: "buy",
  getStatus: "check",
  getStatusV2: "text",
  getAllSms: "last word",
  getActiveActivations: "active",
};
const statusOperations: Readonly<Record<string, string>> = {
  "3": "another",
  "6": "finish",
  "8": "cancel",
  "-1": "cancel",
};
/** The optional actions, and the dialects that have them. The others answer BAD_ACTION. */
const lists: Readonly<Record<string, readonly string[]>> = {
  getServicesList: ["smsbower", "herosms", "tiger"],
  getCountries: ["smsbower", "herosms", "tiger"],
  getActiveActivations: ["herosms", "tiger"],
  getStatusV2: ["herosms", "tiger"],
  getAllSms: ["herosms"],
  getPricesV2: ["plain", "smsbower", "tiger", "grizzly"],
  getPricesV3: ["smsbower", "tiger", "grizzly"],
};

interface Counter {
  readonly market: Market;
  readonly dialect: string;
  readonly paging: Paging;
  readonly refuse: Refuse;
}

/** A pretend handler_api supplier: one GET address with all parameters in the query, answers in tokens or JSON. */
export function createHandlerApiFace(options: FaceOptions): Face {
  const { market, key, dialect, paging } = options;
  const counter: Counter = { market, dialect, paging, refuse: refuseIn(dialect) };
  const app = new Hono();
  app.get(BASE_PATH, (context) => {
    if (context.req.query("api_key") !== key) return counter.refuse(context, "BAD_KEY");
    return answer(counter, context, context.req.query("action") ?? "");
  });
  app.post(BASE_PATH, (context) => context.json({ status: 0, message: "Method not allowed" }, 405));
  market.onSms((rental, sms) => {
    void pushJson(options, {
      activationId: Number(rental.id),
      service: rental.serviceCode,
      text: sms.text,
      code: sms.code,
      country: rental.countryCode,
      receivedAt: sms.at.toISOString(),
    });
  });
  return {
    app,
    basePath: BASE_PATH,
    operationOf: (_method, url) => {
      const action = url.searchParams.get("action") ?? "";
      if (action === "setStatus") return statusOperations[url.searchParams.get("status") ?? ""] ?? "unknown";
      return operations[action] ?? "unknown";
    },
  };
}

function answer(counter: Counter, context: Context, action: string): Response {
  const { market, dialect, refuse } = counter;
  if (lists[action] && !lists[action].includes(dialect)) return refuse(context, "BAD_ACTION");
  switch (action) {
    case "getBalance":
      return context.text(`ACCESS_BALANCE:${plainUsd(market.balance().balanceMicros)}`);
    case "getServicesList":
      return context.json({ status: "success", services: market.services });
    case "getCountries":
      return context.json(countryList(market, dialect));
    case "getNumber":
    case "getNumberV2":
      return sell(counter, context, action);
    case "getStatus":
      return withRental(counter, context, (rental) => context.text(statusOf(rental)));
    case "getStatusV2":
      return withRental(counter, context, (rental) => statusV2(context, rental, dialect));
    case "getAllSms":
      return withRental(counter, context, (rental) => context.json({ data: rental.sms.map(smsRow) }));
    case "setStatus":
      return withRental(counter, context, (rental) => setStatus(counter, context, rental));
    case "getActiveActivations": {
      const range = [context.req.query("start") ?? "0", context.req.query("limit") ?? "100"].map(Number);
      return context.json(activeList(market, counter, range[0] ?? 0, Math.min(range[1] ?? 100, 100)));
    }
    default: {
      const leaf = priceLeaf(action, dialect);
      return leaf
        ? context.json(priceTree(market, context.req.query(), leaf))
        : refuse(context, "BAD_ACTION");
    }
  }
}

function sell({ market, dialect, refuse }: Counter, context: Context, action: string): Response {
  const { service, country, maxPrice, providerIds, operator } = context.req.query();
  const ceilingMicros = maxPrice === undefined ? undefined : parseUsd(maxPrice, "up");
  // The price list shows offers without an operator as sub-supplier 2263.
  const wanted = providerIds === "2263" ? undefined : (providerIds ?? operator);
  const outcome = market.buy({
    serviceCode: service ?? "",
    countryCode: country ?? "",
    ...(ceilingMicros !== undefined && { ceilingMicros }),
    ...(wanted !== undefined && { operator: wanted }),
  });
  switch (outcome.kind) {
    case "bought":
      return action === "getNumber"
        ? asToken(context, outcome.rental)
        : asJson(context, outcome.rental, dialect);
    case "no_stock":
      return refuse(context, "NO_NUMBERS");
    case "no_funds":
      return refuse(context, "NO_BALANCE");
    case "bad_service":
      return refuse(context, "BAD_SERVICE");
    case "bad_country":
      return refuse(context, "BAD_COUNTRY");
    case "price_moved": {
      const min = plainUsd(outcome.minCostMicros);
      return refuse(context, `WRONG_MAX_PRICE:${min}`, { min });
    }
  }
}

function asToken(context: Context, rental: MarketRental): Response {
  return context.html(`ACCESS_NUMBER:${rental.id}:${rental.phone.slice(1)}`);
}

function asJson(context: Context, rental: MarketRental, dialect: string): Response {
  const phone = rental.phone.slice(1);
  return context.json({
    activationId: rental.id,
    phoneNumber: dialect === "smsbower" ? Number(phone) : phone,
    activationCost: Number(plainUsd(rental.costMicros)),
    ...(hasStatuses(dialect) && { currency: 840, activationEndTime: rental.expiresAt.toISOString() }),
    countryCode: rental.countryCode,
    canGetAnotherSms: "1",
    activationTime: rental.createdAt.toISOString().slice(0, 19).replace("T", " "),
    activationOperator: rental.operator ?? "any",
  });
}

function withRental(counter: Counter, context: Context, use: (rental: MarketRental) => Response): Response {
  const rental = counter.market.find(context.req.query("id") ?? "");
  return rental ? use(rental) : counter.refuse(context, "NO_ACTIVATION");
}

function statusOf(rental: MarketRental): string {
  const last = rental.sms.at(-1);
  switch (rental.status) {
    case "waiting":
      return "STATUS_WAIT_CODE";
    case "waiting_again":
      return `STATUS_WAIT_RETRY:${last?.code ?? last?.text ?? ""}`;
    case "received":
      return `STATUS_OK:${last?.code ?? last?.text ?? ""}`;
    case "cancelled":
    case "expired":
    // "Canceled or completed", as sms-activate documented it.
    case "finished":
      return "STATUS_CANCEL";
  }
}

/** The full last SMS. Like the real action it still returns it while the next one is awaited. */
function statusV2(context: Context, rental: MarketRental, dialect: string): Response {
  if (statusOf(rental) === "STATUS_CANCEL" && dialect === "herosms") return context.text("STATUS_CANCEL");
  const last = rental.sms.at(-1);
  const sms = last ? smsRow(last) : null;
  return context.json({ verificationType: 0, ...(dialect === "herosms" ? { data: sms } : { sms }) });
}

function smsRow({ at, code, text }: MarketSms): Readonly<Record<string, string | null>> {
  return { dateTime: at.toISOString(), code, text };
}

function setStatus(counter: Counter, context: Context, rental: MarketRental): Response {
  const { market, dialect, refuse } = counter;
  switch (context.req.query("status")) {
    case "1":
      return dialect === "herosms" ? refuse(context, "BAD_STATUS") : context.text("ACCESS_READY");
    case "3":
      return market.another(rental.id) === "requested"
        ? context.text("ACCESS_RETRY_GET")
        : refuse(context, "BAD_STATUS");
    case "6":
      return market.finish(rental.id) === "finished"
        ? context.text("ACCESS_ACTIVATION")
        : refuse(context, "BAD_STATUS");
    case "8":
      return cancel(counter, context, rental);
    case "-1":
      return dialect === "grizzly" ? cancel(counter, context, rental) : refuse(context, "BAD_STATUS");
    default:
      return refuse(context, "BAD_STATUS");
  }
}

function cancel({ market, dialect, refuse }: Counter, context: Context, rental: MarketRental): Response {
  const outcome = market.cancel(rental.id);
  switch (outcome.kind) {
    case "cancelled":
      return context.text("ACCESS_CANCEL");
    case "too_early":
      return refuse(context, "EARLY_CANCEL_DENIED", {
        minActivationTime: Math.ceil(outcome.retryAfterMs / 1000),
      });
    case "has_sms": {
      const data = rental.sms.map(({ code, text }) => ({ code, text }));
      // Suppliers that answer in plain tokens have no token for this.
      return refuse(context, hasStatuses(dialect) ? "NEW_OTP_RECEIVED" : "BAD_STATUS", { data });
    }
    case "over":
    case "unknown":
      return refuse(context, "BAD_STATUS");
  }
}

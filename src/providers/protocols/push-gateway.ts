import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import {
  garbage,
  jsonOf,
  lacking,
  parseAs,
  refusal,
  soundsBroken,
  statusError,
  unsupported,
} from "../parsing/answers.ts";
import { goodRows, idField, phoneField } from "../parsing/parse.ts";
import { toE164 } from "../parsing/phones.ts";
import { smsIn } from "../parsing/sms.ts";
import type {
  CallOptions,
  Capabilities,
  ProtocolProvider,
  ProviderCountry,
  PurchaseRequest,
  Rental,
  WebhookEvent,
} from "../port/provider.ts";
import type { ProviderError, ProviderErrorKind } from "../port/provider-error.ts";
import type { ProviderSettings } from "../port/settings.ts";
import { parseBody } from "../transport/body.ts";
import type { HttpAnswer, ProviderHttp } from "../transport/http.ts";
import { urlUnder } from "../transport/urls.ts";

/**
 * A gateway that assigns numbers and pushes every SMS to a webhook: `GET /api/init/{key}`,
 * `GET /api/get-number/{key}?country_id=` and the webhook `otp_received`. It has no order ids, prices, polling or cancel.
 * The key is part of the path, so its paths must not be logged.
 */
const capabilities: Capabilities = {
  cancel: false,
  ban: false,
  // Every further SMS of a number is pushed without a request.
  another: false,
  finish: false,
  poll: false,
  webhook: true,
  checkMany: false,
  text: false,
  activeList: false,
  prices: "configured",
  priceCeiling: false,
  anyService: true,
  chargedAt: "purchase",
  cancelAfterMs: null,
  lifetimeMs: null,
  pollIntervalMs: 60_000,
  checkManyLimit: 0,
};

const initAnswer = z.object({
  status: z.literal("success"),
  data: z.object({ countries: z.array(z.unknown()) }),
});

const countryRow = z.object({
  id: idField,
  name: z.string().trim().min(1),
  phone_code: z.unknown().optional(),
});

const numberAnswer = z.object({
  status: z.literal("success"),
  data: z.object({ phone_number: z.unknown() }),
});

const webhookBody = z.object({
  event: z.literal("otp_received"),
  data: z.object({
    phone_number: phoneField,
    otp_code: z.unknown().optional(),
    sms_text: z.unknown().optional(),
  }),
});

export function createPushGateway(
  settings: ProviderSettings,
  http: ProviderHttp,
  clock: Clock,
): ProtocolProvider {
  const { name } = settings;
  /** Country id → calling code, for numbers that are returned without one. Filled by `countries`. */
  const callingCodes = new Map<string, string>();

  function endpoint(action: string, query: Readonly<Record<string, string>> = {}): URL {
    return urlUnder(settings.url, `api/${action}/${encodeURIComponent(settings.key)}`, query);
  }

  async function countries({ priority }: CallOptions): Promise<ProviderCountry[]> {
    const operation = "countries";
    const answer = await http.request({ operation, method: "GET", url: endpoint("init"), priority });
    const { data } = parseAs(name, operation, initAnswer, jsonOf(name, operation, answer));
    const rows = goodRows(data.countries, countryRow);
    for (const row of rows) {
      const code = /^\+?([1-9]\d{0,5})$/.exec(String(row.phone_code));
      if (code?.[1]) callingCodes.set(row.id, code[1]);
    }
    return rows.map((row) => ({ code: row.id, name: row.name, iso2: null }));
  }

  async function buy(request: PurchaseRequest, { priority }: CallOptions): Promise<Rental> {
    const operation = "buy";
    const url = endpoint("get-number", {
      country_id: request.countryCode,
      ...(request.operator !== null && { operator_id: request.operator }),
      // Webhooks are matched by the number, so its format must not depend on a setting of the account.
      number_format: "full",
    });
    const answer = await http.request({ operation, method: "GET", url, priority });
    const phone = purchasedPhone(name, answer, callingCodes.get(request.countryCode));
    return {
      upstreamId: rentalId(phone, clock.now()),
      phone,
      // The API has no prices. The cost comes from PROVIDER_<NAME>_PRICES.
      costMicros: null,
      expiresAt: null,
      cancelOpensAt: null,
      canAnother: null,
    };
  }

  return {
    name,
    protocol: "push-gateway",
    capabilities,
    ...lacking(name),
    balance: async () => null,
    services: async () => [],
    countries,
    prices: async () => {
      throw unsupported(name, "prices");
    },
    buy,
    parseWebhook,
  };
}

function purchasedPhone(name: string, answer: HttpAnswer, callingCode: string | undefined): string {
  if (answer.status < 200 || answer.status >= 300) throw purchaseError(name, answer);
  const { data } = parseAs(name, "buy", numberAnswer, jsonOf(name, "buy", answer));
  const phone = toE164(data.phone_number, callingCode);
  if (phone === undefined) throw garbage(name, "buy", "unexpected data.phone_number");
  return phone;
}

const refusalBody = z.object({ message: z.string() });

/** "Error Responses" of get-number by their wording, because different errors share the status 400. */
const kindByWording: readonly (readonly [RegExp, ProviderErrorKind])[] = [
  [/no number/i, "no_stock"],
  // The key is a system key, which cannot rent numbers: the account needs a user's key.
  [/user_id/i, "bad_credentials"],
  [/user/i, "suspended"],
  [/country|operator/i, "bad_mapping"],
];

/**
 * The error of a failed purchase. Documented refusals are 4xx. The documented 500s ("Unable to get number") mean that the
 * gateway failed while it assigned a number. It may have assigned one, so these purchases are in doubt.
 */
function purchaseError(name: string, answer: HttpAnswer): ProviderError {
  const body = parseBody(answer.text);
  const isWorded = answer.status === 400 || answer.status === 404;
  if (body.kind !== "json" || !isWorded || soundsBroken(body.value))
    return statusError(name, "buy", answer, body);
  const message = refusalBody.safeParse(body.value).data?.message ?? "";
  const kind = kindByWording.find(([pattern]) => pattern.test(message))?.[1] ?? "refused";
  return refusal(name, kind, `buy: HTTP ${answer.status}`);
}

/** The gateway has no order ids and reuses numbers, so the id is made of the number and the time. */
function rentalId(phone: string, at: Date): string {
  return `${phone.slice(1)}-${at.getTime().toString(36)}`;
}

/** Reads the webhook, which is the gateway's only way to deliver an SMS. The field "provider" is not used. */
function parseWebhook(body: unknown): WebhookEvent | undefined {
  const outcome = webhookBody.safeParse(body);
  if (!outcome.success) return undefined;
  const { phone_number: phone, otp_code: code, sms_text: text } = outcome.data.data;
  const sms = smsIn({ code, text });
  return sms && { kind: "sms", phone, sms };
}

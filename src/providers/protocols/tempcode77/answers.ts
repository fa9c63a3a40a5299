import { z } from "zod";
import {
  brokenDown,
  garbage,
  jsonOf,
  mayHaveActed,
  parseAs,
  refusal,
  soundsBroken,
} from "../../parsing/answers.ts";
import { field, goodRows, idField, parseCost, parseDate, phoneField } from "../../parsing/parse.ts";
import { smsIn } from "../../parsing/sms.ts";
import type { ActiveRental, Observation, ProviderCountry, ProviderService } from "../../port/provider.ts";
import type { ProviderErrorKind } from "../../port/provider-error.ts";
import { parseBody } from "../../transport/body.ts";
import type { HttpAnswer } from "../../transport/http.ts";

/** "Errors" of the documentation that mean one thing. */
const kindByCode: ReadonlyMap<string, ProviderErrorKind> = new Map([
  ["invalid_key", "bad_credentials"],
  ["insufficient_balance", "no_funds"],
  ["rate_limit", "rate_limited"],
]);

/** For an error without such a code; "many include a code", so not all do. */
const kindByStatus: Readonly<Record<number, ProviderErrorKind>> = {
  401: "bad_credentials",
  402: "no_funds",
  403: "suspended",
  404: "unknown_order",
};

/**
 * What `code` and `error` ("friendly, human-readable") say. A sold-out pair and a price above `max_price` have no code of
 * their own, and `invalid_params` is said of anything; only words about the service or the country are about our mapping.
 */
const kindByWording: readonly (readonly [RegExp, ProviderErrorKind])[] = [
  [
    /no[ _](phone[ _])?numbers?|(out[ _]of|no|in)[ _]stock|unavailable|not available|sold[ _]?out/i,
    "no_stock",
  ],
  [/price/i, "price_moved"],
  [
    /(invalid|unknown|unsupported|wrong|missing|no such)[ _]+(service|country)|(service|country)(_id)?\b.*(not (found|supported|known|recogni[sz]ed)|required|invalid|unknown|does( not|n't) exist)/i,
    "bad_mapping",
  ],
];

const refusalBody = z.object({
  ok: z.literal(false),
  code: z
    .string()
    .regex(/^\w{1,40}$/)
    .optional()
    .catch(undefined),
  error: z.string().optional().catch(undefined),
});
const successBody = z.object({ ok: z.literal(true), data: z.unknown() });

/** `data` of a success. `ok: false` is the documented mark of a refusal, with any status but 5xx, 408 and 425. */
export function dataOf(provider: string, operation: string, answer: HttpAnswer): unknown {
  const body = parseBody(answer.text);
  const failed = body.kind === "json" ? refusalBody.safeParse(body.value).data : undefined;
  if (failed && !mayHaveActed(answer.status)) {
    const { code = "", error = "" } = failed;
    const reason = `${operation}: HTTP ${answer.status}${code === "" ? "" : `, ${code}`}`;
    if (soundsBroken([code, error])) throw brokenDown(provider, reason);
    throw refusal(provider, kindOf(operation, answer.status, code, error), reason);
  }
  return parseAs(provider, operation, successBody, jsonOf(provider, operation, answer)).data;
}

function kindOf(operation: string, status: number, code: string, error: string): ProviderErrorKind {
  const documented = kindByCode.get(code);
  if (documented !== undefined) return documented;
  const isAboutPair = operation === "buy" || operation === "prices";
  const words = `${code} ${error}`;
  const worded = isAboutPair ? kindByWording.find(([pattern]) => pattern.test(words))?.[1] : undefined;
  if (worded !== undefined) return worded;
  const kind = code === "not_found" ? "unknown_order" : (kindByStatus[status] ?? "refused");
  if (!isAboutPair || (kind !== "unknown_order" && kind !== "refused")) return kind;
  // No order is named here. A pair without a price is not for sale; a purchase that is refused for no known reason is
  // only that, or a wrong guess would hide the offer.
  const isNoPair = operation === "prices" && (status === 400 || kind === "unknown_order");
  return isNoPair ? "bad_mapping" : "refused";
}

const slug = field("a slug", (value) =>
  typeof value === "string" && /^[\w-]{1,40}$/.test(value.trim()) ? value.trim() : undefined,
);
const label = z.string().trim().min(1);
const rows = z.array(z.unknown());
const serviceRow = z.object({ service_id: slug, name: label });
const countryRow = z.object({ country_id: slug, name: label });

/** The documentation describes the rows of the catalogue files but not what is around them. */
function rowsAnywhere(named: z.ZodType<readonly unknown[]>): z.ZodType<readonly unknown[]> {
  const holder = z.union([rows, named]);
  const wrapped = z.object({ data: holder }).transform((outer) => outer.data);
  return z.union([holder, wrapped]);
}

const serviceRows = rowsAnywhere(
  z.union([
    z.object({ services: rows }).transform((holder) => holder.services),
    z
      .object({ by_type: z.record(z.string(), z.object({ services: rows })) })
      .transform((holder) => Object.values(holder.by_type).flatMap((group) => group.services)),
  ]),
);
const countryRows = rowsAnywhere(z.object({ countries: rows }).transform((holder) => holder.countries));

export function servicesOf(provider: string, answer: HttpAnswer): ProviderService[] {
  const value = jsonOf(provider, "services", answer);
  const found = goodRows(parseAs(provider, "services", serviceRows, value), serviceRow);
  // Grouped by type, a service may be in several groups.
  const names = new Map(found.map((row) => [row.service_id, row.name]));
  return Array.from(names, ([code, name]) => ({ code, name }));
}

/** The ids look like ISO codes and are not: "uk" is one. Names decide which country it is. */
export function countriesOf(provider: string, answer: HttpAnswer): ProviderCountry[] {
  const value = jsonOf(provider, "countries", answer);
  const found = goodRows(parseAs(provider, "countries", countryRows, value), countryRow);
  return found.map((row) => ({ code: row.country_id, name: row.name, iso2: null }));
}

/** "Our internal ID" of an activation, which all later calls take in their path. */
const activationId = idField.refine((id) => /^\d{1,20}$/.test(id));

export const createdActivation = z.object({
  id: activationId,
  phone: phoneField,
  sell_price_cents: z.unknown().optional(),
});

/** Platfone's names, which are behind this service; the documentation shows "active" only. */
type Ending = "cancelled" | "expired" | "finished";
const endings: ReadonlyMap<string, Ending> = new Map([
  ["canceled", "cancelled"],
  ["cancelled", "cancelled"],
  ["expired", "expired"],
  ["finalized", "finished"],
]);

const activation = z.object({
  sms_status: z.enum(["smsRequested", "smsReceived", "retryRequested", "retryReceived"]),
  activation_status: z.string(),
  sms_code: z.unknown().optional(),
  sms_text: z.unknown().optional(),
  expired: z.union([z.boolean(), z.literal([0, 1])]).optional(),
  expire_at: z.unknown().optional(),
});

/** The state of one activation: `poll` says whether it expired, `get` when it will; both show the SMS. */
export function observationOf(provider: string, operation: string, value: unknown): Observation {
  const seen = parseAs(provider, operation, activation, value);
  const isReceived = seen.sms_status === "smsReceived" || seen.sms_status === "retryReceived";
  const ending = endings.get(seen.activation_status) ?? (seen.expired ? "expired" : undefined);
  // While a retry is awaited, what is shown is the old SMS; at the end of the number it is the last one.
  const isShown = isReceived || (seen.sms_status === "retryRequested" && ending !== undefined);
  const shown = isShown ? smsIn({ code: seen.sms_code, text: seen.sms_text }) : undefined;
  if (isReceived && !shown) throw garbage(provider, operation, "an SMS without code and text");
  if (!isReceived && ending === undefined && seen.activation_status !== "active")
    throw garbage(provider, operation, "undocumented activation_status");
  const expiresAt = parseDate(seen.expire_at);
  const sms = shown ? [shown] : [];
  return { status: statusOf(seen.sms_status, isReceived, ending), sms, ...(expiresAt && { expiresAt }) };
}

function statusOf(smsStatus: string, isReceived: boolean, ending: Ending | undefined): Observation["status"] {
  if (ending === undefined) return isReceived ? "received" : "waiting";
  // A number that had its SMS was paid for, so its end is not an expiry that gives money back.
  return ending === "expired" && smsStatus !== "smsRequested" ? "finished" : ending;
}

const listPage = z.object({
  activations: z.array(
    z.object({ id: activationId, activation_status: z.string(), created_at: z.unknown().optional() }).loose(),
  ),
});
const listedActivation = z.object({
  phone: phoneField,
  country_id: z.string(),
  service_id: z.string(),
  sms_status: z.string(),
  sell_price_cents: z.unknown().optional(),
});

/** The most rows that a page of the list has. */
export const PAGE_ROWS = 50;

export interface ListedRow {
  readonly upstreamId: string;
  /** By the list's own clock, whose zone is not said: good for differences only. */
  readonly listedAtMs: number | null;
  /** Null: not open any more. */
  readonly rental: ActiveRental | null;
}

/**
 * One page of our activations. The rows hold no codes, and unlike `get` and `poll` the list is not said to be in step
 * with Platfone; it tells which numbers we have, not what became of them.
 */
export function listPageOf(provider: string, usdRate: string, value: unknown): ListedRow[] {
  const { activations } = parseAs(provider, "active", listPage, value);
  return activations.map((row) => {
    const listedAtMs = wallClockMs(row.created_at);
    if (row.activation_status !== "active") return { upstreamId: row.id, listedAtMs, rental: null };
    const seen = parseAs(provider, "active", listedActivation, row);
    const rental: ActiveRental = {
      upstreamId: row.id,
      phone: seen.phone,
      serviceCode: seen.service_id,
      countryCode: seen.country_id,
      costMicros: parseCost(seen.sell_price_cents, { usdRate, subunits: 100 }) ?? null,
      createdAt: parseDate(row.created_at) ?? null,
      observation: { status: seen.sms_status === "smsRequested" ? "waiting" : "received", sms: [] },
    };
    return { upstreamId: row.id, listedAtMs, rental };
  });
}

/** "2025-02-15 12:00:00" as if it were UTC. */
function wallClockMs(value: unknown): number | null {
  const text = typeof value === "string" ? value.trim() : "";
  const isZoneless = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d$/.test(text);
  const at = isZoneless ? parseDate(`${text}Z`) : parseDate(value);
  return at?.getTime() ?? null;
}

const watchedPage = z.object({ activations: rows });
const watchedRow = z.object({ id: activationId, sms_status: z.string(), activation_status: z.string() });

export interface WatchedRow {
  readonly upstreamId: string;
  /** False: it has an SMS or has ended; which of them, and what the SMS says, only `get` and `poll` tell. */
  readonly isWaiting: boolean;
}

/** The same page for watching: a row that cannot be read is missing, and its order is asked about by itself. */
export function watchedPageOf(provider: string, value: unknown): WatchedRow[] {
  const { activations } = parseAs(provider, "checkMany", watchedPage, value);
  return goodRows(activations, watchedRow).map((row) => ({
    upstreamId: row.id,
    isWaiting: row.activation_status === "active" && row.sms_status === "smsRequested",
  }));
}

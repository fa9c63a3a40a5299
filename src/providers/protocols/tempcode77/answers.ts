import { z } from "zod";
import { garbage, jsonOf, parseAs } from "../../parsing/answers.ts";
import type { Page } from "../../parsing/pages.ts";
import { field, goodRows, idField, parseCost, parseDate, phoneField } from "../../parsing/parse.ts";
import { smsIn } from "../../parsing/sms.ts";
import type { ActiveRental, Observation, ProviderCountry, ProviderService } from "../../port/provider.ts";
import type { HttpAnswer } from "../../transport/http.ts";

const slug = field("a slug", (value) =>
  typeof value === "string" && /^[\w-]{1,40}$/.test(value.trim()) ? value.trim() : undefined,
);
const label = z.string().trim().min(1);
const rows = z.array(z.unknown());
const serviceRow = z.object({ service_id: slug, name: label });
const countryRow = z.object({ country_id: slug, name: label });

/** Accepts rows at any level, because the documentation describes the rows of the catalogue files but not their wrapper. */
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
  // Services are grouped by type, and one service may be in several groups.
  const names = new Map(found.map((row) => [row.service_id, row.name]));
  return Array.from(names, ([code, name]) => ({ code, name }));
}

/** The ids look like ISO codes but are not ("uk"), so countries are mapped by name. */
export function countriesOf(provider: string, answer: HttpAnswer): ProviderCountry[] {
  const value = jsonOf(provider, "countries", answer);
  const found = goodRows(parseAs(provider, "countries", countryRows, value), countryRow);
  return found.map((row) => ({ code: row.country_id, name: row.name, iso2: null }));
}

/** The id of an activation ("our internal ID"), which later calls have in their path. */
const activationId = idField.refine((id) => /^\d{1,20}$/.test(id));

export const createdActivation = z.object({
  id: activationId,
  phone: phoneField,
  sell_price_cents: z.unknown().optional(),
});

/** The documentation shows only "active". The other names are those of Platfone, where this service gets its numbers. */
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

/** Reads one activation. `poll` tells whether it has expired, `get` tells when it will; both return the SMS. */
export function observationOf(provider: string, operation: string, value: unknown): Observation {
  const seen = parseAs(provider, operation, activation, value);
  const isReceived = seen.sms_status === "smsReceived" || seen.sms_status === "retryReceived";
  const ending = endings.get(seen.activation_status) ?? (seen.expired ? "expired" : undefined);
  // During a retry the answer holds the previous SMS, which is ignored; after the end it is the last SMS and counts.
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
  // A number with an SMS was paid for, so it ends as finished: "expired" would release the hold.
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
  /** By the supplier's clock. Its time zone is unknown, so only differences are meaningful. */
  readonly listedAtMs: number | null;
  /** Null: the activation is not open any more. */
  readonly rental: ActiveRental | null;
}

/**
 * One page of our activations. It tells which numbers we have, not their state: rows hold no codes, and the documentation
 * does not promise that the list is up to date with Platfone, as it does for `get` and `poll`.
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

/** Milliseconds of "2025-02-15 12:00:00", read as UTC because it has no zone. */
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
  /** False: the order has an SMS or has ended. Only `get` and `poll` tell which, and return the SMS. */
  readonly isWaiting: boolean;
  /** The words of the row: while they stay the same, nothing new is to be fetched. */
  readonly state: string;
}

/** The same page, read for watching. An unreadable row is left out, and its order is checked on its own. */
export function watchedPageOf(provider: string, value: unknown): WatchedRow[] {
  const { activations } = parseAs(provider, "checkMany", watchedPage, value);
  return goodRows(activations, watchedRow).map((row) => ({
    upstreamId: row.id,
    isWaiting: row.activation_status === "active" && row.sms_status === "smsRequested",
    state: `${row.sms_status} ${row.activation_status}`,
  }));
}

/** Numbers live for minutes. The margin covers a clock that is set back by an hour (daylight saving). */
const LONGEST_LIFE_MS = 3 * 60 * 60 * 1000;

/**
 * True: this page is so much older than the newest row that no open number can follow. The list holds every number that we
 * ever had, newest first.
 */
export function isPast({ found, rows }: Page<ListedRow>): boolean {
  const [newest] = found.values();
  const newestMs = newest?.listedAtMs ?? null;
  if (newestMs === null) return false;
  return rows.every(({ listedAtMs }) => listedAtMs !== null && listedAtMs < newestMs - LONGEST_LIFE_MS);
}

import { z } from "zod";
import {
  type Currency,
  entriesOf,
  goodRows,
  idField,
  parseCharge,
  parseDate,
  parseId,
  parsePhone,
  phoneField,
} from "../../parsing/parse.ts";
import type { Token } from "../../parsing/refusals.ts";
import { smsIn } from "../../parsing/sms.ts";
import type { ActiveRental, Observation, ObservedSms, Rental } from "../../port/provider.ts";
import type { Dialect } from "./dialects.ts";

/** The ways in which an answer may name US dollars (ISO 4217 and symbols). */
const DOLLARS: readonly unknown[] = [840, "840", "USD", "usd", "$"];

/** Reads `ACCESS_NUMBER:<id>:<phone>`. Undefined: incomplete or another token. */
export function rentalFromToken({ name, rest }: Token): Rental | undefined {
  const [idText, phoneText, ...more] = rest.split(":");
  const upstreamId = parseId(idText);
  const phone = parsePhone(phoneText);
  if (name !== "ACCESS_NUMBER" || more.length > 0 || upstreamId === undefined || phone === undefined)
    return undefined;
  return { upstreamId, phone, costMicros: null, expiresAt: null, cancelOpensAt: null, canAnother: null };
}

const rentalAnswer = z.object({
  activationId: idField,
  phoneNumber: phoneField,
  activationCost: z.unknown().optional(),
  currency: z.unknown().optional(),
  canGetAnotherSms: z.unknown().optional(),
  activationEndTime: z.unknown().optional(),
});

/**
 * Reads the JSON of getNumberV2. Undefined: incomplete, or charged in another currency than the account's, so that the
 * cost is unknown.
 */
export function rentalFromData(value: unknown, currency: Currency, isInDollars: boolean): Rental | undefined {
  const { data } = rentalAnswer.safeParse(value);
  if (!data) return undefined;
  const isNamed = data.currency !== undefined && data.currency !== null;
  if (isInDollars && isNamed && !DOLLARS.includes(data.currency)) return undefined;
  return {
    upstreamId: data.activationId,
    phone: data.phoneNumber,
    costMicros: parseCharge(data.activationCost, currency) ?? null,
    expiresAt: parseDate(data.activationEndTime) ?? null,
    cancelOpensAt: null,
    canAnother: flag(data.canGetAnotherSms),
  };
}

function flag(value: unknown): boolean | null {
  if (value === true || value === 1 || value === "1" || value === "true") return true;
  return value === false || value === 0 || value === "0" || value === "false" ? false : null;
}

/** Reads the answer of getStatus. Undefined: a status that no supplier documents. */
export function observationOf({ name, rest }: Token): Observation | undefined {
  switch (name) {
    case "STATUS_WAIT_CODE":
    case "STATUS_WAIT_RESEND":
    // The value after the colon is the previous SMS, not the awaited one.
    case "STATUS_WAIT_RETRY":
      return { status: "waiting", sms: [] };
    case "STATUS_CANCEL":
    case "ACCESS_CANCEL":
      return { status: "cancelled", sms: [] };
    case "STATUS_OK": {
      // A code, or the full text if the account is set to return full texts.
      const sms = smsIn({ code: rest });
      return sms && { status: "received", sms: [sms] };
    }
    default:
      return undefined;
  }
}

const activeRow = z.object({
  activationId: idField,
  phoneNumber: phoneField,
  serviceCode: z.unknown().optional(),
  countryCode: z.unknown().optional(),
  activationCost: z.unknown().optional(),
  activationStatus: z.unknown().optional(),
  activationTime: z.unknown().optional(),
  smsCode: z.unknown().optional(),
  smsText: z.unknown().optional(),
});

export interface ListedRental extends ActiveRental {
  /** True: the row is enough to know the order's state. */
  readonly isConclusive: boolean;
}

/**
 * Reads the rows of getActiveActivations, which suppliers put in different places. Undefined: no list, or a list with a
 * row that has no id or number.
 */
export function readActive(value: unknown, dialect: Dialect, currency: Currency): ListedRental[] | undefined {
  const fields = new Map(entriesOf(value));
  const inner = fields.get("activeActivations");
  const candidates = [fields.get("data"), inner, new Map(entriesOf(inner)).get("rows"), value];
  const listed = candidates.find((candidate): candidate is unknown[] => Array.isArray(candidate));
  const rows = z.array(activeRow).safeParse(listed);
  return rows.data?.map((row) => {
    const sms = listedSms(row.smsCode, row.smsText);
    const status = dialect.listStatuses?.[String(row.activationStatus)];
    const isReceived = status === "received" || (status === undefined && sms.length > 0);
    return {
      upstreamId: row.activationId,
      phone: row.phoneNumber,
      serviceCode: parseId(row.serviceCode) ?? null,
      countryCode: parseId(row.countryCode) ?? null,
      costMicros: parseCharge(row.activationCost, currency) ?? null,
      createdAt: parseDate(row.activationTime) ?? null,
      observation: isReceived ? { status: "received", sms } : { status: "waiting", sms: [] },
      isConclusive: status === "waiting" || (status === "received" && sms.length > 0),
    };
  });
}

/** `smsCode` is a string, a list or null. `smsText` belongs to the last code. */
function listedSms(smsCode: unknown, smsText: unknown): ObservedSms[] {
  const codes: unknown[] = Array.isArray(smsCode) && smsCode.length > 0 ? smsCode : [smsCode];
  const texts = Array.isArray(smsText) ? smsText : [smsText];
  return codes
    .map((code, index) => smsIn({ code, text: index === codes.length - 1 ? texts.at(-1) : null }))
    .filter((sms) => sms !== undefined);
}

const otpInfo = z.object({ data: z.unknown() });
const otpRow = z
  .object({ code: z.unknown().optional(), smsCode: z.unknown().optional() })
  .catchall(z.unknown());

/** The SMS that a refused cancel carries in `info.data`. */
export function smsInRefusal(info: unknown): ObservedSms[] {
  return smsInRows(otpInfo.safeParse(info).data?.data);
}

/** The SMS in an answer of getStatusV2 or getAllSms: one SMS or a list, in `sms`, in `data`, or as the whole answer. */
export function smsInAnswer(value: unknown): ObservedSms[] {
  const fields = new Map(entriesOf(value));
  const data = fields.get("data");
  const places = [
    Array.isArray(value) ? value : undefined,
    fields.get("sms"),
    data,
    new Map(entriesOf(data)).get("sms"),
  ];
  return places.map(smsInRows).find((found) => found.length > 0) ?? [];
}

/** The SMS in a row or a list of rows. Field names differ between suppliers. */
export function smsInRows(node: unknown): ObservedSms[] {
  const rows = Array.isArray(node) ? node : [node];
  return goodRows(rows, otpRow).flatMap((row) => {
    const sms = smsIn({ code: row.code ?? row.smsCode, text: row.text ?? row.smsText ?? row.message });
    return sms ? [sms] : [];
  });
}

import { z } from "zod";
import { parseAs } from "../../parsing/answers.ts";
import {
  type Currency,
  goodRows,
  idField,
  parseCharge,
  parseDate,
  parseId,
  phoneField,
} from "../../parsing/parse.ts";
import { smsIn } from "../../parsing/sms.ts";
import type { ActiveRental, Observation, ObservedSms, Rental } from "../../port/provider.ts";

const smsRow = z.object({
  created_at: z.unknown().optional(),
  text: z.unknown().optional(),
  code: z.unknown().optional(),
});

const statuses = ["PENDING", "RECEIVED", "CANCELED", "TIMEOUT", "FINISHED", "BANNED"] as const;

const orderRow = z.object({
  id: idField,
  phone: phoneField,
  status: z.enum(statuses),
  product: z.unknown().optional(),
  country: z.unknown().optional(),
  price: z.unknown().optional(),
  expires: z.unknown().optional(),
  created_at: z.unknown().optional(),
  sms: z.array(z.unknown()).nullish(),
});

const order = orderRow.transform(({ id, ...rest }) => ({ upstreamId: id, ...rest }));

export type Order = z.infer<typeof order>;

export function orderOf(provider: string, operation: string, value: unknown): Order {
  return parseAs(provider, operation, order, value);
}

export function rentalOf(bought: Order, currency: Currency): Rental {
  return {
    upstreamId: bought.upstreamId,
    phone: bought.phone,
    costMicros: parseCharge(bought.price, currency) ?? null,
    expiresAt: parseDate(bought.expires) ?? null,
    cancelOpensAt: null,
    // Further SMS come by themselves as long as the number lives.
    canAnother: false,
  };
}

/** RECEIVED is the number, not the SMS: whether one has come, the list in the order says. */
export function observationOf(seen: Order): Observation {
  const sms = smsOf(seen);
  const expiresAt = parseDate(seen.expires);
  return { status: statusOf(seen, sms), sms, isWholeLife: true, ...(expiresAt && { expiresAt }) };
}

function statusOf({ status }: Order, sms: readonly ObservedSms[]): Observation["status"] {
  switch (status) {
    case "PENDING":
    case "RECEIVED":
      return sms.length > 0 ? "received" : "waiting";
    case "CANCELED":
    case "BANNED":
      return "cancelled";
    case "TIMEOUT":
      return "expired";
    case "FINISHED":
      return "finished";
  }
}

/** All SMS of the number's life, the oldest first. Services like to send a second one without a code. */
function smsOf(seen: Order): ObservedSms[] {
  const rows = goodRows(seen.sms ?? [], smsRow);
  const moment = (value: unknown): number => parseDate(value)?.getTime() ?? 0;
  return rows
    .sort((a, b) => moment(a.created_at) - moment(b.created_at))
    .map(({ code, text }) => smsIn({ code, text }))
    .filter((sms) => sms !== undefined);
}

const orderPage = z.object({ Data: z.array(order).nullable() });

/** A page of `/user/orders`. What is missing from a list counts as not bought, so every row has to be understood. */
export function ordersOf(provider: string, operation: string, value: unknown): Order[] {
  return parseAs(provider, operation, orderPage, value).Data ?? [];
}

export function isOpen({ status }: Order): boolean {
  return status === "PENDING" || status === "RECEIVED";
}

const LONGEST_LIFE_MS = 60 * 60_000;

/** The list goes back so far that no open number can be older: they live for a quarter of an hour. */
export function reachesBack(found: ReadonlyMap<string, Order>, latest: readonly Order[]): boolean {
  const [newest] = found.values();
  const [to, from] = [parseDate(newest?.created_at), parseDate(latest.at(-1)?.created_at)];
  return to !== undefined && from !== undefined && to.getTime() - from.getTime() > LONGEST_LIFE_MS;
}

/** A row that tells by itself how the order stands: an end moves money and is asked about once more. */
export function isConclusive(row: Order): boolean {
  return isOpen(row) && (row.status === "PENDING" || Array.isArray(row.sms));
}

export function activeOf(row: Order, currency: Currency): ActiveRental {
  return {
    upstreamId: row.upstreamId,
    phone: row.phone,
    serviceCode: parseId(row.product) ?? null,
    countryCode: parseId(row.country) ?? null,
    costMicros: parseCharge(row.price, currency) ?? null,
    createdAt: parseDate(row.created_at) ?? null,
    observation: observationOf(row),
  };
}

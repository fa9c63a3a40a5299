import { z } from "zod";
import { parseAs } from "../../parsing/answers.ts";
import type { Page } from "../../parsing/pages.ts";
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
import { pathSegment } from "../../transport/urls.ts";

const smsRow = z.object({
  created_at: z.unknown().optional(),
  text: z.unknown().optional(),
  code: z.unknown().optional(),
});

const statuses = ["PENDING", "RECEIVED", "CANCELED", "TIMEOUT", "FINISHED", "BANNED"] as const;

const orderRow = z.object({
  // An id that no path can hold could be neither checked nor cancelled: such an answer tells nothing that can be used.
  id: idField.refine((id) => pathSegment(id) !== undefined),
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
    // Further SMS arrive without a request until the number ends.
    canAnother: false,
  };
}

/** Reads an order. RECEIVED means that the number is ready; the field `sms` tells whether an SMS has arrived. */
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

/** All SMS since the purchase, oldest first. Services often send a second one without a code. */
function smsOf(seen: Order): ObservedSms[] {
  const rows = goodRows(seen.sms ?? [], smsRow);
  const moment = (value: unknown): number => parseDate(value)?.getTime() ?? 0;
  return rows
    .sort((a, b) => moment(a.created_at) - moment(b.created_at))
    .flatMap(({ code, text, created_at }) => {
      const sms = smsIn({ code, text });
      const arrivedAt = parseDate(created_at);
      return sms ? [{ ...sms, ...(arrivedAt && { arrivedAt }) }] : [];
    });
}

const orderPage = z.object({ Data: z.array(order).nullable() });

/** A page of `/user/orders`. A number missing from the list counts as not bought, so one unreadable row is an error. */
export function ordersOf(provider: string, operation: string, value: unknown): Order[] {
  return parseAs(provider, operation, orderPage, value).Data ?? [];
}

export function isOpen({ status }: Order): boolean {
  return status === "PENDING" || status === "RECEIVED";
}

/** FINISHED is charged: if nobody knows the number, its purchase was lost, and so is the money. */
export function isOpenOrPaid(row: Order): boolean {
  return isOpen(row) || row.status === "FINISHED";
}

const LONGEST_LIFE_MS = 60 * 60_000;

/** True: the list was read an hour back. Numbers live for 15 minutes, so no older one is open. */
export function reachesBack({ found, rows }: Page<Order>): boolean {
  const [newest] = found.values();
  const [to, from] = [parseDate(newest?.created_at), parseDate(rows.at(-1)?.created_at)];
  return to !== undefined && from !== undefined && to.getTime() - from.getTime() > LONGEST_LIFE_MS;
}

/** True: the row is enough to know the order's state. An ended order is checked on its own, because its end moves money. */
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

import { z } from "zod";
import { parseUsd } from "../../../core/money.ts";

/** What the requests are read with, and what the document at /openapi.json is made of. */

const MAX_LENGTH = 64;
const word = z.string().trim().min(1).max(MAX_LENGTH);
const usd = z.number().describe("US dollars");

export const noParameters = z.object({});

export const priceQuery = z.object({
  service: word.describe("A code from /services"),
  country: word.optional().describe("A code from /countries; all countries if left out"),
});

export const orderQuery = z.object({
  id: word.describe("The id of the purchase, or the number of its order_code"),
});

/** A code; some programs send the country as a number. */
const code = z.union([word, z.int().nonnegative()]).transform(String);

const price = z.union([z.number(), word]).transform((value, context) => {
  const micros = parseUsd(String(value), "up");
  if (micros !== undefined) return micros;
  context.addIssue({ code: "custom", message: "must be a plain amount in dollars such as 0.25" });
  return z.NEVER;
});

export const purchaseBody = z.object({
  service: code.describe("A code from /services"),
  country: code.describe("A code from /countries"),
  operator: word.nullish().describe('Only "any": the shop chooses'),
  max_price: price.nullish().describe("US dollars. A dearer number is not bought"),
});

export const balanceAnswer = z.object({
  balance: usd,
  escrow: usd.describe("US dollars held for open orders"),
  currency: z.literal("USD"),
});

export const servicesAnswer = z.array(z.object({ code: z.string(), name: z.string() }));

export const countriesAnswer = z.array(z.object({ code: z.string(), iso2: z.string(), name: z.string() }));

export const pricesAnswer = z.array(
  z.object({
    country: z.string(),
    price: usd,
    stock: z.int().describe("Operators that have numbers, not numbers: 0 means sold out"),
  }),
);

export const purchaseAnswer = z.object({
  id: z.uuid(),
  order_code: z.string(),
  phone: z.string(),
  expires_at: z.iso.datetime(),
  cost: usd,
});

export const statusAnswer = z.object({
  status: z.enum(["waiting", "received", "cancelled", "finished", "expired"]),
  sms_code: z.string().nullable(),
  phone: z.string(),
});

export const cancelAnswer = z.object({ ok: z.literal(true), refunded: usd });

export const okAnswer = z.object({ ok: z.literal(true) });

export const refusalAnswer = z.object({
  error: z.string().describe("A sentence for people"),
  code: z.string().describe("A word for programs"),
  price: usd.optional().describe("With price_too_high: what the number costs, in US dollars"),
});

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { parseUsd, plainUsd } from "../core/money.ts";

/** Facts of the Crypto Pay API (help.crypt.bot/crypto-pay-api): methods, header, signature, invoice states. */
const TIMEOUT_MS = 10_000;
const MAX_BODY_BYTES = 1_000_000;

const decimal = z.union([z.string(), z.number()]).transform(String);

const invoiceSchema = z.object({
  invoice_id: z.union([z.number().int(), z.string().regex(/^\d{1,20}$/)]).transform(String),
  status: z.enum(["active", "paid", "expired"]),
  currency_type: z.string().optional(),
  fiat: z.string().optional(),
  amount: decimal,
  payload: z.string().optional(),
  bot_invoice_url: z.string().optional(),
  pay_url: z.string().optional(),
  paid_at: z.string().optional(),
  fee_in_usd: decimal.optional(),
});

const answerSchema = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error: z.object({ code: z.number().optional(), name: z.string().optional() }),
  }),
]);

const webhookSchema = z.object({
  update_type: z.literal("invoice_paid"),
  payload: z.object({ invoice_id: z.union([z.number().int(), z.string()]).transform(String) }),
});

export interface CryptoPayInvoice {
  readonly invoiceId: string;
  readonly status: "active" | "paid" | "expired";
  /** The invoiced dollars; null where the invoice is in another currency. */
  readonly amountMicros: bigint | null;
  readonly feeMicros: bigint;
  readonly payload: string | null;
  readonly payUrl: string | null;
  readonly paidAt: Date | null;
}

/** Any failure of the API: `reason` names it without a secret. */
export class CryptoPayError extends Error {
  override readonly name = "CryptoPayError";
}

export interface CryptoPay {
  createInvoice(input: {
    amountMicros: bigint;
    payload: string;
    expiresInSeconds: number;
  }): Promise<CryptoPayInvoice>;
  invoices(invoiceIds: readonly string[]): Promise<readonly CryptoPayInvoice[]>;
  /** The invoice id of a signed `invoice_paid` webhook; undefined when the signature or the body is not right. */
  verifyWebhook(rawBody: Buffer, signature: string | undefined): string | undefined;
}

export function createCryptoPay(options: { token: string; apiRoot: string }): CryptoPay {
  async function call(method: string, body: object): Promise<unknown> {
    const url = `${options.apiRoot.replace(/\/$/, "")}/${method}`;
    let text: string;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "Crypto-Pay-API-Token": options.token, "Content-Type": "application/json" },
        body: JSON.stringify(body),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await readText(response);
    } catch (error) {
      throw new CryptoPayError(`${method}: no answer`, { cause: error });
    }
    const answer = answerSchema.safeParse(parseJson(text));
    if (!answer.success) throw new CryptoPayError(`${method}: not a Crypto Pay answer`);
    if (!answer.data.ok) throw new CryptoPayError(`${method}: ${answer.data.error.name ?? "refused"}`);
    return answer.data.result;
  }

  return {
    async createInvoice(input) {
      const result = await call("createInvoice", {
        currency_type: "fiat",
        fiat: "USD",
        amount: plainUsd(input.amountMicros),
        payload: input.payload,
        expires_in: input.expiresInSeconds,
        allow_comments: false,
        allow_anonymous: false,
      });
      const invoice = readInvoice(result);
      if (!invoice) throw new CryptoPayError("createInvoice: unexpected invoice");
      return invoice;
    },
    async invoices(invoiceIds) {
      const result = await call("getInvoices", {
        invoice_ids: invoiceIds.join(","),
        count: invoiceIds.length,
      });
      const page = z.object({ items: z.array(z.unknown()) }).safeParse(result);
      if (!page.success) throw new CryptoPayError("getInvoices: no items");
      // One that cannot be read must not keep the others from being credited.
      return page.data.items.flatMap((item) => readInvoice(item) ?? []);
    },
    verifyWebhook(rawBody, signature) {
      if (!signature || rawBody.length > MAX_BODY_BYTES || !isSigned(rawBody, signature, options.token))
        return undefined;
      const update = webhookSchema.safeParse(parseJson(rawBody.toString("utf8")));
      return update.success ? update.data.payload.invoice_id : undefined;
    },
  };
}

/** What it unpacks to is bounded, not what is sent: fetch takes compressed answers. */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw new CryptoPayError("answer too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Hex HMAC-SHA-256 of the raw body under SHA-256(token), compared in constant time. */
function isSigned(rawBody: Buffer, signature: string, token: string): boolean {
  const key = createHash("sha256").update(token).digest();
  const expected = createHmac("sha256", key).update(rawBody).digest();
  const given = Buffer.from(signature, "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function readInvoice(value: unknown): CryptoPayInvoice | undefined {
  const parsed = invoiceSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const invoice = parsed.data;
  const isUsd = invoice.currency_type === "fiat" && invoice.fiat === "USD";
  const paidAt = invoice.paid_at === undefined ? Number.NaN : Date.parse(invoice.paid_at);
  return {
    invoiceId: invoice.invoice_id,
    status: invoice.status,
    amountMicros: isUsd ? (parseUsd(invoice.amount, "exact") ?? null) : null,
    feeMicros: (invoice.fee_in_usd && parseUsd(invoice.fee_in_usd, "up")) || 0n,
    payload: invoice.payload ?? null,
    payUrl: invoice.bot_invoice_url ?? invoice.pay_url ?? null,
    paidAt: Number.isNaN(paidAt) ? null : new Date(paidAt),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema that comes next says so.
    return undefined;
  }
}

import { z } from "zod";
import { badRequest } from "../errors.ts";
import { flag, integer, json, optionalInteger, optionalText, text } from "../params.ts";
import { bookRefund } from "../payments.ts";
import type { Invoice } from "../types.ts";
import { send, sendFields } from "./messages.ts";
import { type MethodTable, method } from "./method.ts";

/** The Bot API's limits for invoices. */
const MAX_TITLE = 32;
const MAX_DESCRIPTION = 255;
const MAX_PAYLOAD_BYTES = 128;
/** Telegram sells no more than this many Stars in one payment. */
const MAX_STARS = 10_000;
const MAX_LINKS = 10_000;

const invoiceFields = {
  title: text,
  description: text,
  payload: text,
  currency: text,
  prices: json(z.array(z.unknown())),
  provider_token: optionalText,
  start_parameter: optionalText,
  max_tip_amount: optionalInteger,
  is_flexible: flag,
};

const priceSchema = z.object({ label: z.string().min(1), amount: z.int() });

interface InvoiceParams {
  readonly title: string;
  readonly description: string;
  readonly payload: string;
  readonly currency: string;
  readonly prices: readonly unknown[];
  readonly provider_token?: string | undefined;
  readonly start_parameter?: string | undefined;
  readonly max_tip_amount?: number | undefined;
  readonly is_flexible: boolean;
}

/** Accepts Stars only: other currencies need a payment provider, which the pretend Telegram does not have. */
function toInvoice(params: InvoiceParams): Invoice {
  if (params.prices.length === 0) throw badRequest("There must be at least one price");
  const prices = params.prices.map((raw) => {
    const price = priceSchema.safeParse(raw);
    if (!price.success) {
      const field = String(price.error.issues[0]?.path[0] ?? "label");
      throw badRequest(`Can't parse labeled price: Can't find field "${field}"`);
    }
    return price.data;
  });
  if ([...params.title].length > MAX_TITLE) throw badRequest("INVOICE_TITLE_INVALID");
  if ([...params.description].length > MAX_DESCRIPTION) throw badRequest("INVOICE_DESCRIPTION_INVALID");
  if (Buffer.byteLength(params.payload) > MAX_PAYLOAD_BYTES) throw badRequest("INVOICE_PAYLOAD_INVALID");
  if (params.currency !== "XTR") {
    throw badRequest((params.provider_token ?? "") === "" ? "CURRENCY_INVALID" : "PAYMENT_PROVIDER_INVALID");
  }
  if ((params.provider_token ?? "") !== "") throw badRequest("PAYMENT_PROVIDER_INVALID");
  const [price, ...others] = prices;
  const isPlain = others.length === 0 && !params.is_flexible && (params.max_tip_amount ?? 0) === 0;
  if (!price || !isPlain) throw badRequest("STARS_INVOICE_INVALID");
  if (price.amount < 1 || price.amount > MAX_STARS) throw badRequest("CURRENCY_TOTAL_AMOUNT_INVALID");
  return {
    title: params.title,
    description: params.description,
    payload: params.payload,
    startParameter: params.start_parameter ?? "",
    stars: price.amount,
  };
}

const sendInvoice = method(z.object({ ...sendFields, ...invoiceFields }), (world, params) => {
  const invoice = toInvoice(params);
  return world.wire(send(world, params, { kind: "invoice", invoice, paid: false }));
});

const createInvoiceLink = method(z.object(invoiceFields), (world, params) => {
  const invoice = toInvoice(params);
  const link = `https://t.me/$pretend${String(world.invoiceLinks.size + 1).padStart(6, "0")}`;
  if (world.invoiceLinks.size >= MAX_LINKS) throw badRequest("INVOICE_PAYLOAD_INVALID");
  world.invoiceLinks.set(link, invoice);
  return link;
});

const answerPreCheckoutQuery = method(
  z.object({ pre_checkout_query_id: text, ok: flag, error_message: optionalText }),
  (world, params) => {
    const errorMessage = params.error_message ?? "";
    if (!params.ok && errorMessage === "") throw badRequest('Parameter "error_message" is required');
    const answer = params.ok ? ({ ok: true } as const) : ({ ok: false, errorMessage } as const);
    world.checkouts.answer(params.pre_checkout_query_id, answer);
    return true;
  },
);

const refundStarPayment = method(
  z.object({ user_id: integer, telegram_payment_charge_id: text }),
  (world, params) => {
    bookRefund(world, params.user_id, params.telegram_payment_charge_id);
    return true;
  },
);

const getStarTransactions = method(
  z.object({ offset: optionalInteger, limit: optionalInteger }),
  (world, params) => ({
    transactions: world.stars.list(
      Math.max(0, params.offset ?? 0),
      Math.min(100, Math.max(1, params.limit ?? 100)),
    ),
  }),
);

export const paymentMethods: MethodTable = {
  sendInvoice,
  createInvoiceLink,
  answerPreCheckoutQuery,
  refundStarPayment,
  getStarTransactions,
  getMyStarBalance: (world) => ({ amount: world.stars.balance() }),
};

import { createHash, createHmac } from "node:crypto";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";

const createSchema = z.object({
  currency_type: z.literal("fiat"),
  fiat: z.literal("USD"),
  amount: z.string(),
  payload: z.string().max(4096),
  expires_in: z.number().int().min(1).max(2_678_400),
});
const listSchema = z.object({ invoice_ids: z.string() });

interface Invoice {
  readonly invoice_id: number;
  status: "active" | "paid" | "expired";
  readonly currency_type: "fiat";
  readonly fiat: "USD";
  amount: string;
  readonly payload: string;
  readonly bot_invoice_url: string;
  paid_at?: string;
  fee_in_usd?: string;
}

export interface PretendCryptoPay {
  readonly apiRoot: string;
  readonly invoices: readonly Invoice[];
  /** Makes the next calls fail in this way. Null: calls succeed again. */
  fail(mode: "status500" | "html" | "drop_after" | null): void;
  pay(invoiceId: number): void;
  expire(invoiceId: number): void;
  /** The raw webhook body that Crypto Pay would send, and its signature. */
  webhook(invoiceId: number): { body: string; signature: string };
  close(): Promise<void>;
}

/** Starts a pretend Crypto Pay on a loopback port: its two methods and its signed webhook, as documented. */
export async function startPretendCryptoPay(token: string): Promise<PretendCryptoPay> {
  const invoices: Invoice[] = [];
  let failure: "status500" | "html" | "drop_after" | null = null;
  const app = new Hono();
  app.use("/api/*", async (context, next) => {
    if (context.req.header("Crypto-Pay-API-Token") !== token) {
      return context.json({ ok: false, error: { code: 401, name: "UNAUTHORIZED" } }, 401);
    }
    if (failure === "status500")
      return context.json({ ok: false, error: { code: 500, name: "INTERNAL" } }, 500);
    if (failure === "html") return context.html("<html><body>Bad gateway</body></html>", 502);
    await next();
    if (failure === "drop_after") context.res = new Response("{", { status: 200 });
    return undefined;
  });
  app.post("/api/createInvoice", async (context) => {
    const input = createSchema.safeParse(await context.req.json());
    if (!input.success) return context.json({ ok: false, error: { code: 400, name: "PARAMS_INVALID" } }, 400);
    const { amount, payload } = input.data;
    const invoice_id = invoices.length + 1;
    const bot_invoice_url = `https://t.me/CryptoBot?start=${invoice_id}`;
    const invoice: Invoice = {
      invoice_id,
      status: "active",
      currency_type: "fiat",
      fiat: "USD",
      amount,
      payload,
      bot_invoice_url,
    };
    invoices.push(invoice);
    return context.json({ ok: true, result: invoice });
  });
  app.post("/api/getInvoices", async (context) => {
    const { invoice_ids } = listSchema.parse(await context.req.json());
    const ids = new Set(invoice_ids.split(",").map(Number));
    return context.json({
      ok: true,
      result: { items: invoices.filter((invoice) => ids.has(invoice.invoice_id)) },
    });
  });

  const find = (invoiceId: number): Invoice => {
    const invoice = invoices.find((candidate) => candidate.invoice_id === invoiceId);
    if (!invoice) throw new Error(`no invoice ${invoiceId}`);
    return invoice;
  };
  return await new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) =>
      resolve({
        apiRoot: `http://127.0.0.1:${port}/api`,
        invoices,
        fail: (mode) => {
          failure = mode;
        },
        pay(invoiceId) {
          Object.assign(find(invoiceId), {
            status: "paid",
            paid_at: "2026-03-01T12:05:00.000Z",
            fee_in_usd: "0.05",
          });
        },
        expire(invoiceId) {
          find(invoiceId).status = "expired";
        },
        webhook(invoiceId) {
          const body = JSON.stringify({
            update_id: 1,
            update_type: "invoice_paid",
            payload: find(invoiceId),
          });
          const key = createHash("sha256").update(token).digest();
          return { body, signature: createHmac("sha256", key).update(body).digest("hex") };
        },
        close: () => new Promise((done) => server.close(() => done())),
      }),
    );
  });
}

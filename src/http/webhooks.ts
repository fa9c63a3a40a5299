import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Logger } from "../core/logger.ts";
import type { ShopApp } from "./server.ts";

const KIB = 1024;
/** Larger, because long messages must get through; it is read only after the secret was checked. */
const TELEGRAM_BODY = 1024 * KIB;
const STRANGER_BODY = 64 * KIB;

export interface WebhookHandlers {
  /** Null: long polling, the route does not exist. `store` resolves when the update is committed. */
  readonly telegram: { readonly secret: string; readonly store: (update: unknown) => Promise<void> } | null;
  /** `handle` resolves once what it accepts is stored; slow work happens later. */
  readonly providers: {
    /** The secret of each configured provider, by name: it opens that provider's own route and nothing else. */
    readonly secrets: ReadonlyMap<string, string>;
    readonly handle: (
      provider: string,
      body: unknown,
    ) => Promise<"accepted" | "unknown_provider" | "unreadable">;
  };
  /** Null: the gateway is off. The signature covers the raw bytes; false: it is wrong. */
  readonly cryptoPay: ((raw: Uint8Array, signature: string | undefined) => Promise<boolean>) | null;
}

/** Adds the three webhook routes. A secret that is wrong looks like a route that is not there. */
export function addWebhooks(app: ShopApp, handlers: WebhookHandlers, logger: Logger): void {
  const { telegram, providers, cryptoPay } = handlers;
  if (telegram) {
    app.post(
      "/webhooks/telegram",
      async (context, next) => {
        const given = context.req.header("X-Telegram-Bot-Api-Secret-Token");
        if (!sameSecret(given, telegram.secret)) return refuse(context, 401, "wrong secret");
        return next();
      },
      limit(TELEGRAM_BODY),
      async (context) => {
        const body = parseJson(await context.req.text());
        if (body === undefined) return refuse(context, 400, "not JSON");
        await telegram.store(body.value);
        return context.json({ ok: true });
      },
    );
  }
  app.post(
    "/webhooks/providers/:name/:secret",
    async (context, next) => {
      const secret = providers.secrets.get(context.req.param("name"));
      if (!sameSecret(context.req.param("secret"), secret)) return context.notFound();
      return next();
    },
    limit(STRANGER_BODY),
    async (context) => {
      const body = parseJson(await context.req.text());
      if (body === undefined) return refuse(context, 400, "not JSON");
      const provider = context.req.param("name");
      const outcome = await providers.handle(provider, body.value);
      if (outcome === "unknown_provider") return context.notFound();
      if (outcome === "unreadable") {
        logger.warn({ provider }, "provider webhook with a body that its protocol does not document");
        return refuse(context, 400, "not understood");
      }
      return context.json({ ok: true });
    },
  );
  if (cryptoPay) {
    app.post("/webhooks/crypto-pay", limit(STRANGER_BODY), async (context) => {
      const raw = new Uint8Array(await context.req.arrayBuffer());
      const isOurs = await cryptoPay(raw, context.req.header("crypto-pay-api-signature"));
      return isOurs ? context.json({ ok: true }) : refuse(context, 401, "wrong signature");
    });
  }
}

function limit(maxSize: number) {
  return bodyLimit({ maxSize, onError: (context) => refuse(context, 413, "too large") });
}

function refuse(context: Context, status: 400 | 401 | 413, error: string): Response {
  return context.json({ error }, status);
}

/** Undefined: not JSON. The value is wrapped because `null` is valid JSON. */
function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Anybody can send this, so it is not logged; the caller answers 400.
    return undefined;
  }
}

/**
 * Compares digests in constant time, so that the answer time tells nothing about the secret. Without an expected one it
 * does the same work and says no, so that it does not tell which providers there are either.
 */
function sameSecret(given: string | undefined, expected: string | undefined): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const isSame = timingSafeEqual(digest(given ?? ""), digest(expected ?? ""));
  return isSame && given !== undefined && expected !== undefined;
}

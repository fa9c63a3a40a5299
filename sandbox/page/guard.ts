import type { MiddlewareHandler } from "hono";

/**
 * Accepts a POST only from our own page. Browsers send the page's origin with every POST, so other sites in the same
 * browser cannot press buttons here.
 */
export const requireSameOrigin: MiddlewareHandler = async (c, next) => {
  if (c.req.method !== "POST") return next();
  const origin = c.req.header("origin");
  const host = c.req.header("host");
  if (!origin || !host || hostOf(origin) !== host) return c.json({ error: "wrong origin" }, 403);
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") return c.json({ error: "JSON only" }, 415);
  return next();
};

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

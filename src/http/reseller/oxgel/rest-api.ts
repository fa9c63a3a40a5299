import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ApiKey } from "../../../reseller/reseller.ts";
import type { ShopApp } from "../../server.ts";
import { type DialectDeps, runTelling, takeTurn } from "../dialect.ts";
import { type ApiContext, callerOf, type Parameters, readJson, readQuery } from "../request.ts";
import { openApiDocument } from "./document.ts";
import type { Done, Endpoint } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { type Refusal, refuse } from "./refusals.ts";

const BASE = "/api/v1";
const HEADERS = { "Cache-Control": "no-store", "Referrer-Policy": "no-referrer" };

type Found = { readonly endpoint: Endpoint } | { readonly refusal: "unknown_endpoint" | "wrong_method" };

/**
 * Serves the dialect of OxgelAPI (https://oxgelapi.com/docs.html): nine endpoints under /api/v1, JSON, and real status
 * codes; and the document of it at /openapi.json, which needs no key.
 */
export function addRestApi(app: ShopApp, deps: DialectDeps): void {
  const document = JSON.stringify(openApiDocument());
  app.get("/openapi.json", (context) =>
    context.body(document, 200, { "Content-Type": "application/json", ...HEADERS }),
  );
  app.all(`${BASE}/*`, async (context) => {
    const startedMs = deps.clock.steadyMs();
    const found = find(context);
    const result = await answer(deps, context, found);
    deps.onRequest({
      dialect: "oxgel",
      action: "endpoint" in found ? found.endpoint.path.slice(1) : "other",
      outcome: "status" in result ? result.body.code : "ok",
      durationMs: deps.clock.steadyMs() - startedMs,
    });
    return respond(context, result);
  });
}

/** Longer than any endpoint. What is longer is none, and costs nothing to find out. */
const MAX_NAME = 64;

function find({ req: { path, method } }: ApiContext): Found {
  const name = path.slice(BASE.length, BASE.length + MAX_NAME).replace(/\/+$/, "");
  const endpoint = endpoints.find((one) => one.path === name);
  if (!endpoint) return { refusal: "unknown_endpoint" };
  // A look at the headers asks nothing else than the whole answer would.
  return endpoint.method === (method === "HEAD" ? "GET" : method)
    ? { endpoint }
    : { refusal: "wrong_method" };
}

/** Whatever fails, the client gets JSON with a status that says whose fault it is. */
async function answer(deps: DialectDeps, context: ApiContext, found: Found): Promise<Done | Refusal> {
  let keyId: string | undefined;
  const query = readQuery(context);
  try {
    const key = await admit(deps, context, query, found);
    if ("status" in key) return key;
    keyId = key.id;
    return "endpoint" in found
      ? await run(deps, context, { key, query, endpoint: found.endpoint })
      : refuse(found.refusal);
  } catch (error) {
    deps.logger.error({ route: context.req.path.slice(0, 64), keyId, err: error }, "an API request failed");
    return refuse("internal");
  }
}

/** The key first, then the limits: who has no key learns nothing about endpoints. */
async function admit(
  deps: DialectDeps,
  context: ApiContext,
  query: Parameters,
  found: Found,
): Promise<ApiKey | Refusal> {
  const { reseller } = deps;
  const caller = callerOf(context, query, deps.isTrustedProxy);
  const authenticated = await reseller.authenticate(caller);
  if (authenticated.kind === "wrong") {
    const seconds = await takeTurn(deps, authenticated.turn, "wrong_key");
    if (seconds !== undefined) return refuse("too_many_requests", { retryAfterSeconds: seconds });
    if (authenticated.isElsewhere) return refuse("address_not_allowed");
    return refuse(caller.keys.length === 0 ? "no_key" : "wrong_key");
  }
  const { key } = authenticated;
  const bucket = "endpoint" in found ? found.endpoint.bucket : "other";
  const seconds = await takeTurn(deps, reseller.turn(key, bucket), bucket);
  if (seconds !== undefined) return refuse("too_many_requests", { retryAfterSeconds: seconds });
  if (!("endpoint" in found && found.endpoint.acts)) return key;
  if (key.scope !== "buy") return refuse("read_only");
  return (await reseller.mayAct(key)) ? key : refuse("wrong_key");
}

async function run(
  deps: DialectDeps,
  context: ApiContext,
  { key, query, endpoint }: { key: ApiKey; query: Parameters; endpoint: Endpoint },
): Promise<Done | Refusal> {
  const names = Object.keys(endpoint.query.shape);
  const given = names.flatMap((name) => {
    const value = query.get(name);
    // An empty value is how some programs leave one out.
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  return await runTelling(deps, context, key.id, (gone) =>
    endpoint.run({
      reseller: deps.reseller,
      key,
      query: Object.fromEntries(given),
      readBody: () => readJson(context),
      idempotencyKey: context.req.header("Idempotency-Key")?.trim() || null,
      now: deps.clock.now(),
      gone,
    }),
  );
}

function respond(context: ApiContext, result: Done | Refusal): Response {
  const status: ContentfulStatusCode = "status" in result ? result.status : 200;
  const seconds = "status" in result ? result.retryAfterSeconds : undefined;
  const body = "status" in result ? result.body : result.value;
  return context.body(JSON.stringify(body), status, {
    "Content-Type": "application/json",
    ...HEADERS,
    ...(seconds !== undefined && { "Retry-After": String(seconds) }),
  });
}

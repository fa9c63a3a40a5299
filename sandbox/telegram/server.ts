import { createServer, type Server } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { systemClock } from "../../src/core/clock.ts";
import type { CallLog } from "./call-log.ts";
import { ApiRefusal, refusals } from "./errors.ts";
import type { FaultQueue } from "./faults.ts";
import { findMethod } from "./methods/index.ts";
import { type RawCall, readCall } from "./params.ts";
import type { FaultAction } from "./types.ts";
import type { World } from "./world.ts";

type Exchange = Context<{ Bindings: HttpBindings }>;

interface ServerDeps {
  readonly world: World;
  readonly token: string;
  readonly faults: FaultQueue;
  readonly log: CallLog;
}

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`. */
export function createApi(deps: ServerDeps): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.get("/file/:bot/*", (c) => {
    const prefix = `/file/bot${deps.token}/`;
    const bytes = deps.world.files.read(decodeURIComponent(c.req.path).slice(prefix.length));
    if (c.req.param("bot") !== `bot${deps.token}` || !bytes) {
      return asResponse(failure(new ApiRefusal(404, "Not Found")));
    }
    return new Response(Uint8Array.from(bytes));
  });
  app.all("/:bot/:method", async (c) => {
    if (c.req.param("bot") !== `bot${deps.token}`) return asResponse(failure(refusals.unauthorized()));
    return serveCall(deps, c, c.req.param("method"));
  });
  app.notFound(() => asResponse(failure(new ApiRefusal(404, "Not Found"))));
  return app;
}

/** Starts to listen. Resolves with the server and its port. */
export function listen(
  app: Hono<{ Bindings: HttpBindings }>,
  host: string,
  port: number,
): Promise<{ server: Server; port: number }> {
  const server = createServer(getRequestListener((request, env) => app.fetch(request, env)));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve({ server, port: typeof address === "object" && address ? address.port : port });
    });
  });
}

/** Serves one call: faults before the method, the method, then faults of the answer. */
async function serveCall(deps: ServerDeps, c: Exchange, rawName: string): Promise<Response> {
  const name = findMethod(rawName)?.name ?? rawName;
  let call: RawCall;
  try {
    call = await readCall(c.req.raw);
  } catch (error) {
    const reply = failure(error);
    record(deps, name, {}, reply);
    return asResponse(reply);
  }
  const fault = deps.faults.take(name, call.params.chat_id);
  const hangUp = hangUpSignal(c);
  const early = fault && (await interfere(deps, fault, c, name, call, hangUp));
  if (early) return early;

  const reply = await run(deps.world, name, call, hangUp);
  if (fault?.kind === "drop_after") {
    record(deps, name, call.params, { ...reply, status: 0 });
    return destroyed(c);
  }
  record(deps, name, call.params, reply);
  return asResponse(reply);
}

/** Applies a fault before the method runs. Undefined: the method runs. */
async function interfere(
  deps: ServerDeps,
  fault: FaultAction,
  c: Exchange,
  name: string,
  call: RawCall,
  hangUp: AbortSignal,
): Promise<Response | undefined> {
  switch (fault.kind) {
    case "delay":
      await systemClock.sleep(fault.ms, hangUp);
      return undefined;
    case "drop_after":
      return undefined;
    case "drop_before":
      record(deps, name, call.params, { status: 0, body: { ok: false } });
      return destroyed(c);
    case "hang":
      record(deps, name, call.params, { status: 0, body: { ok: false } });
      await new Promise<void>((resolve) => hangUp.addEventListener("abort", () => resolve(), { once: true }));
      return destroyed(c);
    case "html": {
      record(deps, name, call.params, { status: fault.status, body: { ok: false } });
      const page = `<html><head><title>${fault.status}</title></head><body><h1>nginx</h1></body></html>`;
      return new Response(page, { status: fault.status, headers: { "content-type": "text/html" } });
    }
    case "status": {
      const parameters = fault.retryAfter === undefined ? undefined : { retry_after: fault.retryAfter };
      const reply = failure(new ApiRefusal(fault.status, fault.description, parameters));
      record(deps, name, call.params, reply);
      return asResponse(reply);
    }
  }
}

async function run(world: World, name: string, call: RawCall, signal: AbortSignal): Promise<Reply> {
  try {
    const method = findMethod(name);
    if (!method) throw refusals.methodNotFound();
    const result = await method.run(world, call.params, { files: call.files, signal });
    return { status: 200, body: { ok: true, result } };
  } catch (error) {
    return failure(error);
  }
}

/** The answer to an error: a refusal as the Bot API words it, or an internal error of the sandbox. */
function failure(error: unknown): Reply {
  const refusal =
    error instanceof ApiRefusal ? error : new ApiRefusal(500, `Internal Server Error: ${String(error)}`);
  return {
    status: refusal.code,
    body: {
      ok: false,
      error_code: refusal.code,
      description: refusal.description,
      ...(refusal.parameters ? { parameters: refusal.parameters } : {}),
    },
  };
}

function record(
  { world, log }: ServerDeps,
  method: string,
  params: Readonly<Record<string, unknown>>,
  reply: Reply,
): void {
  const { description } = reply.body;
  const call = {
    method,
    params,
    at: world.clock.now(),
    ok: reply.body.ok === true,
    status: reply.status,
    ...(typeof description === "string" ? { description } : {}),
  };
  log.add(call);
  world.events.emit({ type: "api_call", call });
}

function asResponse(reply: Reply): Response {
  return Response.json(reply.body, { status: reply.status });
}

/** Closes the connection without an answer. The returned response is never sent. */
function destroyed(c: Exchange): Response {
  c.env.incoming.socket.destroy();
  return new Response(null, { status: 204 });
}

/** Aborts when the bot closes the connection before it has its answer. */
function hangUpSignal(c: Exchange): AbortSignal {
  const controller = new AbortController();
  c.env.outgoing.once("close", () => {
    if (!c.env.outgoing.writableFinished) controller.abort();
  });
  return controller.signal;
}

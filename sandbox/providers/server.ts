import { type HttpBindings, serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import type { Clock } from "../../src/core/clock.ts";
import type { Protocol } from "../../src/providers/port/provider.ts";
import type { Face, Paging } from "./face.ts";
import { faces } from "./faces.ts";
import { createFaultQueue, type Fault, type FaultQueue } from "./faults.ts";
import { goodsOf } from "./goods.ts";
import { createMarket, type Market } from "./market.ts";

export interface PretendProviderOptions {
  readonly protocol: Protocol;
  readonly clock: Clock;
  /** Default: a market with this protocol's usual goods. */
  readonly market?: Market;
  /** Default: any free one. */
  readonly port?: number;
  readonly dialect?: string;
  /** Default: as documented. */
  readonly paging?: Paging;
  readonly key?: string;
  /** The address of the shop's webhook. */
  readonly webhookUrl?: string;
  /** Default: each call once. */
  readonly webhookCopies?: number;
  /** How often due events are applied (automatic SMS that are pushed). Default: only when a request arrives. */
  readonly pulseMs?: number;
}

export interface LoggedRequest {
  readonly at: Date;
  readonly method: string;
  /** The method of the Provider port that it serves. */
  readonly operation: string;
  /** Path and query, without the key. */
  readonly path: string;
  /** Null: the connection was dropped or never answered. */
  status: number | null;
}

export interface PretendProvider {
  readonly protocol: Protocol;
  /** As an operator would set it in PROVIDER_<NAME>_URL. */
  readonly baseUrl: string;
  readonly key: string;
  readonly market: Market;
  readonly faults: FaultQueue;
  setWebhookUrl(url: string | null): void;
  /** The latest requests, oldest first. */
  requests(): readonly LoggedRequest[];
  close(): Promise<void>;
}

type Env = { Bindings: HttpBindings };

const MAX_LOGGED = 5000;
const DEFAULT_KEY = "pretend-key-0123456789abcdef";

/** A pretend number supplier on a loopback port: a market, the face of a protocol, and faults on demand. */
export async function startPretendProvider(options: PretendProviderOptions): Promise<PretendProvider> {
  const { protocol, clock } = options;
  const market = options.market ?? createMarket({ clock, ...goodsOf(protocol) });
  const key = options.key ?? DEFAULT_KEY;
  const faults = createFaultQueue();
  const log: LoggedRequest[] = [];
  const closing = new AbortController();
  let webhookUrl = options.webhookUrl ?? null;
  const dialect = options.dialect ?? "plain";
  const { webhookCopies = 1, paging = "documented" } = options;
  const face = faces[protocol]({ market, key, dialect, paging, webhookUrl: () => webhookUrl, webhookCopies });
  const desk: Desk = { clock, market, face, key, faults, log, closed: closing.signal };
  const app = new Hono<Env>();
  app.all("*", (context) => answer(desk, context));
  const { server, port } = await listen(app, options.port ?? 0);
  if (options.pulseMs !== undefined) void pulse(desk, options.pulseMs);
  return {
    protocol,
    baseUrl: `http://127.0.0.1:${port}${face.basePath}`,
    key,
    market,
    faults,
    setWebhookUrl: (url) => {
      webhookUrl = url;
    },
    requests: () => log,
    close: () => {
      closing.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
    },
  };
}

interface Desk {
  readonly clock: Clock;
  readonly market: Market;
  readonly face: Face;
  readonly key: string;
  readonly faults: FaultQueue;
  readonly log: LoggedRequest[];
  readonly closed: AbortSignal;
}

function listen(app: Hono<Env>, port: number): Promise<{ server: ReturnType<typeof serve>; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (info) => {
      resolve({ server, port: info.port });
    });
    server.on("error", reject);
  });
}

async function pulse(desk: Desk, everyMs: number): Promise<void> {
  while (!desk.closed.aborted) {
    desk.market.tick();
    await desk.clock.sleep(everyMs, desk.closed);
  }
}

async function answer(desk: Desk, context: Context<Env>): Promise<Response> {
  const url = new URL(context.req.url);
  const operation = desk.face.operationOf(context.req.method, url);
  const entry: LoggedRequest = {
    at: desk.clock.now(),
    method: context.req.method,
    operation,
    path: `${url.pathname}${url.search}`.replaceAll(desk.key, "KEY"),
    status: null,
  };
  desk.log.push(entry);
  if (desk.log.length > MAX_LOGGED) desk.log.shift();
  const fault = desk.faults.take(operation);
  const response = await (fault ? spoilt(desk, context, fault) : desk.face.app.fetch(context.req.raw));
  if (response !== RESPONSE_ALREADY_SENT) entry.status = response.status;
  return response;
}

async function spoilt(desk: Desk, context: Context<Env>, fault: Fault): Promise<Response> {
  const act = async (): Promise<Response> => desk.face.app.fetch(context.req.raw);
  switch (fault.kind) {
    case "status": {
      if (fault.acts) await act();
      const headers = { "content-type": fault.type, ...fault.headers };
      // A 204 must have no body at all.
      return new Response(fault.body === "" ? null : fault.body, { status: fault.status, headers });
    }
    case "drop":
      if (fault.acts) await act();
      return reset(context);
    case "hang":
      if (fault.acts) await act();
      await forever(desk, context);
      return reset(context);
    case "delay":
      await desk.clock.sleep(fault.delayMs, desk.closed);
      return act();
    case "rewrite": {
      const honest = await act();
      const headers = { "content-type": honest.headers.get("content-type") ?? "text/plain" };
      return new Response(fault.rewrite(await honest.text()), { status: honest.status, headers });
    }
    case "cut":
      return cut(context, await (await act()).text());
    case "late":
      desk.market.makeNextBuyLate(fault.afterMs);
      await act();
      // If this request was not a purchase, the next purchase must not be late.
      desk.market.makeNextBuyLate(0);
      return new Response("upstream request timeout", { status: 504 });
  }
}

function reset(context: Context<Env>): Response {
  context.env.incoming.socket.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

/** Announces the length of the whole body and sends half of it. */
function cut(context: Context<Env>, text: string): Response {
  const { outgoing } = context.env;
  outgoing.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text) + 1,
  });
  outgoing.write(text.slice(0, Math.ceil(text.length / 2)), () => outgoing.destroy());
  return RESPONSE_ALREADY_SENT;
}

/** Waits until the client disconnects or the server closes. */
function forever(desk: Desk, context: Context<Env>): Promise<void> {
  return new Promise((resolve) => {
    context.env.incoming.socket.once("close", () => resolve());
    desk.closed.addEventListener("abort", () => resolve(), { once: true });
    if (desk.closed.aborted) resolve();
  });
}

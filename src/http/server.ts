import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";

const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 5_000;
const MAX_CONNECTIONS = 512;
const MAX_HEADER_BYTES = 16 * 1024;
const DRAIN_MS = 10_000;

/** The connection behind a request, as far as a route needs it. */
export interface NodeBindings {
  readonly incoming: { readonly socket: { readonly remoteAddress?: string | undefined } };
  readonly outgoing: {
    /** When the answer was handed to the connection, or the connection ended before. */
    once(event: "close", listener: () => void): unknown;
    /** The whole answer was handed to the connection. */
    readonly writableFinished: boolean;
  };
}

/** An app whose routes know the connection behind a request. */
export type ShopApp = Hono<{ Bindings: NodeBindings }>;

export interface HttpServerDeps {
  readonly app: ShopApp;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The variable that sets the port, for the error that says it is taken. */
  readonly portVariable: "PORT" | "ADMIN_PORT";
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time for running requests to finish when the server stops. */
  readonly drainMs?: number;
  /** Open connections at one time. One more replaces a connection that is waiting on its client. */
  readonly maxConnections?: number;
  /**
   * Of them from one address. At the limit, a new one replaces the longest waiting one of that address. Addresses of
   * proxies, behind which there are many clients, are left out.
   */
  readonly perAddress?: { readonly max: number; readonly isLeftOut: (address: string) => boolean };
  /** How long a connection without a request stays open. */
  readonly keepAliveMs?: number;
  readonly requestTimeoutMs?: number;
}

export interface HttpServer {
  /** The port it listens on. Throws {@link PortInUseError}. */
  start(): Promise<number>;
  /** Accepts no new connections, lets running requests finish, then closes what is left. */
  stop(): Promise<void>;
}

/** Another program listens on our port. */
export class PortInUseError extends Error {
  constructor({ host, port, portVariable }: HttpServerDeps, cause: unknown) {
    super(`${host}:${port} is in use by another program: stop it or set ${portVariable} to a free one`, {
      cause,
    });
    this.name = "PortInUseError";
  }
}

/** A plain HTTP server with bounds on everything a stranger can make it wait for. TLS is the reverse proxy's job. */
export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const { app, logger } = deps;
  const requestTimeout = deps.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const listener = getRequestListener((request, env) => app.fetch(request, env), {
    overrideGlobalObjects: false,
    // The health checks of many balancers (HAProxy's own among them) speak HTTP/1.0 and name no host.
    hostname: "localhost",
    // Only for requests that hono cannot read at all; the app has its own error handler.
    errorHandler: () => new Response("Bad Request", { status: 400 }),
  });
  const server = createServer(
    {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeout),
      requestTimeout,
      keepAliveTimeout: deps.keepAliveMs ?? KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // How often Node checks the two time limits above.
      connectionsCheckingInterval: Math.min(1000, requestTimeout),
    },
    (incoming, outgoing) => {
      // While stopping, a connection whose request was answered would otherwise stay open for another.
      outgoing.once("close", () => {
        if (!server.listening) server.closeIdleConnections();
      });
      listener(incoming, outgoing).catch((error: unknown) => {
        logger.error({ error }, "request could not be answered");
        outgoing.destroy();
      });
    },
  );
  limitConnections(server, { max: deps.maxConnections ?? MAX_CONNECTIONS, perAddress: deps.perAddress });

  return {
    async start() {
      const listeningPort = await listen(server, deps);
      // Without this, a connection that cannot be accepted (no file descriptors left) would end the process.
      server.on("error", (error) => logger.error({ error }, "a connection could not be taken"));
      return listeningPort;
    },
    stop: () => drain(server, deps),
  };
}

/**
 * At the limit, a new connection replaces the one that has been waiting on its client longest (no request yet, or an
 * incomplete one). Refusing new connections instead would let anybody with enough idle ones lock everybody out.
 */
function limitConnections(
  server: Server,
  { max, perAddress }: { max: number; perAddress: HttpServerDeps["perAddress"] },
): void {
  /** In order of their last activity, the oldest first. */
  const open = new Set<Socket>();
  const requests = new Map<Socket, IncomingMessage>();

  const isBeingAnswered = (socket: Socket): boolean => requests.get(socket)?.complete ?? false;

  /** The connections among which a new one has to find a place; undefined: there is room. */
  function crowdOf(socket: Socket): readonly Socket[] | undefined {
    if (open.size >= max) return [...open];
    const address = socket.remoteAddress;
    if (!perAddress || address === undefined || open.size < perAddress.max) return undefined;
    if (perAddress.isLeftOut(address)) return undefined;
    const others = [...open].filter(({ remoteAddress }) => remoteAddress === address);
    return others.length >= perAddress.max ? others : undefined;
  }

  server.on("connection", (socket) => {
    const crowd = crowdOf(socket);
    if (crowd) {
      const waiting = crowd.find((other) => !isBeingAnswered(other)) ?? socket;
      open.delete(waiting);
      waiting.destroy();
      if (waiting === socket) return;
    }
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.on("request", (incoming, outgoing) => {
    const { socket } = incoming;
    requests.set(socket, incoming);
    outgoing.once("close", () => {
      // With pipelining, a later request may have started already.
      if (requests.get(socket) === incoming) requests.delete(socket);
      if (open.delete(socket) && !socket.destroyed) open.add(socket);
    });
  });
}

function listen(server: Server, deps: HttpServerDeps): Promise<number> {
  const { host, port } = deps;
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void =>
      reject(error.code === "EADDRINUSE" ? new PortInUseError(deps, error) : error);
    server.once("error", onError);
    server.listen({ host, port }, () => {
      server.off("error", onError);
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

async function drain(server: Server, deps: HttpServerDeps): Promise<void> {
  if (!server.listening) return;
  const timer = new AbortController();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await Promise.race([closed, deps.clock.sleep(deps.drainMs ?? DRAIN_MS, timer.signal)]);
  timer.abort();
  server.closeAllConnections();
  await closed;
}

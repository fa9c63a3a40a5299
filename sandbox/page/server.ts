import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { streamSSE } from "hono/streaming";
import type { Logger } from "../../src/core/logger.ts";
import { createAssets } from "./assets.ts";
import { createFeeds, type Feeds } from "./feed.ts";
import { createFrameQueue, type FrameQueue } from "./frame-queue.ts";
import type { ChatPerson, ChatServer, InsightSource, Scenario, Terminal } from "./ports.ts";
import { createRoutes } from "./routes.ts";
import { createSessions, type Session, type Sessions } from "./sessions.ts";

export interface PageDeps {
  readonly chat: ChatServer;
  readonly insight: InsightSource;
  readonly scenarios: readonly Scenario[];
  /** The person in the operator's chat. Absent: the page shows only the buyer. */
  readonly operator?: ChatPerson;
  /** Absent: there is no reseller either. */
  readonly terminal?: Terminal;
  readonly logger: Logger;
}

export interface Page {
  /** Mount it at the root of a server: the page asks for `/static/…` and `/api/…`. */
  readonly app: Hono;
  /** Ends the open event streams, which would otherwise keep the HTTP server from closing. */
  close(): void;
}

const MAX_SESSIONS = 200;
const MAX_FRAMES_BEHIND = 500;
const RECONNECT_MS = 1000;

/** Creates the chat page of the sandbox: one buyer per tab, an operator, and the insight panel. */
export function createPage(deps: PageDeps): Page {
  const sessions = createSessions({
    chat: deps.chat,
    operator: deps.operator ?? null,
    hasResellers: deps.terminal !== undefined,
    limit: MAX_SESSIONS,
  });
  const feeds = createFeeds(deps);
  const queues = new Set<FrameQueue>();
  const app = new Hono();

  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // The demo uses plain HTTP on a private address, so browsers must not be told to use HTTPS.
      strictTransportSecurity: false,
    }),
  );
  app.use(async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
  });
  app.get("/api/events", (c) => {
    const session = sessions.find(c.req.query("session") ?? "");
    if (!session) return c.json({ error: "unknown session" }, 404);
    return streamSSE(c, async (stream) => {
      const queue = createFrameQueue(MAX_FRAMES_BEHIND);
      queues.add(queue);
      stream.onAbort(queue.close);
      try {
        await pump({ feeds, session, queue }, (frame) => stream.writeSSE(frame));
      } finally {
        queues.delete(queue);
      }
    });
  });
  const { chat, scenarios, terminal, logger } = deps;
  const routes = { chat, sessions, scenarios, refresh: feeds.refresh, logger };
  app.route("/api", createRoutes({ ...routes, ...(terminal && { terminal }) }));
  app.route("/", createAssets());

  return { app, close: () => closeAll(sessions, feeds, queues) };
}

interface Pump {
  readonly feeds: Feeds;
  readonly session: Session;
  readonly queue: FrameQueue;
}

type SseWriter = (frame: { event: string; data: string; retry: number }) => Promise<void>;

async function pump({ feeds, session, queue }: Pump, write: SseWriter): Promise<void> {
  const stop = await feeds.open(session, queue.push);
  try {
    for (let frame = await queue.next(); frame; frame = await queue.next()) {
      await write({ event: frame.event, data: JSON.stringify(frame.data), retry: RECONNECT_MS });
    }
  } finally {
    stop();
  }
}

function closeAll(sessions: Sessions, feeds: Feeds, queues: ReadonlySet<FrameQueue>): void {
  sessions.close();
  feeds.close();
  for (const queue of queues) queue.close();
}

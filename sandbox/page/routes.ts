import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import type { Logger } from "../../src/core/logger.ts";
import { requireSameOrigin } from "./guard.ts";
import type { ChatMessage, ChatPerson, ChatServer, PaymentResult, Scenario } from "./ports.ts";
import { personOf, type Session, type Sessions } from "./sessions.ts";

interface RoutesDeps {
  readonly chat: Pick<ChatServer, "picture">;
  readonly sessions: Sessions;
  readonly scenarios: readonly Scenario[];
  /** Called when the content of the side panels may have changed. */
  readonly refresh: () => void;
  readonly logger: Logger;
}

const MAX_BODY_BYTES = 32 * 1024;
const MAX_TEXT_CHARS = 4096;
/** Bot API: inline queries have up to 256 characters. */
const MAX_QUERY_CHARS = 256;
const MAX_ID_CHARS = 64;

const chatBody = z.object({ session: z.uuid(), role: z.enum(["buyer", "operator"]) });
const index = z.int().min(0).max(100);
const schemas = {
  session: z.object({
    languageCode: z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/),
    /** The tab's session before a reload. A restarted server does not know it. */
    session: z.uuid().nullable(),
  }),
  send: chatBody.extend({ text: z.string().trim().min(1).max(MAX_TEXT_CHARS) }),
  press: chatBody.extend({ messageId: z.int(), revision: z.int(), row: index, column: index }),
  pay: chatBody.extend({ messageId: z.int() }),
  inline: chatBody.extend({ query: z.string().max(MAX_QUERY_CHARS), offset: z.string().max(MAX_ID_CHARS) }),
  pick: chatBody.extend({ choiceId: z.string().min(1).max(MAX_ID_CHARS) }),
  file: z.object({ session: z.uuid(), message: z.coerce.number().int() }),
};

/** A refusal that the page shows to the visitor. */
class PageError extends Error {
  readonly status: 400 | 404 | 409 | 503;
  constructor(status: 400 | 404 | 409 | 503, message: string) {
    super(message);
    this.status = status;
  }
}

/** The actions of a visitor, as JSON over POST. */
export function createRoutes({ chat, sessions, scenarios, refresh, logger }: RoutesDeps): Hono {
  const app = new Hono();
  app.use(requireSameOrigin);
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (c) => c.json({ error: "too large" }, 413) }));
  app.onError((error, c) => {
    if (error instanceof PageError) return c.json({ error: error.message }, error.status);
    logger.error({ err: error, path: c.req.path }, "the chat page could not do what was asked");
    return c.json({ error: "The demo could not do that." }, 500);
  });

  const findPerson = (body: z.infer<typeof chatBody>): { session: Session; person: ChatPerson } => {
    const session = sessions.find(body.session);
    if (!session) throw new PageError(404, "unknown session");
    const person = personOf(session, body.role);
    if (!person) throw new PageError(404, "nobody has that role here");
    return { session, person };
  };

  app.post("/session", async (c) => {
    const body = parse(schemas.session, await readJson(c.req));
    const session = sessions.find(body.session ?? "") ?? sessions.open(body.languageCode);
    if (!session) throw new PageError(503, "This demo has all the visitors it can take. Start it again.");
    return c.json({ session: session.id });
  });

  app.post("/send", async (c) => {
    const body = parse(schemas.send, await readJson(c.req));
    await findPerson(body).person.send(body.text);
    return c.json({ ok: true });
  });

  app.post("/press", async (c) => {
    const body = parse(schemas.press, await readJson(c.req));
    const { person } = findPerson(body);
    checkButton(person, body);
    return c.json({ answer: await person.press(body.messageId, body.row, body.column) });
  });

  app.post("/pay", async (c) => {
    const body = parse(schemas.pay, await readJson(c.req));
    const { session, person } = findPerson(body);
    const result = await pay(session, person, body.messageId);
    refresh();
    return c.json(result);
  });

  addInlineMode(app, (body) => findPerson(body).person);
  addDownloads(app, { chat, sessions });

  app.post("/scenario/:id", async (c) => {
    const scenario = scenarios.find(({ id }) => id === c.req.param("id"));
    if (!scenario) throw new PageError(404, "unknown scenario");
    const told = await scenario.run();
    refresh();
    return c.json({ ok: true, told: told ?? null });
  });
  return app;
}

/** Inline mode: what the bot finds as the visitor types, and a pick of it. */
function addInlineMode(app: Hono, visitor: (body: z.infer<typeof chatBody>) => ChatPerson): void {
  app.post("/inline", async (c) => {
    const body = parse(schemas.inline, await readJson(c.req));
    const found = await visitor(body).ask(body.query, body.offset);
    if (!found) throw new PageError(503, "The bot did not answer the search in time.");
    return c.json(found);
  });

  app.post("/pick", async (c) => {
    const body = parse(schemas.pick, await readJson(c.req));
    if (!visitor(body).pick(body.choiceId)) throw new PageError(409, "Search again, please.");
    return c.json({ ok: true });
  });
}

/** What the page loads by address: the bot's picture, and the files in a visitor's own chats. */
function addDownloads(app: Hono, { chat, sessions }: Pick<RoutesDeps, "chat" | "sessions">): void {
  app.get("/picture", (c) => {
    const picture = chat.picture();
    if (!picture) return c.notFound();
    return c.body(Uint8Array.from(picture), 200, { "content-type": "image/jpeg" });
  });
  app.get("/file", (c) => {
    const { session: id, message } = parse(schemas.file, c.req.query());
    const session = sessions.find(id);
    // Message ids are unique over all chats.
    const isMeant = (each: ChatMessage): boolean => each.id === message && each.attachment !== null;
    const owner = [session?.buyer, session?.operator].find((person) => person?.messages().some(isMeant));
    const file = owner?.file(message);
    if (!file) throw new PageError(404, "That file is gone.");
    const isPhoto = owner?.messages().find(isMeant)?.attachment?.isFile === false;
    if (isPhoto) return c.body(Uint8Array.from(file.bytes), 200, { "content-type": imageType(file.bytes) });
    const name = file.name.replace(/[^A-Za-z0-9._-]/g, "_");
    return c.body(Uint8Array.from(file.bytes), 200, {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${name}"`,
    });
  });
}

/** By its first byte. Browsers are told not to guess. */
function imageType(bytes: Uint8Array): string {
  return bytes[0] === 0x89 ? "image/png" : "image/jpeg";
}

/** Refuses a press on a keyboard that has changed since it was shown, which could hit another button. */
function checkButton(person: ChatPerson, press: z.infer<typeof schemas.press>): void {
  const message = person.messages().find(({ id }) => id === press.messageId);
  if (!message) throw new PageError(404, "That message is gone.");
  const isCurrent = message.revision === press.revision;
  const button = message.keyboard[press.row]?.[press.column];
  if (!isCurrent || button?.kind !== "press") {
    throw new PageError(409, "The message has just changed. Look again.");
  }
}

/** Pays an invoice. Stars are taken only after the bot accepts the pre-checkout query; one payment runs at a time. */
async function pay(session: Session, person: ChatPerson, messageId: number): Promise<PaymentResult> {
  const invoice = person.messages().find(({ id }) => id === messageId)?.invoice;
  if (!invoice) throw new PageError(404, "That invoice is gone.");
  if (invoice.paid) return { ok: false, errorMessage: "This invoice is already paid." };
  if (session.isPaying) return { ok: false, errorMessage: "A payment is already on its way." };
  if (session.starBalance < invoice.stars) return { ok: false, errorMessage: "Not enough pretend Stars." };
  session.isPaying = true;
  try {
    const result = await person.pay(messageId);
    if (result.ok) session.starBalance -= invoice.stars;
    return result;
  } finally {
    session.isPaying = false;
  }
}

async function readJson(request: { json(): Promise<unknown> }): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new PageError(400, "not JSON");
  }
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw new PageError(400, "malformed request");
  return result.data;
}

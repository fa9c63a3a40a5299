import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFrameQueue } from "../../sandbox/page/frame-queue.ts";
import { type PageWorld, startPageWorld } from "../support/page.ts";
import { FILE_TEXT, PHOTO_BYTES } from "../support/page-bot.ts";

let world: PageWorld;

beforeEach(async () => {
  world = await startPageWorld();
});
afterEach(() => world.close());

interface PostOptions {
  readonly origin?: string | null;
  readonly type?: string;
}

function post(
  path: string,
  body: unknown,
  { origin = world.url, type = "application/json" }: PostOptions = {},
) {
  return fetch(`${world.url}${path}`, {
    method: "POST",
    headers: { "content-type": type, ...(origin === null ? {} : { origin }) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

async function newSession(): Promise<string> {
  const response = await post("/api/session", { languageCode: "en-GB", session: null });
  const { session } = (await response.json()) as { session: string };
  return session;
}

describe("the page's files", () => {
  test("come with a policy that allows nothing from elsewhere and no inline script", async () => {
    const response = await fetch(world.url);
    const policy = response.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    expect(await response.text()).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  test("are only those of the page's own folder", async () => {
    expect((await fetch(`${world.url}/static/app.js`)).headers.get("content-type")).toContain("javascript");
    for (const path of ["/static/..%2fserver.ts", "/static/missing.js", "/static/index.html"]) {
      expect((await fetch(`${world.url}${path}`)).status).toBe(404);
    }
  });
});

describe("what the page may ask", () => {
  test("is refused when another site asks it, or nobody says who asks", async () => {
    for (const origin of ["http://evil.example", "null", null]) {
      const response = await post("/api/session", { languageCode: "en", session: null }, { origin });
      expect(response.status).toBe(403);
    }
  });

  test("is JSON of a sensible size in the known shape", async () => {
    const session = await newSession();
    const say = (body: unknown, options?: PostOptions) => post("/api/send", body, options);
    const good = { session, role: "buyer", text: "hi" };
    expect((await say(good, { type: "text/plain" })).status).toBe(415);
    expect((await say("{")).status).toBe(400);
    expect((await say({ ...good, text: " " })).status).toBe(400);
    expect((await say({ ...good, text: "x".repeat(4097) })).status).toBe(400);
    expect((await say({ ...good, text: "x".repeat(40_000) })).status).toBe(413);
    expect((await say({ ...good, role: "admin" })).status).toBe(400);
    expect((await say(good)).status).toBe(200);
  });

  test("needs a session that the server knows", async () => {
    const unknown = "00000000-0000-4000-8000-000000000000";
    expect((await post("/api/send", { session: unknown, role: "buyer", text: "hi" })).status).toBe(404);
    expect((await fetch(`${world.url}/api/events?session=${unknown}`)).status).toBe(404);
    const session = await newSession();
    const again = await post("/api/session", { languageCode: "en", session });
    expect(await again.json()).toEqual({ session });
  });

  test("is told that a keyboard has changed, instead of pressing another button", async () => {
    const session = await newSession();
    await post("/api/send", { session, role: "buyer", text: "/start" });
    const buyer = world.telegram.user({ id: 800_000_001 });
    const menu = await buyer.waitForMessage("What do you need");
    const press = {
      session,
      role: "buyer",
      messageId: menu.messageId,
      revision: menu.revision,
      row: 0,
      column: 0,
    };
    expect((await post("/api/press", { ...press, row: 7 })).status).toBe(409);
    expect(await (await post("/api/press", press)).json()).toEqual({ answer: null });
    await buyer.waitForMessage("choose a country");
    expect((await post("/api/press", press)).status).toBe(409);
  });

  test("an invoice is paid once, however often it is asked at the same time", async () => {
    const session = await newSession();
    await post("/api/send", { session, role: "buyer", text: "/topup" });
    const buyer = world.telegram.user({ id: 800_000_001 });
    const { messageId } = await buyer.waitForMessage("Top up");
    const body = { session, role: "buyer", messageId };
    const answers = await Promise.all([1, 2, 3].map(async () => (await post("/api/pay", body)).json()));
    expect(answers.filter((answer) => (answer as { ok: boolean }).ok)).toHaveLength(1);
    expect(world.telegram.stars.balance()).toBe(100);
  });
});

describe("the queue before a browser", () => {
  const frame = { event: "state", data: {} } as const;

  test("hands frames on in order and ends when it is closed", async () => {
    const queue = createFrameQueue(3);
    queue.push({ event: "message", data: 1 });
    queue.push({ event: "message", data: 2 });
    expect(await queue.next()).toEqual({ event: "message", data: 1 });
    expect(await queue.next()).toEqual({ event: "message", data: 2 });
    const waiting = queue.next();
    queue.close();
    expect(await waiting).toBeNull();
  });

  test("cuts off a reader who falls too far behind", async () => {
    const queue = createFrameQueue(2);
    for (let index = 0; index < 3; index += 1) queue.push(frame);
    expect(await queue.next()).toBeNull();
  });
});

describe("files and finds", () => {
  test("belong to the visitor who got them", async () => {
    const [owner, other] = [await newSession(), await newSession()];
    expect((await post("/api/send", { session: owner, role: "buyer", text: "/file" })).status).toBe(200);
    const chatId = () => Number(world.telegram.calls("sendDocument").at(-1)?.params.chat_id);
    await expect.poll(chatId).toBeGreaterThan(0);
    const sent = await world.telegram.waitForMessage(chatId(), (message) => message.fileName !== undefined);
    const file = (session: string) =>
      fetch(`${world.url}/api/file?session=${session}&message=${sent.messageId}`);
    const answer = await file(owner);
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="orders.csv"');
    expect(await answer.text()).toBe(FILE_TEXT);
    expect((await file(other)).status).toBe(404);
  });

  test("a photo is shown to its owner as what it is, and to nobody else", async () => {
    const [owner, other] = [await newSession(), await newSession()];
    await post("/api/send", { session: owner, role: "buyer", text: "/photo" });
    const chatId = () => Number(world.telegram.calls("sendPhoto").at(-1)?.params.chat_id);
    await expect.poll(chatId).toBeGreaterThan(0);
    const sent = await world.telegram.waitForMessage(chatId(), (message) => message.kind === "photo");
    const photo = (session: string) =>
      fetch(`${world.url}/api/file?session=${session}&message=${sent.messageId}`);
    const answer = await photo(owner);
    expect(answer.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(PHOTO_BYTES);
    expect((await photo(other)).status).toBe(404);
  });

  test("nothing can be picked but what the latest query found", async () => {
    const session = await newSession();
    const ask = (query: string) => post("/api/inline", { session, role: "buyer", query, offset: "" });
    const pick = (choiceId: string) => post("/api/pick", { session, role: "buyer", choiceId });
    expect((await pick("UK")).status).toBe(409);
    expect(await (await ask("whats")).json()).toMatchObject({
      choices: [{ id: "UK" }, { id: "USA" }],
      nextOffset: "2",
    });
    expect((await pick("UK")).status).toBe(200);
    await ask("zzz");
    expect((await pick("USA")).status).toBe(409);
    expect((await ask("x".repeat(257))).status).toBe(400);
  });
});

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { newId } from "../../src/core/ids.ts";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { createNumberedCountries } from "../../src/reseller/countries.ts";
import { createApiKeys } from "../../src/reseller/keys.ts";
import { createForbidden } from "../../src/reseller/webhooks/forbidden.ts";
import type { WebhookNetwork } from "../../src/reseller/webhooks/network.ts";
import { createWebhookSender, type DeliveryOutcome } from "../../src/reseller/webhooks/sender.ts";
import { createWebhooks } from "../../src/reseller/webhooks/webhooks.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

interface Heard {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

let database: TestDatabase;
let server: Server;
let clock: ReturnType<typeof createTestClock>;
let logger: ReturnType<typeof createTestLogger>;
let heard: Heard[];
let outcomes: DeliveryOutcome[];
let answer: RequestListener;
let people = 910_000;

beforeAll(async () => {
  database = await createTestDatabase();
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += String(chunk);
    });
    request.on("end", () => {
      heard.push({ path: request.url ?? "", headers: request.headers, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => {
  clock = createTestClock();
  logger = createTestLogger();
  heard = [];
  outcomes = [];
  answer = (_, response) => void response.writeHead(204).end();
});
afterEach(() => database.db.deleteFrom("api_webhooks").execute());
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await database.close();
});

/** As in the shop, but for plain HTTP and this machine. */
const open: WebhookNetwork = {
  resolve: async () => ["127.0.0.1"],
  isForbidden: () => false,
  protocols: ["http:"],
};
const strict: WebhookNetwork = { ...open, isForbidden: createForbidden() };
const signingKey = (chainId: string, salt: string): Buffer =>
  createHmac("sha256", "master").update(`${chainId} ${salt}`).digest();
const urlOf = (path: string): string =>
  `http://hook.example:${(server.address() as AddressInfo).port}${path}`;

function shopWith(network: WebhookNetwork) {
  const base = { db: database.db, clock, logger, network, signingKey };
  const webhooks = createWebhooks({ ...base, onCall: () => undefined });
  const keys = createApiKeys({ ...base, webhooks, termsVersion: 1, onChange: () => undefined });
  const newSender = () =>
    createWebhookSender({
      ...base,
      countries: createNumberedCountries(),
      onDelivery: (outcome) => outcomes.push(outcome),
      onMessages: () => undefined,
    });
  const sender = newSender();
  /** Makes the calls that are due, and waits for their end. */
  const call = async (): Promise<number> => {
    const count = await sender.begin();
    await sender.settled();
    return count;
  };
  return { webhooks, keys, sender, newSender, call };
}

async function newKey({ keys }: ReturnType<typeof shopWith>) {
  people += 1;
  const telegramId = people;
  const at = clock.now();
  const { id: buyerId } = await inTransaction(database.db, (tx) =>
    upsertBuyer(tx, { telegramId, languageCode: "en", at }),
  );
  await keys.acceptTerms(buyerId);
  const made = await keys.create(buyerId, "My shop");
  if (made.kind !== "made") throw new Error(made.kind);
  return { buyerId, keyId: made.key.id };
}

/** A key with a webhook, and a call that is owed to it and tried again when it fails. */
async function newHook(shop: ReturnType<typeof shopWith>, path = "/hook") {
  const key = await newKey(shop);
  const set = await shop.webhooks.set(key.buyerId, key.keyId, urlOf(path));
  if (set.kind !== "set") throw new Error(set.kind);
  return { ...key, secret: set.secret, owe: () => owe(key) };
}

/** An order of this key that has ended, and the call that tells of it. */
async function owe({ buyerId, keyId }: { buyerId: string; keyId: string }): Promise<string> {
  const { db } = database;
  const at = clock.now();
  const [orderId, quoteId, id] = [newId(), newId(), newId()];
  const product = { service_id: "wa", country_id: "GB" };
  const quote = { id: quoteId, buyer_id: buyerId, price_micros: 1n, cost_ceiling_micros: 1n };
  await db
    .insertInto("quotes")
    .values({ ...quote, ...product, created_at: at, expires_at: at })
    .execute();
  await db
    .insertInto("orders")
    .values({
      ...product,
      ...{ id: orderId, buyer_id: buyerId, quote_id: quoteId, price_micros: 1n, chat_id: 1n },
      ...{ cost_ceiling_micros: 1n, state: "failed", placed_at: at, closed_at: at, told_at: at },
      ...{
        channel: "api",
        api_key_id: keyId,
        api_number: 100_000 + Math.ceil(Math.random() * 1e6),
        wait_until: at,
      },
    })
    .execute();
  const owed = { id, chain_id: keyId, kind: "closed", order_id: orderId, created_at: at, next_at: at };
  await db.insertInto("webhook_deliveries").values(owed).execute();
  return id;
}

const owedIds = async () =>
  (await database.db.selectFrom("webhook_deliveries").select("id").execute()).map(({ id }) => id);

it("a call is signed by the rules of Standard Webhooks with the secret that its owner was shown", async () => {
  const shop = shopWith(open);
  const { secret, owe } = await newHook(shop);
  const id = await owe();
  await shop.call();
  const [one] = heard;
  expect(one?.headers["webhook-id"]).toBe(id);
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const content = `${id}.${one?.headers["webhook-timestamp"]}.${one?.body}`;
  const signature = createHmac("sha256", key).update(content).digest("base64");
  expect(one?.headers["webhook-signature"]).toBe(`v1,${signature}`);
  expect(JSON.parse(one?.body ?? "")).toMatchObject({ service: "wa", country: 16, status: "failed" });
  expect(await owedIds()).toEqual([]);
  expect(outcomes).toEqual(["taken"]);
});

it("500s are tried again later with the same id, eight times in all, and then given up", async () => {
  const shop = shopWith(open);
  const { owe } = await newHook(shop);
  const id = await owe();
  answer = (_, response) => void response.writeHead(500).end();
  for (let tries = 0; tries < 12; tries += 1) {
    await shop.call();
    expect(await shop.call()).toBe(0);
    await clock.advance(3_600_000);
  }
  expect(heard.map(({ headers }) => headers["webhook-id"])).toEqual(Array.from({ length: 8 }, () => id));
  expect(outcomes.at(-1)).toBe("given_up");
  expect(await owedIds()).toEqual([]);
});

it("after a day without a call that was taken the webhook is off, and its owner is told once", async () => {
  const shop = shopWith(open);
  const { buyerId, keyId, owe } = await newHook(shop);
  answer = (_, response) => void response.writeHead(503).end();
  const isOff = async () => (await shop.webhooks.find(buyerId, keyId))?.offAt !== null;
  let hours = 0;
  for (; hours < 30 && !(await isOff()); hours += 1) {
    await owe();
    await shop.call();
    await clock.advance(3_600_000);
  }
  expect(hours).toBe(25);
  expect(await owedIds()).toEqual([]);
  const told = await database.db
    .selectFrom("outbox")
    .select("kind")
    .where("buyer_id", "=", buyerId)
    .execute();
  expect(told).toEqual([{ kind: "api_webhook_off" }]);
});

it("a redirect is not followed, and counts as a failure", async () => {
  const shop = shopWith(open);
  const { owe } = await newHook(shop);
  await owe();
  answer = (_, response) => void response.writeHead(307, { Location: urlOf("/inside") }).end();
  await shop.call();
  expect(heard.map(({ path }) => path)).toEqual(["/hook"]);
  expect(outcomes).toEqual(["failed"]);
});

it("a giant answer is not read to its end", async () => {
  const shop = shopWith(open);
  const { owe } = await newHook(shop);
  await owe();
  let sent = 0;
  answer = (_, response) => {
    response.writeHead(200);
    const more = (): void => {
      if (response.destroyed) return;
      sent += 65_536;
      response.write(Buffer.alloc(65_536), () => setImmediate(more));
    };
    more();
  };
  await shop.call();
  expect(outcomes).toEqual(["taken"]);
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

it("private, loopback, link-local and metadata addresses are refused however they are written", async () => {
  const shop = shopWith(strict);
  const { buyerId, keyId } = await newKey(shop);
  const inside = [
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "10.1.2.3",
    "172.20.0.1",
    "192.168.1.1",
    "169.254.169.254",
  ];
  const insideToo = [
    "0.0.0.0",
    "100.64.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[fe80::1]",
    "[fd00::1]",
    "[64:ff9b::7f00:1]",
  ];
  for (const host of [...inside, ...insideToo])
    expect(await shop.webhooks.set(buyerId, keyId, `http://${host}/x`), host).toEqual({ kind: "refused" });
  for (const url of [
    "ftp://hook.example/",
    "http://a:b@hook.example/",
    "hook.example",
    "http://hook.example/",
  ])
    expect(await shop.webhooks.set(buyerId, keyId, url), url).toEqual({ kind: "refused" });
  const outside = shopWith({ ...strict, resolve: async () => ["93.184.216.34", "2606:2800:220:1::1"] });
  expect((await outside.webhooks.set(buyerId, keyId, "http://hook.example/")).kind).toBe("set");
  const mixed = shopWith({ ...strict, resolve: async () => ["93.184.216.34", "10.0.0.1"] });
  expect((await mixed.webhooks.set(buyerId, keyId, "http://hook.example/")).kind).toBe("refused");
});

it("a name that changes to an address of this machine after it was set is not called", async () => {
  let address = "93.184.216.34";
  const shop = shopWith({ ...strict, resolve: async () => [address] });
  const { buyerId, keyId, owe } = await newHook(shop);
  await owe();
  address = "127.0.0.1";
  await shop.call();
  expect(heard).toEqual([]);
  expect((await shop.webhooks.find(buyerId, keyId))?.lastResult).toBe("forbidden address");
});

it("the connection goes to the address that was checked: the name is looked up once a call", async () => {
  let lookups = 0;
  const resolve = async () => {
    lookups += 1;
    return ["127.0.0.1"];
  };
  const shop = shopWith({ ...open, resolve });
  const { owe } = await newHook(shop);
  await owe();
  lookups = 0;
  await shop.call();
  expect(heard).toHaveLength(1);
  expect(lookups).toBe(1);
});

it("a receiver that does not answer holds up no other, and gets five calls at once at most", async () => {
  const shop = shopWith(open);
  const slow = await newHook(shop, "/slow");
  const quick = await newHook(shop, "/quick");
  const waiting: (() => void)[] = [];
  answer = (request, response) => {
    const end = () => void response.writeHead(200).end();
    if (request.url === "/slow") waiting.push(end);
    else end();
  };
  for (let calls = 0; calls < 20; calls += 1) await slow.owe();
  await shop.sender.begin();
  await expect.poll(() => waiting.length).toBe(5);
  await quick.owe();
  expect(await shop.sender.begin()).toBe(1);
  await expect.poll(() => outcomes).toEqual(["taken"]);
  expect(await shop.sender.begin()).toBe(0);
  for (const end of waiting) end();
  await shop.sender.settled();
});

it("a process that stops in the middle of a call makes no harm: the call is made again later, with the same id", async () => {
  const shop = shopWith(open);
  const { owe } = await newHook(shop);
  const id = await owe();
  answer = () => undefined;
  await shop.sender.begin();
  await expect.poll(() => heard.length).toBe(1);
  await shop.sender.stop();
  expect(await owedIds()).toEqual([id]);
  answer = (_, response) => void response.writeHead(200).end();
  const next = shop.newSender();
  expect(await next.begin()).toBe(0);
  await clock.advance(21_000);
  expect(await next.begin()).toBe(1);
  await next.settled();
  expect(heard.map(({ headers }) => headers["webhook-id"])).toEqual([id, id]);
  expect(await owedIds()).toEqual([]);
});

it("a test call is tried once, and tells its result; another key's owner cannot make it", async () => {
  const shop = shopWith(open);
  const { buyerId, keyId } = await newHook(shop);
  const other = await newKey(shop);
  expect(await shop.webhooks.test(other.buyerId, keyId)).toBe(false);
  expect(await shop.webhooks.test(buyerId, keyId)).toBe(true);
  expect(await shop.webhooks.test(buyerId, keyId)).toBe(false);
  answer = (_, response) => void response.writeHead(418).end();
  await shop.call();
  expect((await shop.webhooks.find(buyerId, keyId))?.lastResult).toBe("418");
  expect(await owedIds()).toEqual([]);
});

it("nothing of an order and no secret is in the log", async () => {
  const shop = shopWith(open);
  const { secret, owe } = await newHook(shop);
  await owe();
  answer = (request) => void request.socket.destroy();
  await shop.call();
  expect(JSON.stringify(logger.lines)).not.toContain(secret.slice(6));
});

it("the example of the document takes a call as it is sent, and no other", async () => {
  const text = readFileSync(new URL("../../docs/resellers.md", import.meta.url), "utf8");
  const source = /```js\n(.+?)```/s.exec(text)?.[1] ?? "";
  const example: unknown = await import(`data:text/javascript,${encodeURIComponent(source)}`);
  const { isFromTheShop } = z.object({ isFromTheShop: z.function() }).parse(example);
  const verify = (...input: readonly unknown[]): unknown => Reflect.apply(isFromTheShop, undefined, input);
  clock = createTestClock(new Date());
  const shop = shopWith(open);
  const { secret, owe } = await newHook(shop);
  await owe();
  await shop.call();
  const [{ headers, body }] = z.tuple([z.custom<Heard>()]).parse(heard);
  expect(verify(headers, body, secret)).toBe(true);
  expect(verify(headers, `${body} `, secret)).toBe(false);
  expect(verify(headers, body, `whsec_${Buffer.alloc(32).toString("base64")}`)).toBe(false);
  expect(verify({ ...headers, "webhook-timestamp": "1" }, body, secret)).toBe(false);
});

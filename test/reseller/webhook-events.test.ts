import { createHmac } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { purgeSms } from "../../src/db/queries/housekeeping.ts";
import { createNumberedCountries } from "../../src/reseller/countries.ts";
import { createApiKeys } from "../../src/reseller/keys.ts";
import { createWebhookSender, type DeliveryOutcome } from "../../src/reseller/webhooks/sender.ts";
import { createWebhooks } from "../../src/reseller/webhooks/webhooks.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";
import { createScriptedProvider, received, type ScriptedProvider } from "../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../support/shop.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver.ts";

let database: TestDatabase;
let receiver: WebhookReceiver;
let shop: TestShop;
let provider: ScriptedProvider;

beforeAll(async () => {
  database = await createTestDatabase();
  receiver = await startWebhookReceiver();
});
beforeEach(async () => {
  receiver.bodies.length = 0;
  provider = createScriptedProvider(`alpha${Math.random()}`);
  shop = await createTestShop(database.db, { providers: [provider] });
});
afterAll(async () => {
  receiver.close();
  await database.close();
});

const signingKey = (chainId: string, salt: string): Buffer =>
  createHmac("sha256", "master").update(`${chainId} ${salt}`).digest();

function keysOf({ db, clock }: TestShop) {
  const webhooks = createWebhooks({
    db,
    clock,
    network: receiver.network,
    signingKey,
    onCall: () => undefined,
  });
  return createApiKeys({ db, clock, webhooks, termsVersion: 1, onChange: () => undefined });
}

/** A buyer with money and a key; with a webhook unless it is said otherwise. */
async function reseller(withWebhook = true) {
  const buyerId = await shop.buyer(10_000_000n);
  const keys = keysOf(shop);
  await keys.acceptTerms(buyerId);
  const newKey = async () => {
    const made = await keys.create(buyerId, "tests");
    return made.kind === "made" ? made.key.id : expect.unreachable(made.kind);
  };
  const keyId = await newKey();
  if (withWebhook) expect((await keys.webhooks.set(buyerId, keyId, receiver.url)).kind).toBe("set");
  return { buyerId, keyId, keys, newKey };
}

/** A number bought by a key; the client was told of it unless it is said otherwise. */
async function buyByKey(
  { buyerId, keyId }: { buyerId: string; keyId: string },
  { isTold = true, waitMs = 8_000 } = {},
): Promise<string> {
  const waitUntil = new Date(shop.clock.now().getTime() + waitMs);
  const result = await shop.orders.byKey.purchase({
    buyerId,
    quoteId: await shop.quote(buyerId),
    terms: {
      ...{ keyId, clientOrderId: null, waitUntil },
      admit: async () => undefined,
      record: async () => undefined,
    },
  });
  if (result.kind !== "placed") throw new Error(result.kind);
  await result.ended;
  if (isTold) await shop.orders.byKey.told(result.orderId);
  return result.orderId;
}

const watchAfter = async (ms: number): Promise<void> => {
  await shop.clock.advance(ms);
  await shop.watch();
};

/** What is owed about an order, the oldest first; and whether the very transaction that changed the order owed it. */
async function owed(orderId: string) {
  const { rows } = await sql<{ kind: string; state: string | null; sms: number | null }>`
    SELECT d.kind, s.sequence AS sms,
      (SELECT h.to_state FROM order_history h WHERE h.order_id = d.order_id AND h.xmin = d.xmin ORDER BY h.version LIMIT 1) AS state
    FROM webhook_deliveries d LEFT JOIN order_sms s ON s.id = d.sms_id AND s.xmin = d.xmin
    WHERE d.order_id = ${orderId}::uuid ORDER BY d.id`.execute(database.db);
  return rows;
}

it("each SMS of an order is owed once, in the transaction that stores it, and so is the order's end", async () => {
  const key = await reseller();
  const orderId = await buyByKey(key);
  expect(await owed(orderId)).toEqual([]);
  provider.onCheck = () => received("482913");
  await watchAfter(3_000);
  const first = { kind: "sms", state: "received", sms: 1 };
  expect(await owed(orderId)).toEqual([first]);
  await watchAfter(60_000);
  expect(await owed(orderId)).toEqual([first]);

  expect((await shop.orders.byKey.another(orderId, key.buyerId)).kind).toBe("done");
  provider.onCheck = () => received("482913", "771204");
  await watchAfter(3_000);
  const second = { kind: "sms", state: "received", sms: 2 };
  expect(await owed(orderId)).toEqual([first, second]);

  await shop.orders.byKey.finish(orderId, key.buyerId);
  await shop.orders.byKey.finish(orderId, key.buyerId);
  expect(await owed(orderId)).toEqual([first, second, { kind: "closed", state: "finished", sms: null }]);
  await shop.assertSound();
});

it("a supplier's push of the SMS owes it as a look does, and the look after it owes nothing more", async () => {
  const orderId = await buyByKey(await reseller());
  const { phone } = await shop.order(orderId);
  const sms = { code: "482913", text: "Your code: 482913" };
  provider.onWebhook = () => ({ kind: "sms", phone: phone ?? "", sms });
  await shop.orders.takeWebhook(provider.name, {});
  provider.onCheck = () => received("482913");
  await watchAfter(60_000);
  expect(await owed(orderId)).toEqual([{ kind: "sms", state: "received", sms: 1 }]);
});

it("a cancel owes the order's end once, in the transaction that gives the money back", async () => {
  const key = await reseller();
  const orderId = await buyByKey(key);
  await shop.clock.advance(130_000);
  await shop.orders.byKey.cancel(orderId, key.buyerId, 100);
  await watchAfter(3_000);
  await watchAfter(60_000);
  expect((await shop.order(orderId)).state).toBe("cancelled");
  expect(await owed(orderId)).toEqual([{ kind: "closed", state: "cancelled", sms: null }]);
});

it("an order that runs out without a code owes its end once", async () => {
  const orderId = await buyByKey(await reseller());
  provider.onCheck = () => ({ status: "expired", sms: [] });
  await watchAfter(1_200_000);
  await watchAfter(60_000);
  expect((await shop.order(orderId)).state).toBe("expired");
  expect(await owed(orderId)).toEqual([{ kind: "closed", state: "expired", sms: null }]);
});

it("an SMS from before its number was told is owed when it is told; of a number that nobody was told nothing is", async () => {
  const key = await reseller();
  const late = await buyByKey(key, { isTold: false });
  provider.onCheck = () => received("482913");
  await watchAfter(3_000);
  expect(await owed(late)).toEqual([]);
  await shop.orders.byKey.told(late);
  await shop.orders.byKey.told(late);
  expect(await owed(late)).toEqual([{ kind: "sms", state: "received", sms: 1 }]);

  const never = await buyByKey(key, { isTold: false, waitMs: 1 });
  provider.onCheck = () => received("771204");
  await watchAfter(60_000);
  expect((await shop.order(never)).state).toBe("expired");
  expect(await owed(never)).toEqual([]);
});

it("nothing is owed of orders in the chat, of keys without a webhook, and while a webhook is off", async () => {
  const key = await reseller();
  const other = { ...key, keyId: await key.newKey() };
  const off = await reseller();
  await database.db
    .updateTable("api_webhooks")
    .set({ off_at: shop.clock.now() })
    .where("chain_id", "=", off.keyId)
    .execute();
  const orders = [
    await shop.buy(key.buyerId),
    await buyByKey(await reseller(false)),
    await buyByKey(other),
    await buyByKey(off),
  ];
  provider.onCheck = () => received("482913");
  await watchAfter(60_000);
  for (const orderId of orders) {
    await shop.orders.finish(orderId, (await shop.order(orderId)).buyerId);
    expect((await shop.order(orderId)).state).toBe("finished");
    expect(await owed(orderId)).toEqual([]);
  }
});

it("the key that replaces another one keeps its webhook, also for orders of the old key", async () => {
  const key = await reseller();
  const before = await buyByKey(key);
  const next = await key.keys.rotate(key.buyerId, key.keyId);
  if (next.kind !== "made") throw new Error(next.kind);
  const after = await buyByKey({ ...key, keyId: next.key.id });
  provider.onCheck = () => received("482913");
  await watchAfter(60_000);
  for (const orderId of [before, after])
    expect((await owed(orderId)).map(({ kind }) => kind)).toEqual(["sms"]);
});

/** Makes the calls that are due. */
async function callOut(): Promise<DeliveryOutcome[]> {
  const outcomes: DeliveryOutcome[] = [];
  const sender = createWebhookSender({
    ...{ db: database.db, clock: shop.clock, logger: createTestLogger(), signingKey },
    network: receiver.network,
    countries: createNumberedCountries(),
    onDelivery: (outcome) => outcomes.push(outcome),
    onMessages: () => undefined,
  });
  while ((await sender.begin()) > 0) await sender.settled();
  return outcomes;
}

it("the receiver reads an SMS in the fields of SMSBower's webhooks, and the end with the order's state", async () => {
  await database.db.deleteFrom("webhook_deliveries").execute();
  const key = await reseller();
  const orderId = await buyByKey(key);
  provider.onCheck = () => ({ status: "received", sms: [{ code: "482913", text: "Your code: 482913" }] });
  await watchAfter(3_000);
  await callOut();
  await shop.orders.byKey.finish(orderId, key.buyerId);
  await callOut();
  const stamp = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  const order = { activationId: 100_001, service: "wa", country: 16 };
  expect(receiver.bodies).toEqual([
    { ...order, text: "Your code: 482913", code: "482913", receivedAt: stamp },
    { ...order, status: "finished", closedAt: stamp },
  ]);
});

it("an SMS that was purged before its call is not told any more", async () => {
  await database.db.deleteFrom("webhook_deliveries").execute();
  await buyByKey(await reseller());
  provider.onCheck = () => received("482913");
  await watchAfter(3_000);
  const later = new Date(shop.clock.now().getTime() + 86_400_000);
  await purgeSms(database.db, later, later);
  expect(await callOut()).toEqual(["dropped"]);
  expect(receiver.bodies).toEqual([]);
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { deriveWebhookSecrets } from "../../src/core/webhook-secrets.ts";
import { type RoutingWorld, startRoutingWorld } from "./routing-world.ts";

const MASTER = "a-webhook-secret-of-this-test";
const secrets = deriveWebhookSecrets(MASTER);
const terms = { priceMicros: 190_000n, ceilingMicros: 170_000n };

let shop: RoutingWorld;

beforeAll(async () => {
  const providers = { asker: "handler-api", pusher: "push-gateway", plain: "oxgel" } as const;
  shop = await startRoutingWorld(providers, { WEBHOOK_SECRET: MASTER });
});
afterAll(() => shop.close());
afterEach(() => shop.clock.setSpeed(1));

async function post(path: string, body: unknown, method = "POST"): Promise<number> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const url = `http://127.0.0.1:${shop.world.shop.port}/webhooks/providers/${path}`;
  const headers = { "content-type": "application/json" };
  const init = method === "GET" ? { method } : { method, headers, body: text };
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) });
  await answer.arrayBuffer();
  return answer.status;
}

const toPusher = (body: unknown): Promise<number> => post(`pusher/${secrets.provider("pusher")}`, body);
const toAsker = (body: unknown): Promise<number> => post(`asker/${secrets.provider("asker")}`, body);
const sms = (phone: string, code: string) => ({
  event: "otp_received",
  data: { phone_number: phone, otp_code: code, provider: "SOURCE", sms_text: `Your code is ${code}` },
});

/** A waiting order at this provider, with the chat of who bought it. */
async function rented(name: "asker" | "pusher") {
  shop.price("asker", name === "asker" ? 100_000n : 900_000n);
  shop.price("plain", 900_000n);
  await shop.forgetPrices();
  const buyer = await shop.buyer();
  // Reads the prices.
  await buyer.say("whatsapp india", "is held; you pay only");
  await shop.order(buyer, terms);
  await shop.world.shop.services.orders.drain();
  const order = await shop.latestOrder(buyer.buyerId);
  expect(order).toMatchObject({ provider: name, state: "waiting" });
  const rental = shop.provider(name).market.active()[0];
  if (!rental) throw new Error("nothing is rented");
  return { ...buyer, order, rental };
}

async function codesOf(orderId: string): Promise<(string | null)[]> {
  const query = shop.database.db.selectFrom("order_sms").select("code").where("order_id", "=", orderId);
  return (await query.orderBy("sequence").execute()).map(({ code }) => code);
}

/** A second look at the books: everything else about the orders stayed as it was. */
async function countSms(): Promise<number> {
  const rows = await shop.database.db.selectFrom("order_sms").select("id").execute();
  return rows.length;
}

describe("the address of a provider's webhook", () => {
  it("does not exist for whoever lacks the secret, nor for a provider that sends none", async () => {
    const body = sms("+919999900000", "111111");
    expect(await post("pusher/not-the-secret-at-all", body)).toBe(404);
    const own = secrets.provider("pusher");
    expect(await post(`pusher/${own}x`, body)).toBe(404);
    expect(await post(`pusher/${own.toUpperCase()}`, body)).toBe(404);
    expect(await post("pusher", body)).toBe(404);
    expect(await post(`nobody/${secrets.provider("nobody")}`, body)).toBe(404);
    expect(await post(`plain/${secrets.provider("plain")}`, body)).toBe(404);
    expect(await post(`pusher/${own}`, body, "GET")).toBe(404);
    expect(await post("pusher/not-the-secret-at-all", "x".repeat(70 * 1024))).toBe(404);
  });

  it("takes neither another provider's secret, nor the one that Telegram gets, nor the master", async () => {
    const before = await countSms();
    const body = sms("+919999900000", "111111");
    for (const secret of [secrets.provider("asker"), secrets.telegram, MASTER]) {
      expect(await post(`pusher/${secret}`, body)).toBe(404);
    }
    expect(await countSms()).toBe(before);
  });

  it("refuses what is no such call, and nothing follows from it", async () => {
    const before = await countSms();
    for (const path of ["pusher", "asker"].map((name) => `${name}/${secrets.provider(name)}`)) {
      for (const garbage of [
        "",
        "{",
        "<html></html>",
        "null",
        "[]",
        '"x"',
        "{}",
        '{"event":"otp_received"}',
      ]) {
        expect([path, garbage, await post(path, garbage)]).toEqual([path, garbage, 400]);
      }
      expect(await post(path, { ...sms("+919999900000", "1"), padding: "x".repeat(70 * 1024) })).toBe(413);
    }
    expect(await countSms()).toBe(before);
  });

  it("takes calls about numbers and orders that are not ours, so that they are not sent again", async () => {
    const before = await countSms();
    expect(await toPusher(sms("+919999911111", "222222"))).toBe(200);
    expect(await toAsker({ activationId: 987_654_321, code: "222222", text: "222222" })).toBe(200);
    expect(await countSms()).toBe(before);
  });
});

describe("a gateway that pushes its SMS", () => {
  it("delivers once, however often and however much at once it calls", async () => {
    const { hears, user, order } = await rented("pusher");
    const body = sms(order.phone, "482913");
    expect(await Promise.all([toPusher(body), toPusher(body), toPusher(body)])).toEqual([200, 200, 200]);
    await hears("$0.19 charged · balance $4.81");
    expect(await toPusher(body)).toBe(200);
    expect(await codesOf(order.id)).toEqual(["482913"]);
    expect(await shop.transfersOf(order.id)).toEqual(["hold", "capture"]);
    expect(user.messages().filter(({ text }) => text.startsWith("482913"))).toHaveLength(1);
  });

  it("brings several SMS to one number, each told, one charged", async () => {
    const { hears, order } = await rented("pusher");
    const { market } = shop.provider("pusher");
    market.deliver(order.phone, { code: "100001" });
    await hears("$0.19 charged · balance $4.81");
    market.deliver(order.phone, { code: "200002" });
    await hears("Nothing charged · balance $4.81");
    expect(await toPusher(sms(order.phone.slice(1), "300003"))).toBe(200);
    await hears("300003");
    expect(await codesOf(order.id)).toEqual(["100001", "200002", "300003"]);
    expect(await shop.transfersOf(order.id)).toEqual(["hold", "capture"]);
  });
});

describe("a handler_api supplier's call", () => {
  it("makes the shop look at once", async () => {
    const { hears, order, rental } = await rented("asker");
    const since = shop.clock.now();
    shop.provider("asker").market.deliver(rental.id, { code: "765432" });
    await hears("$0.19 charged");
    expect(await codesOf(order.id)).toEqual(["765432"]);
    const check = shop
      .provider("asker")
      .requests()
      .find(({ operation, at }) => operation === "check" && at >= since);
    const tookMs = (check?.at.getTime() ?? Infinity) - since.getTime();
    // Without the call the first look is due after 3 s.
    expect(tookMs).toBeLessThan(2_000);
  });

  it("is only a hint: a forged one delivers and charges nothing", async () => {
    const { order, rental } = await rented("asker");
    const since = shop.clock.now();
    const forged = { activationId: Number(rental.id), service: "wa", code: "666666", text: "666666" };
    expect(await toAsker(forged)).toBe(200);
    await expect.poll(() => shop.sent("asker", "check", since), { timeout: 10_000 }).toBeGreaterThan(0);
    expect(await codesOf(order.id)).toEqual([]);
    expect(await shop.transfersOf(order.id)).toEqual(["hold"]);
  });
});

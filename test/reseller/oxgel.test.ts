import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { faults } from "../../sandbox/providers/faults.ts";
import {
  balanceAnswer,
  cancelAnswer,
  countriesAnswer,
  okAnswer,
  pricesAnswer,
  purchaseAnswer,
  servicesAnswer,
  statusAnswer,
} from "../../src/http/reseller/oxgel/schemas.ts";
import { type ResellerWorld, startResellerWorld, type TestReseller } from "../support/reseller-world.ts";
import { createRestClient, type RestClient } from "../support/rest-client.ts";

let world: ResellerWorld;
let reseller: TestReseller;
let rest: RestClient;
const product = { service: "wa", country: "16" };
beforeAll(async () => {
  world = await startResellerWorld();
  const { ask } = await world.newReseller();
  await vi.waitFor(
    async () => expect(await ask("getPrices", { service: "wa", country: 16 })).toMatch(/"16":\{"wa"/),
    { timeout: 10_000 },
  );
});
beforeEach(async () => {
  world.provider.faults.clear();
  reseller = await world.newReseller();
  rest = createRestClient(world.url, reseller.key);
});
afterAll(() => world.close());

async function buy(client: RestClient = rest) {
  const { status, body } = await client("POST", "/numbers/buy", { body: product });
  expect(body).toMatchObject({ phone: expect.any(String) });
  expect(status).toBe(200);
  return purchaseAnswer.strict().parse(body);
}

const statusOf = async (id: string) =>
  statusAnswer.strict().parse((await rest("GET", `/numbers/status?id=${id}`)).body);

function deliver(phone: string, code: string): void {
  world.deliver(phone.replace("+", ""), code);
}

it("a program buys a number, reads its code, asks for another and finishes; the words are the document's", async () => {
  const before = balanceAnswer.strict().parse((await rest("GET", "/balance")).body);
  expect(before).toEqual({ balance: 20, escrow: 0, currency: "USD" });
  const { id, order_code, phone, cost, expires_at } = await buy();
  expect(order_code).toBe("ORD-100001");
  expect(phone).toMatch(/^\+44\d{9,10}$/);
  expect(Date.parse(expires_at)).toBeGreaterThan(world.clock.now().getTime());
  expect((await rest("GET", "/balance")).body).toMatchObject({ escrow: cost });
  expect(await statusOf(id)).toEqual({ status: "waiting", sms_code: null, phone });

  deliver(phone, "482913");
  await world.sped(() =>
    expect.poll(() => statusOf(id)).toEqual({ status: "received", sms_code: "482913", phone }),
  );
  const again = await rest("POST", `/numbers/another?id=${id}`);
  expect([again.status, okAnswer.strict().parse(again.body)]).toEqual([200, { ok: true }]);
  expect(await statusOf(id)).toEqual({ status: "waiting", sms_code: null, phone });
  deliver(phone, "771204");
  await world.sped(() =>
    expect.poll(() => statusOf(id)).toEqual({ status: "received", sms_code: "771204", phone }),
  );

  expect(await rest("POST", `/numbers/finish?id=${id}`)).toMatchObject({ status: 200, body: { ok: true } });
  expect(await statusOf(id)).toEqual({ status: "finished", sms_code: "771204", phone });
  expect(await rest("GET", "/balance")).toMatchObject({ body: { escrow: 0 } });
});

it("a cancel is refused while it is too early, and then gives back what the number cost", async () => {
  const { id, cost } = await buy();
  expect(await rest("POST", `/numbers/cancel?id=${id}`)).toMatchObject({
    status: 409,
    body: { code: "too_early" },
  });
  expect(await statusOf(id)).toMatchObject({ status: "waiting" });
  world.clock.setSpeed(2_000);
  await world.clock.sleep(125_000);
  world.clock.setSpeed(1);
  const { status, body } = await rest("POST", `/numbers/cancel?id=${id}`);
  expect([status, cancelAnswer.strict().parse(body)]).toEqual([200, { ok: true, refunded: cost }]);
  expect(await statusOf(id)).toMatchObject({ status: "cancelled", sms_code: null });
  expect((await reseller.balance()).heldMicros).toBe(0n);
});

it("an order that is bought in one dialect is read, and ended, in the other", async () => {
  const mine = await buy();
  const number = mine.order_code.replace("ORD-", "");
  expect(await reseller.status(number)).toBe("STATUS_WAIT_CODE");
  deliver(mine.phone, "482913");
  await world.sped(() => expect.poll(() => reseller.status(number)).toBe("STATUS_OK:482913"));
  expect(await reseller.set(number, 6)).toBe("ACCESS_ACTIVATION");
  expect(await statusOf(mine.id)).toMatchObject({ status: "finished" });

  const theirs = await reseller.number();
  for (const id of [theirs.id, `ORD-${theirs.id}`])
    expect(await statusOf(id)).toMatchObject({ status: "waiting", phone: `+${theirs.phone}` });
  deliver(theirs.phone, "111222");
  await world.sped(() =>
    expect.poll(() => statusOf(theirs.id)).toMatchObject({ status: "received", sms_code: "111222" }),
  );
  expect(await rest("POST", `/numbers/finish?id=${theirs.id}`)).toMatchObject({ status: 200 });
  expect(await reseller.status(theirs.id)).toBe("STATUS_OK:111222");
});

it("services, countries and prices have the document's shapes, and its own codes for TikTok and OpenAI", async () => {
  const services = servicesAnswer.parse((await rest("GET", "/services")).body);
  expect(services).toContainEqual({ code: "wa", name: "WhatsApp" });
  const codes = services.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const [code, name] of [
    ["tk", "TikTok"],
    ["oi", "OpenAI"],
  ]) {
    const found = services.find((service) => service.code === code);
    if (found) expect(found.name).toContain(name);
  }
  expect(codes).not.toContain("lf");
  const countries = countriesAnswer.parse((await rest("GET", "/countries")).body);
  expect(countries).toContainEqual({
    code: "16",
    iso2: "GB",
    name: expect.stringMatching(/Kingdom|UK|Britain/),
  });
  expect(countries.filter(({ iso2 }) => iso2 === "US").map(({ code }) => code)).toEqual(["12", "187"]);
  const [price] = pricesAnswer.parse((await rest("GET", "/prices?service=wa&country=16")).body);
  expect(price).toMatchObject({ country: "16", stock: 1 });
  const { cost } = await buy();
  expect(price?.price).toBe(cost);
  const all = pricesAnswer.parse((await rest("GET", "/prices?service=wa&country=")).body);
  expect(all.length).toBeGreaterThan(1);
});

it("the same Idempotency-Key is the same purchase, and with another product it is refused", async () => {
  const headers = { "Idempotency-Key": "mine-1" };
  const bodies = await Promise.all(
    [1, 2, 3].map(async () => (await rest("POST", "/numbers/buy", { body: product, headers })).body),
  );
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
  expect(await reseller.states()).toEqual(["waiting"]);
  const other = await rest("POST", "/numbers/buy", { body: { ...product, country: "22" }, headers });
  expect(other).toMatchObject({ status: 422, body: { code: "name_reused" } });
});

it("finishing without a code is refused and changes nothing, as programs do after their last look", async () => {
  const { id } = await buy();
  const refused = await rest("POST", `/numbers/finish?id=${id}`);
  expect(refused).toMatchObject({ status: 409, body: { code: "no_code" } });
  expect(await rest("POST", `/numbers/another?id=${id}`)).toMatchObject({ status: 409 });
  expect(await reseller.states()).toEqual(["waiting"]);
});

it("what comes as a body where none belongs is not read", async () => {
  const { id, phone } = await buy();
  deliver(phone, "482913");
  await world.sped(() => expect.poll(() => statusOf(id)).toMatchObject({ status: "received" }));
  expect(await rest("POST", `/numbers/finish?id=${id}`, { body: "{broken" })).toMatchObject({ status: 200 });
  const cancel = await rest("POST", `/numbers/cancel?id=${id}`, { body: "" });
  expect(cancel).toMatchObject({ status: 409, body: { code: "order_not_active" } });
});

it("the key counts in the header, in the query and as a bearer; two different ones do not", async () => {
  const without = createRestClient(world.url, null);
  const answers = [
    await without("GET", `/balance?api_key=${reseller.key}`),
    await without("GET", "/balance", { headers: { Authorization: `Bearer ${reseller.key}` } }),
    await without("GET", "/balance/", { headers: { "X-API-Key": reseller.key } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  for (const { headers } of answers) expect(headers.get("content-type")).toBe("application/json");
  expect(await rest("GET", "/balance?api_key=another")).toMatchObject({ status: 401 });
});

it("a missing key and a wrong one are told apart in the document's words", async () => {
  expect(await createRestClient(world.url, null)("GET", "/balance")).toMatchObject({
    status: 401,
    body: { error: "Missing X-API-Key header" },
  });
  expect(await createRestClient(world.url, "OXGL-1")("POST", "/numbers/buy")).toMatchObject({
    status: 401,
    body: { error: "Invalid or inactive API key" },
  });
});

it("a revoked key is 401, one from another address 403, and one that may only read buys nothing", async () => {
  const { keys } = world.reseller;
  const change = (patch: Parameters<typeof keys.change>[2]) =>
    keys.change(reseller.buyerId, reseller.keyId, patch);
  await change({ cidrs: ["203.0.113.7"] });
  expect(await rest("GET", "/balance")).toMatchObject({ status: 403, body: { code: "address_not_allowed" } });
  await change({ cidrs: [], scope: "read" });
  expect(await rest("GET", "/balance")).toMatchObject({ status: 200 });
  expect(await rest("POST", "/numbers/buy", { body: product })).toMatchObject({
    status: 403,
    body: { code: "read_only" },
  });
  await keys.revoke(reseller.buyerId, reseller.keyId);
  expect(await rest("GET", "/balance")).toMatchObject({ status: 401 });
});

it.each([
  ["GET", "/nothing", undefined, 404, "unknown_endpoint"],
  ["POST", "/balance", undefined, 405, "wrong_method"],
  ["GET", "/numbers/buy", undefined, 405, "wrong_method"],
  ["GET", "/prices", undefined, 400, "bad_request"],
  ["GET", "/prices?service=nosuch", undefined, 404, "unknown_service"],
  ["GET", "/prices?service=wa&country=99999", undefined, 404, "unknown_country"],
  ["GET", "/numbers/status", undefined, 400, "bad_request"],
  ["GET", "/numbers/status?id=9", undefined, 404, "order_not_found"],
  ["POST", "/numbers/cancel?id=no-id", undefined, 404, "order_not_found"],
  ["POST", "/numbers/finish?id=0193f5a0-0000-7000-8000-000000000000", undefined, 404, "order_not_found"],
  ["POST", "/numbers/another?id=9", undefined, 404, "order_not_found"],
  ["POST", "/numbers/buy", "no json", 400, "bad_request"],
  ["POST", "/numbers/buy", `"${"x".repeat(9_000)}"`, 400, "bad_request"],
  ["POST", "/numbers/buy", { service: "wa" }, 422, "bad_body"],
  ["POST", "/numbers/buy", { ...product, max_price: "1e3" }, 422, "bad_body"],
  ["POST", "/numbers/buy", { ...product, service: "nosuch" }, 404, "unknown_service"],
  ["POST", "/numbers/buy", { ...product, country: 99999 }, 404, "unknown_country"],
] as const)("%s %s is refused as what it is", async (method, path, body, status, code) => {
  expect(await rest(method, path, { body })).toMatchObject({
    status,
    body: { code, error: expect.any(String) },
  });
});

it("too many open orders are 429 with the time after which to come again", async () => {
  await world.reseller.keys.change(reseller.buyerId, reseller.keyId, { maxOpen: 1 });
  await buy();
  const { status, body, headers } = await rest("POST", "/numbers/buy", { body: product });
  expect([status, body]).toMatchObject([429, { code: "too_many_open_orders" }]);
  expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
});

it("another buyer's order reads as one that does not exist", async () => {
  const { id } = await buy();
  const other = createRestClient(world.url, (await world.newReseller()).key);
  const theirs = await other("GET", `/numbers/status?id=${id}`);
  const unknown = await other("GET", "/numbers/status?id=0193f5a0-0000-7000-8000-000000000000");
  expect([theirs.status, theirs.body]).toEqual([unknown.status, unknown.body]);
});

// The last one, because the supplier counts as sold out afterwards.
it("no money is 402, a dear number 409 with its price, no number 409, and none of them keeps money", async () => {
  const poor = await world.newReseller(10_000n);
  const poorRest = createRestClient(world.url, poor.key);
  expect(await poorRest("POST", "/numbers/buy", { body: product })).toMatchObject({
    status: 402,
    body: { error: "Insufficient balance" },
  });
  const dear = await rest("POST", "/numbers/buy", { body: { ...product, max_price: 0.01 } });
  expect(dear).toMatchObject({ status: 409, body: { code: "price_too_high", price: expect.any(Number) } });
  world.provider.faults.add("buy", faults.raw(400, '{"error":"No numbers available"}'));
  const none = await rest("POST", "/numbers/buy", { body: product });
  expect(none).toMatchObject({ status: 409, body: { error: "No numbers available" } });
  await expect.poll(async () => (await reseller.balance()).heldMicros).toBe(0n);
});

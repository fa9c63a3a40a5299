import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ResellerWorld, startResellerWorld, type TestReseller } from "../support/reseller-world.ts";

let world: ResellerWorld;
let reseller: TestReseller;
beforeAll(async () => {
  world = await startResellerWorld();
  reseller = await world.newReseller();
});
afterAll(() => world.close());

interface Raw {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** A request as it is written here, without what a client library adds. */
function raw(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    const sent = request({ host: "127.0.0.1", port: world.world.shop.port, path, ...rest }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const query = (action: string): string => `?api_key=${reseller.key}&action=${action}`;

it("answers 200, text/html in UTF-8, not to be stored, and no line break at the end", async () => {
  const { status, headers, body } = await raw(`/stubs/handler_api.php${query("getBalance")}`);
  expect(status).toBe(200);
  expect(headers).toMatchObject({ "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  expect(body.toString()).toBe("ACCESS_BALANCE:20.00");
});

it("compresses short answers too for who accepts it", async () => {
  const headers = { "Accept-Encoding": "gzip, deflate" };
  const answer = await raw(`/stubs/handler_api.php?action=getBalance`, { headers });
  expect(answer.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(answer.body).toString()).toBe("BAD_KEY");
});

it("gives the whole shop's prices a tag, and to whom names it 304 without a body; other prices have none", async () => {
  await expect
    .poll(() => reseller.ask("getPrices", { service: "wa", country: 16 }))
    .toMatch(/^\{"16":\{"wa"/);
  const path = `/stubs/handler_api.php${query("getPrices")}`;
  const first = await raw(path);
  const etag = String(first.headers.etag);
  expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
  expect(first.headers["cache-control"]).toBe("private, no-cache");
  for (const known of [etag, etag.slice(2), `"other", ${etag}`, "*"]) {
    const again = await raw(path, { headers: { "If-None-Match": known, "Accept-Encoding": "gzip" } });
    expect({ known, status: again.status, etag: again.headers.etag, length: again.body.length }).toEqual({
      ...{ known, status: 304, etag, length: 0 },
    });
  }
  const old = await raw(path, { headers: { "If-None-Match": 'W/"old"' } });
  expect([old.status, old.body.toString()]).toEqual([200, first.body.toString()]);
  const v2 = await raw(`/stubs/handler_api.php${query("getPricesV2")}`, {
    headers: { "If-None-Match": etag },
  });
  expect(v2.status).toBe(200);
  const packed = await raw(path, { headers: { "Accept-Encoding": "gzip" } });
  expect([packed.headers.etag, gunzipSync(packed.body).toString()]).toEqual([etag, first.body.toString()]);
  const one = await raw(`${path}&service=wa&country=16`, { headers: { "If-None-Match": "*" } });
  expect([one.status, one.headers.etag]).toEqual([200, undefined]);
});

it("tells who names the tag with a wrong key that the key is wrong", async () => {
  const headers = { "If-None-Match": "*" };
  const answer = await raw("/stubs/handler_api.php?api_key=ns0&action=getPrices", { headers });
  expect([answer.status, answer.body.toString()]).toEqual([200, "BAD_KEY"]);
});

it.each([
  "/stubs/handler_api.php",
  "/stubs/handler_api",
  "/stubs/handler_api.php/",
  "//stubs//handler_api.php",
  "/stubs/handler_api.php/stubs/handler_api.php",
])("is found at %s", async (path) => {
  expect((await raw(`${path}${query("getBalance")}`)).body.toString()).toBe("ACCESS_BALANCE:20.00");
});

it("takes a form, a key with a slash, a key in a header, and the first of repeated names", async () => {
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  const posted = await raw("/stubs/handler_api.php", {
    method: "POST",
    headers: form,
    body: `api_key=${reseller.key}%2F&action=getBalance`,
  });
  expect(posted.body.toString()).toBe("ACCESS_BALANCE:20.00");
  const headers = { "X-API-Key": reseller.key };
  const twice = await raw("/stubs/handler_api.php?action=getBalance&action=getNumber", { headers });
  expect(twice.body.toString()).toBe("ACCESS_BALANCE:20.00");
  const long = await raw("/stubs/handler_api.php", {
    method: "POST",
    headers: form,
    body: "a=".padEnd(9_000, "x"),
  });
  expect(long.body.toString()).toBe("BAD_ACTION");
});

it("buys nothing for HEAD, and knows no other action, no other key and no two keys at once", async () => {
  const head = await raw(`/stubs/handler_api.php${query("getNumber")}&service=wa&country=16`, {
    method: "HEAD",
  });
  expect(head.status).toBe(200);
  expect(await reseller.states()).toEqual([]);
  expect(await reseller.ask("getRentNumber")).toBe("BAD_ACTION");
  expect(await reseller.ask("getbalance")).toBe("BAD_ACTION");
  const other = await world.newReseller();
  const both = await raw(`/stubs/handler_api.php${query("getBalance")}`, {
    headers: { "X-API-Key": other.key },
  });
  expect(both.body.toString()).toBe("BAD_KEY");
});

it("a limit that cannot be read is no limit left out, and unknown goods have words of their own", async () => {
  const ask = (more: Record<string, string | number>) =>
    reseller.ask("getNumber", { service: "wa", country: 16, ...more });
  expect(await ask({ maxPrice: "0,5" })).toBe("BAD_ACTION");
  expect(await ask({ maxPrice: "0.0001" })).toMatch(/^(WRONG_MAX_PRICE:\d+\.\d{2,}|NO_NUMBERS)$/);
  expect(await ask({ service: "nosuch" })).toBe("BAD_SERVICE");
  expect(await ask({ country: 9999 })).toBe("BAD_COUNTRY");
  expect(await reseller.status("100999")).toBe("NO_ACTIVATION");
});

it("no log line holds a key", () => {
  expect(JSON.stringify(world.logger.lines)).not.toContain(reseller.key.slice(8));
});

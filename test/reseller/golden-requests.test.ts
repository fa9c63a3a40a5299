import { get } from "node:http";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type ResellerWorld, startResellerWorld, type TestReseller } from "../support/reseller-world.ts";

/**
 * Clients that cannot run here, for Windows or in Swift: their requests in their spelling and order, and answers read by
 * their rules, both taken from their sources.
 */
let world: ResellerWorld;
let reseller: TestReseller;
beforeAll(async () => {
  world = await startResellerWorld();
  reseller = await world.newReseller();
  await vi.waitFor(
    async () => expect(await reseller.ask("getPrices", { service: "wa", country: 16 })).toContain('"wa"'),
    { timeout: 10_000 },
  );
});
afterAll(() => world.close());

async function text(path: string, init?: RequestInit): Promise<string> {
  return await (await fetch(`${world.url}${path}`, init)).text();
}

it("BAS adds its own path, cuts at colons, reads stock by '_0', and after a refused cancel finishes", async () => {
  const ask = (action: string, options: string) =>
    text(`/stubs/handler_api.php?api_key=${reseller.key}&action=${action}${options}`);
  const stock: unknown = JSON.parse(await ask("getNumbersStatus", "&country=16&operator=any"));
  expect(stock).toMatchObject({ wa_0: expect.stringMatching(/^\d+$/) });
  const [word, id, phone] = (await ask("getNumber", "&service=wa&country=16&operator=any")).split(":");
  expect([word, phone]).toEqual(["ACCESS_NUMBER", expect.stringMatching(/^44\d+$/)]);
  expect((await ask("getStatus", `&id=${id}`)).indexOf("STATUS_WAIT_")).toBe(0);
  world.deliver(phone ?? "", "482913");
  const code = async () => (await ask("getStatus", `&id=${id}`)).split(":").slice(1).join(":");
  await world.sped(() => expect.poll(code).toBe("482913"));
  expect(await ask("setStatus", `&id=${id}&status=8`)).toBe("BAD_STATUS");
  expect(await ask("setStatus", `&id=${id}&status=6`)).toMatch(/^ACCESS_/);
  const countries: unknown = JSON.parse(await ask("getCountries", ""));
  expect(countries).toMatchObject({ "16": { id: 16, rus: expect.any(String), chn: expect.any(String) } });
});

it("the Delphi client, which searches its answers for pieces and repeats until the status is 200", async () => {
  const agent = "Mozilla/5.0 (Windows NT 5.1; rv:14.0) Gecko/20100101 Firefox/14.0.1";
  const ask = async (parameters: string) => {
    const path = `/stubs/handler_api.php?api_key=${reseller.key}&${parameters}`;
    const response = await fetch(`${world.url}${path}`, { headers: { "User-Agent": agent } });
    expect(response.status).toBe(200);
    return await response.text();
  };
  expect(await ask("action=getBalance")).toMatch(/^ACCESS_BALANCE:\d+\.\d\d$/);
  expect(await ask("action=getNumbersStatus&country=16")).toMatch(/wa_0":"\d+"/);
  const bought = await ask("action=getNumber&service=wa&ref=instacash&country=16");
  const [, id = "", phone = ""] = /ACCESS_NUMBER:(.*?):(.*)$/.exec(bought) ?? [];
  expect(phone).toMatch(/^44\d+$/);
  world.deliver(phone, "771204");
  const code = async () => /STATUS_OK:(.*)$/.exec(await ask(`action=getStatus&id=${id}`))?.[1];
  await world.sped(() => expect.poll(code).toBe("771204"));
  // Its destructor finishes the order once more.
  for (const _ of [1, 2]) expect(await ask(`action=setStatus&status=6&id=${id}`)).toContain("ACCESS");
});

it("the Swift clients, which want exactly so many parts and whole numbers", async () => {
  const ask = (parameters: string) => text(`/stubs/handler_api.php?api_key=${reseller.key}&${parameters}`);
  const parts = (
    await ask("action=getNumber&service=wa&ref=&forward=false&operator=any&country=16&maxPrice=5.0")
  ).split(":");
  expect(parts).toHaveLength(3);
  const [id, phone] = parts.slice(1).map(Number);
  expect(Number.isSafeInteger(id) && Number.isSafeInteger(phone)).toBe(true);
  expect((await ask(`action=getStatus&id=${id}`)).split(":")).toEqual(["STATUS_WAIT_CODE"]);
  const active: unknown = JSON.parse(await ask("action=getActiveActivations"));
  expect(active).toMatchObject({
    status: "success",
    activeActivations: [{ activationId: String(id), phoneNumber: String(phone) }],
  });
  world.deliver(String(phone), "1234", "G-1234: it is your code");
  const status = async () => (await ask(`action=getStatus&id=${id}`)).split(":");
  await world.sped(() => expect.poll(status).toEqual(["STATUS_OK", "1234"]));
  expect(await ask(`action=setStatus&id=${id}&status=6`)).toBe("ACCESS_ACTIVATION");
  const operators: unknown = JSON.parse(await ask("action=getOperators&country=16"));
  expect(operators).toEqual({ status: "success", countryOperators: { "16": ["any"] } });
});

it("the C# clients: one posts a form, the other unpacks whatever it gets", async () => {
  const form = new URLSearchParams({ api_key: reseller.key, action: "getBalance" });
  expect(await text("/stubs/handler_api.php", { method: "POST", body: form })).toMatch(/^ACCESS_BALANCE:/);
  const packed = await new Promise<Buffer>((resolve, reject) => {
    const url = `${world.url}/stubs/handler_api.php?api_key=wrong&action=getBalance`;
    get(url, { headers: { "Accept-Encoding": "gzip, deflate" } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(Buffer.concat(chunks)));
    }).on("error", reject);
  });
  expect(gunzipSync(packed).toString()).toBe("BAD_KEY");
});

import { describe, expect, it } from "vitest";
import { createHandlerApi } from "../../../src/providers/protocols/handler-api/handler-api.ts";
import { providerSettings } from "../../support/provider-settings.ts";
import { createScriptedHttp } from "../../support/scripted-http.ts";

const wish = "ref=abc&exceptProviderIds=1,2&phoneException=7918,7900111";
const tap = { priority: "tap" } as const;
const request = {
  serviceCode: "wa",
  countryCode: "16",
  operator: null,
  ceilingMicros: 250_000n,
  reference: "order",
};

function account(query: string, dialect: string, ...bodies: readonly unknown[]) {
  const http = createScriptedHttp(...bodies.map((body) => ({ body })));
  const url = `https://supplier.example/stubs/handler_api.php?${query}`;
  const settings = providerSettings("handler-api", url, { dialect });
  const sent = () => http.requests.map(({ url }) => Object.fromEntries(url.searchParams));
  return { provider: createHandlerApi(settings, http), sent, requests: http.requests };
}

const number = { activationId: 7, phoneNumber: "447700900123" };

describe("parameters in the operator's base URL", () => {
  it.each<[string, string, unknown]>([
    ["getNumber", "plain", "ACCESS_NUMBER:7:447700900123"],
    ["getNumberV2", "smsbower", number],
  ])("that concern purchases go out with %s", async (action, dialect, answer) => {
    const { provider, sent } = account(wish, dialect, answer);
    await provider.buy(request, { priority: "purchase" });
    expect(sent()).toEqual([
      {
        ref: "abc",
        exceptProviderIds: "1,2",
        phoneException: "7918,7900111",
        api_key: "secret",
        action,
        service: "wa",
        country: "16",
        maxPrice: "0.25",
      },
    ]);
  });

  it("that concern purchases go out with nothing else; others go out with everything", async () => {
    const answers = [
      "ACCESS_BALANCE:1.00",
      { services: [] },
      [],
      {},
      "STATUS_OK:1234",
      { sms: { code: "1234", text: "Your code is 1234" } },
      "ACCESS_CANCEL",
      "ACCESS_RETRY_GET",
      "ACCESS_ACTIVATION",
    ];
    const query = `${wish}&providerIds=5&operator=any&minPrice=0.1&userID=9&lang=en`;
    const { provider, sent } = account(query, "plain", ...answers);
    await provider.balance(tap);
    await provider.services(tap);
    await provider.countries(tap);
    await provider.prices({ serviceCode: "wa" }, tap);
    await provider.check("1", tap);
    await provider.text("1", "1234", tap);
    await provider.cancel("1", tap);
    await provider.another("1", tap);
    await provider.finish("1", tap);
    const ours = { api_key: "secret", lang: "en" };
    expect(sent()).toEqual([
      { ...ours, action: "getBalance" },
      { ...ours, action: "getServicesList" },
      { ...ours, action: "getCountries" },
      { ...ours, action: "getPrices", service: "wa" },
      { ...ours, action: "getStatus", id: "1" },
      { ...ours, action: "getStatusV2", id: "1" },
      { ...ours, action: "setStatus", id: "1", status: "8" },
      { ...ours, action: "setStatus", id: "1", status: "3" },
      { ...ours, action: "setStatus", id: "1", status: "6" },
    ]);
  });

  it("never take the place of ours, and never stand beside them", async () => {
    const forged = "api_key=x&action=x&service=x&country=x&maxPrice=9&id=x&status=x&start=x&limit=x";
    const answers = [
      "ACCESS_NUMBER:7:447700900123",
      {},
      "STATUS_WAIT_CODE",
      "ACCESS_CANCEL",
      "ACCESS_BALANCE:1",
    ];
    const { provider, requests } = account(`${forged}&${forged}`, "plain", ...answers);
    await provider.buy(request, { priority: "purchase" });
    await provider.prices({ serviceCode: "wa" }, tap);
    await provider.check("1", tap);
    await provider.cancel("1", tap);
    await provider.balance(tap);
    expect(requests.map(({ url }) => url.search)).toEqual([
      "?api_key=secret&action=getNumber&service=wa&country=16&maxPrice=0.25",
      "?api_key=secret&action=getPrices&service=wa",
      "?api_key=secret&action=getStatus&id=1",
      "?api_key=secret&action=setStatus&id=1&status=8",
      "?api_key=secret&action=getBalance",
    ]);
  });

  it("give way to the sub-supplier whose offer was shown", async () => {
    const { provider, sent } = account("providerIds=5,2263", "smsbower", number);
    await provider.buy({ ...request, operator: "2263" }, { priority: "purchase" });
    expect(sent()[0]).toMatchObject({ providerIds: "2263" });
  });

  it.each([
    ["exceptProviderIds=2263,%2017", ["9"]],
    ["providerIds=2263,9&exceptProviderIds=9", ["2263"]],
    ["providerIds=", ["9", "17", "2263"]],
  ])("take off the price list what %s does not buy", async (query, left) => {
    const rows = {
      "2263": { count: 4, price: 0.3 },
      "9": { count: 1, price: 0.2 },
      "17": { count: 1, price: 1 },
    };
    const { provider } = account(query, "smsbower", { "16": { wa: rows } });
    const prices = await provider.prices({ serviceCode: "wa" }, tap);
    expect(prices.map(({ operator }) => operator)).toEqual(left);
  });
});

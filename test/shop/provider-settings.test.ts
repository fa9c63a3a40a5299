import { describe, expect, it } from "vitest";
import { configOf, problemsOf, variablesOf } from "./variables.ts";

describe("providers", () => {
  it("needs only a key for a preset", () => {
    expect(configOf({ PROVIDERS: "smsbower", PROVIDER_SMSBOWER_KEY: "abc" }).providers).toEqual([
      {
        name: "smsbower",
        protocol: "handler-api",
        dialect: "smsbower",
        key: "abc",
        url: "https://smsbower.example/stubs/handler_api.php",
        currency: "USD",
        usdRate: "1",
        requestsPerSecond: 1,
        prices: null,
      },
    ]);
  });

  it("takes any name with a protocol and keeps its URL as it is", () => {
    const [provider] = configOf({
      PROVIDERS: "my-shop2",
      PROVIDER_MY_SHOP2_KEY: "abc",
      PROVIDER_MY_SHOP2_PROTOCOL: "handler-api",
      PROVIDER_MY_SHOP2_URL: "http://127.0.0.1:9000/stubs/handler_api?lang=en",
      PROVIDER_MY_SHOP2_CURRENCY: "rub",
      PROVIDER_MY_SHOP2_USD_RATE: "0.0123",
      PROVIDER_MY_SHOP2_RATE: "0.5",
    }).providers;
    expect(provider).toMatchObject({
      dialect: "plain",
      url: "http://127.0.0.1:9000/stubs/handler_api?lang=en",
      currency: "RUB",
      usdRate: "0.0123",
      requestsPerSecond: 0.5,
    });
  });

  it("leaves a preset's address and quirks behind when another protocol is set", () => {
    const env = { PROVIDERS: "smsbower", PROVIDER_SMSBOWER_KEY: "k", PROVIDER_SMSBOWER_PROTOCOL: "otpbuddy" };
    expect(variablesOf(env)).toEqual(["PROVIDER_SMSBOWER_URL"]);
  });

  it("lists the presets when a name is unknown", () => {
    const problems = problemsOf({
      PROVIDERS: "oxgell",
      PROVIDER_OXGELL_KEY: "k",
      PROVIDER_OXGELL_URL: "https://x.example",
    });
    expect(problems).toEqual([
      { variable: "PROVIDER_OXGELL_PROTOCOL", problem: expect.stringContaining("oxgel, smsbower") },
    ]);
  });

  it("treats names of built-in properties as unknown names", () => {
    expect(variablesOf({ PROVIDERS: "constructor", PROVIDER_CONSTRUCTOR_KEY: "k" })).toContain(
      "PROVIDER_CONSTRUCTOR_PROTOCOL",
    );
  });

  it.each(["Oxgel", "a b", "-a", "ä", "a_b", "../x"])("refuses the name %s", (name) => {
    expect(variablesOf({ PROVIDERS: name })).toEqual(["PROVIDERS"]);
  });

  it("refuses a name twice, and two names that share a variable", () => {
    const key = { PROVIDER_OXGEL_KEY: "k", PROVIDER_FOO_KEY: "k", PROVIDER_FOO_USD_KEY: "k" };
    expect(variablesOf({ ...key, PROVIDERS: "oxgel,oxgel" })).toEqual(["PROVIDERS"]);
    expect(variablesOf({ ...key, PROVIDERS: "foo,foo-usd" })).toContain("PROVIDERS");
  });

  it("needs prices where the API has none", () => {
    const env = {
      PROVIDERS: "gate",
      PROVIDER_GATE_KEY: "k",
      PROVIDER_GATE_PROTOCOL: "push-gateway",
      PROVIDER_GATE_URL: "https://gate.example",
    };
    expect(variablesOf(env)).toEqual(["PROVIDER_GATE_PRICES"]);
    for (const prices of ["{", "[]", "{}", '{"44": 0.12}', '{"44": "0"}', '{"44": "free"}', '{"44": "5."}']) {
      expect(variablesOf({ ...env, PROVIDER_GATE_PRICES: prices }), prices).toEqual(["PROVIDER_GATE_PRICES"]);
    }
    expect(configOf({ ...env, PROVIDER_GATE_PRICES: '{"44": "0.12"}' }).providers[0]?.prices).toEqual({
      kind: "any-service",
      countries: { "44": "0.12" },
    });
    // Its numbers take any service.
    const byService = '{"wa": {"44": "0.12"}}';
    expect(variablesOf({ ...env, PROVIDER_GATE_PRICES: byService })).toEqual(["PROVIDER_GATE_PRICES"]);
  });

  it("refuses a price in another unit, which could never be sold", () => {
    const env = { PROVIDERS: "oxgel", PROVIDER_OXGEL_KEY: "k" };
    for (const prices of ['{"16": "1000.01"}', '{"wa": {"16": "0.1", "22": "2000"}}']) {
      expect(problemsOf({ ...env, PROVIDER_OXGEL_PRICES: prices })).toEqual([
        { variable: "PROVIDER_OXGEL_PRICES", problem: "must be at most $1000 for each number" },
      ]);
    }
    const inRubles = { ...env, PROVIDER_OXGEL_USD_RATE: "0.01", PROVIDER_OXGEL_PRICES: '{"16": "1000.01"}' };
    expect(problemsOf(inRubles)).toEqual([]);
  });

  it("takes prices for any provider, by country or by service", () => {
    const env = { PROVIDERS: "oxgel", PROVIDER_OXGEL_KEY: "k" };
    const pricesOf = (prices: string) =>
      configOf({ ...env, PROVIDER_OXGEL_PRICES: prices }).providers[0]?.prices;
    expect(pricesOf('{"16": "0.12", "22": "0.3"}')).toEqual({
      kind: "any-service",
      countries: { "16": "0.12", "22": "0.3" },
    });
    expect(pricesOf('{"wa": {"16": "0.12"}}')).toEqual({
      kind: "by-service",
      services: { wa: { "16": "0.12" } },
    });
    for (const prices of [
      '{"wa": {}}',
      '{"wa": {"16": 0.12}}',
      '{"wa": {"16": "0.1"}, "22": "0.3"}',
      '{"wa": ["0.1"]}',
    ]) {
      const problems = problemsOf({ ...env, PROVIDER_OXGEL_PRICES: prices });
      expect(
        problems.map(({ variable }) => variable),
        prices,
      ).toEqual(["PROVIDER_OXGEL_PRICES"]);
      expect(problems[0]?.problem).toContain('by service such as {"wa": {"44": "0.12"}}');
    }
  });
});

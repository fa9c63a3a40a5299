import { describe, expect, it } from "vitest";
import type { ProviderSettings } from "../../src/providers/port/settings.ts";
import { presets } from "../../src/providers/presets.ts";
import { dialectOf } from "../../src/providers/protocols/handler-api/dialects.ts";
import { createProviders } from "../../src/providers/registry.ts";
import { ceilingIn, pathSegment, urlUnder } from "../../src/providers/transport/urls.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestLogger } from "../support/logger.ts";
import { createOpenGate } from "../support/open-gate.ts";

function settingsOf(name: string): ProviderSettings {
  const preset = presets[name];
  if (!preset) throw new Error(`no preset ${name}`);
  return {
    name,
    protocol: preset.protocol,
    dialect: preset.dialect,
    key: "key",
    url: preset.url ?? "https://gateway.example",
    currency: "USD",
    usdRate: "1",
    requestsPerSecond: preset.requestsPerSecond,
    prices: preset.protocol === "push-gateway" ? { kind: "any-service", countries: { "1": "0.12" } } : null,
  };
}

describe("presets", () => {
  it.each(Object.keys(presets))("%s becomes a provider that keeps its own rules", (name) => {
    const gate = createOpenGate();
    const deps = { clock: createTestClock(), logger: createTestLogger(), gateFor: () => gate };
    const provider = createProviders([settingsOf(name)], deps).get(name);
    expect(provider?.name).toBe(name);
    expect(provider?.protocol).toBe(presets[name]?.protocol);
    const can = provider?.capabilities;
    expect(can?.pollIntervalMs).toBeGreaterThan(0);
    expect(can?.checkMany === (can?.checkManyLimit ?? 0) > 0).toBe(true);
    // Without polling, an order's SMS has to come by webhook.
    expect(can?.poll || can?.webhook).toBe(true);
    expect(presets[name]?.requestsPerSecond).toBeGreaterThan(0);
  });

  it("use https only", () => {
    for (const { url } of Object.values(presets)) expect(url ?? "https://").toMatch(/^https:\/\//);
  });

  it("stay under the rate that tempcode77 publishes", () => {
    expect((presets.tempcode77?.requestsPerSecond ?? 99) * 60).toBeLessThanOrEqual(180);
  });
});

it("speaks the plain dialect where the name says nothing", () => {
  expect(dialectOf("constructor")).toBe(dialectOf("plain"));
  expect(dialectOf("no-such-supplier")).toBe(dialectOf("plain"));
  expect(dialectOf("smsbower")).not.toBe(dialectOf("plain"));
});

describe("an id in a path", () => {
  it.each(["635468024", "63dca4f0", "whatsapp", "virtual53", "a+b", "a:b", "x.y"])("%s is escaped", (id) => {
    expect(pathSegment(id)).toBe(encodeURIComponent(id));
  });

  it.each(["", ".", "..", "a/b", "a\\b", "a..b", "../x", "%2e%2e", "a?b", "a#b", "a b", "a\n", "é"])(
    "%j is none",
    (id) => {
      expect(pathSegment(id)).toBeUndefined();
    },
  );
});

describe("a URL below what the operator typed", () => {
  it.each([
    ["https://a.example/api/v1", "numbers/buy", "https://a.example/api/v1/numbers/buy?id=1"],
    ["https://a.example/api/v1/", "numbers/buy", "https://a.example/api/v1/numbers/buy?id=1"],
    ["http://127.0.0.1:8080", "balance", "http://127.0.0.1:8080/balance?id=1"],
    ["https://a.example/stubs/handler_api?lang=en", "", "https://a.example/stubs/handler_api?lang=en&id=1"],
  ])("%s + %j", (base, path, url) => {
    expect(urlUnder(base, path, { id: "1", left: undefined }).href).toBe(url);
  });

  it("escapes what goes into its query", () => {
    expect(urlUnder("https://a.example/", "x", { id: "a&b=c#d" }).href).toBe(
      "https://a.example/x?id=a%26b%3Dc%23d",
    );
  });
});

it("rounds a ceiling down in the other currency", () => {
  expect(ceilingIn(250_000n, "1")).toBe("0.25");
  expect(ceilingIn(250_000n, "1.10")).toBe("0.227272");
  expect(ceilingIn(250_000n, "0")).toBe("0.00");
});

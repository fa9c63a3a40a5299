import { describe, expect, it } from "vitest";
import { parseAdjustable } from "../../src/shop/config/adjustable.ts";
import { loadConfig } from "../../src/shop/config/config.ts";
import { configOf, load, presets, problemsOf, readExample, TOKEN, variablesOf } from "./variables.ts";

describe("loadConfig", () => {
  it("fills in the documented defaults", () => {
    expect(configOf({})).toEqual({
      telegram: { token: TOKEN, apiRoot: "https://api.telegram.org" },
      database: { url: null, dataDir: "./data" },
      http: { host: "127.0.0.1", port: 8080 },
      admin: { host: "127.0.0.1", port: 8081 },
      publicUrl: null,
      webhookSecret: null,
      adminIds: [],
      providers: [],
      topups: { gateways: ["stars"], cryptoPay: null },
      orders: { cancelAfterMs: 120_000, lifetimeMs: 1_200_000 },
      referral: null,
      reseller: { isOn: false, trustedProxies: [] },
      upkeep: { heartbeatUrl: null, operatorsChat: null, backups: null },
      allowedServices: [],
      adjustable: {},
      logLevel: "info",
    });
  });

  it("gives what owners may change at the desk its documented defaults", () => {
    expect(parseAdjustable(configOf({}).adjustable)).toEqual({
      MARKUP_PERCENT: 3000n,
      MIN_PROFIT_USD: 20_000n,
      PRICE_STEP: "0.01",
      QUIET_HOURS: { hours: null },
      ALERT_HOURS_LEFT: 12,
      ALERT_DELIVERY_PERCENT: 50,
      ALERT_PRICE_RISE_PERCENT: 25,
      ALERT_NO_NUMBERS_PERCENT: 80,
      STAR_VALUE_USD: 13_000n,
      MAX_OPEN_ORDERS: 5,
      PURCHASES_PER_HOUR: 20,
      CANCELS_PER_HOUR: 10,
      NEW_BUYER_ORDERS_PER_DAY: 10,
      SUPPORT_CAP_USD: 0n,
      ACCOUNTANT_CAP_USD: 50_000_000n,
      REMIND_AFTER_MINUTES: 30,
      SHOP_ZONE: "UTC",
      REPORT_HOUR: 9,
      SMS_RETENTION_HOURS: 24,
    });
  });

  it("wants another port for the operator than for the world, unless the system chooses both", () => {
    expect(variablesOf({ PORT: "8081" })).toEqual(["ADMIN_PORT"]);
    expect(variablesOf({ PORT: "0", ADMIN_PORT: "0" })).toEqual([]);
  });

  it("points to the demo when there is no token", () => {
    const result = loadConfig({}, presets);
    expect(result.ok).toBe(false);
    expect(result.ok ? [] : result.problems).toEqual([
      { variable: "BOT_TOKEN", problem: expect.stringContaining("npm run demo") },
    ]);
  });

  it("tells all problems at once", () => {
    const variables = variablesOf({
      BOT_TOKEN: "nonsense",
      PORT: "eighty",
      MARKUP_PERCENT: "-3",
      ADMIN_IDS: "me",
      PROVIDERS: "oxgel,alpha",
      LOG_LEVEL: "loud",
    });
    expect(variables.sort()).toEqual(
      [
        "ADMIN_IDS",
        "BOT_TOKEN",
        "LOG_LEVEL",
        "MARKUP_PERCENT",
        "PORT",
        "PROVIDER_ALPHA_KEY",
        "PROVIDER_ALPHA_PROTOCOL",
        "PROVIDER_ALPHA_URL",
        "PROVIDER_OXGEL_KEY",
      ].sort(),
    );
  });

  it("never repeats a value, so that a secret in the wrong line does not leak", () => {
    const secret = "hunter2 very:private";
    // Names of providers are no secrets: they are part of other variables' names.
    const variables = readExample().filter((variable) => variable !== "PROVIDERS");
    const refused = variables.filter((variable) => {
      const problems = problemsOf({ PROVIDERS: "oxgel", PROVIDER_OXGEL_KEY: "k", [variable]: secret });
      expect(JSON.stringify(problems), variable).not.toContain("hunter2");
      return problems.length > 0;
    });
    expect(refused.length).toBeGreaterThan(20);
  });

  it("counts empty and blank values as unset", () => {
    expect(configOf({ DATABASE_URL: "", PUBLIC_URL: "  ", PORT: "", PROVIDERS: "" })).toEqual(configOf({}));
    expect(variablesOf({ BOT_TOKEN: " " })).toEqual(["BOT_TOKEN"]);
  });

  it("reads money as exact micro-dollars and percentages as basis points", () => {
    const config = configOf({ MARKUP_PERCENT: "12.5", MIN_PROFIT_USD: "0.0035", STAR_VALUE_USD: "0.01" });
    expect(parseAdjustable(config.adjustable)).toMatchObject({
      MARKUP_PERCENT: 1250n,
      MIN_PROFIT_USD: 3500n,
      STAR_VALUE_USD: 10_000n,
    });
    const none = configOf({ MIN_PROFIT_USD: "0" });
    expect(parseAdjustable(none.adjustable).MIN_PROFIT_USD).toBe(0n);
  });

  it.each([
    ["MARKUP_PERCENT", "12.345"],
    ["MARKUP_PERCENT", "10001"],
    ["MARKUP_PERCENT", "1e2"],
    ["MIN_PROFIT_USD", "0.0000001"],
    ["MIN_PROFIT_USD", "$1"],
    ["STAR_VALUE_USD", "0"],
    ["PORT", "65536"],
    ["PORT", "80.5"],
    ["ADMIN_IDS", "12,-3"],
    ["ADMIN_IDS", "9007199254740993"],
    ["TOPUPS", "stars,paypal"],
    ["WEBHOOK_SECRET", "with space"],
    ["DATABASE_URL", "mysql://localhost/x"],
    ["SMS_RETENTION_HOURS", "0"],
    ["PUBLIC_URL", "https://shop.example/?a=b"],
    ["PUBLIC_URL", "shop.example"],
  ])("refuses %s=%s", (variable, value) => {
    expect(variablesOf({ [variable]: value })).toEqual([variable]);
  });

  it.each([
    ["http://127.0.0.1:8081", true],
    ["http://localhost:8081/", true],
    ["http://[::1]:8081", true],
    ["http://10.1.2.3", true],
    ["http://172.31.0.1", true],
    ["http://192.168.1.10:8081", true],
    ["http://bot-api:8081", true],
    ["http://host.docker.internal", true],
    ["https://example.com", true],
    ["http://example.com", false],
    ["http://172.32.0.1", false],
    ["http://8.8.8.8", false],
    ["http://10.evil.example", false],
    ["http://localhost.evil.example", false],
    ["http://127.0.0.1@evil.example", false],
    ["ftp://127.0.0.1", false],
  ])("decides whether secrets may be sent to %s: %s", (url, isAllowed) => {
    for (const variable of ["TELEGRAM_API_ROOT", "PUBLIC_URL", "CRYPTO_PAY_API_ROOT", "PROVIDER_OXGEL_URL"]) {
      const env = { PROVIDERS: "oxgel", PROVIDER_OXGEL_KEY: "k", [variable]: url };
      expect(variablesOf(env), variable).toEqual(isAllowed ? [] : [variable]);
    }
  });

  it("drops the trailing slash of addresses that paths are appended to", () => {
    expect(configOf({ TELEGRAM_API_ROOT: "http://127.0.0.1:8081/" }).telegram.apiRoot).toBe(
      "http://127.0.0.1:8081",
    );
  });

  it("asks for the Crypto Pay token only when the gateway is on", () => {
    expect(variablesOf({ TOPUPS: "stars, crypto-pay" })).toEqual(["CRYPTO_PAY_TOKEN"]);
    expect(configOf({ CRYPTO_PAY_TOKEN: "1:A" }).topups.cryptoPay).toBeNull();
    expect(configOf({ TOPUPS: "crypto-pay", CRYPTO_PAY_TOKEN: "1:A" }).topups).toMatchObject({
      gateways: ["crypto-pay"],
      cryptoPay: { token: "1:A", apiRoot: "https://pay.crypt.bot/api" },
    });
  });

  it("warns, and starts, without providers", () => {
    const result = load({});
    expect(result.ok && result.warnings.map((warning) => warning.variable)).toEqual([
      "PROVIDERS",
      "ADMIN_IDS",
    ]);
  });

  it.each([
    ["STAR_VALUE_USD", "999999999999"],
    ["STAR_VALUE_USD", "1e9"],
    ["STAR_VALUE_USD", "NaN"],
    ["STAR_VALUE_USD", "-1"],
    ["MIN_PROFIT_USD", "1001"],
    ["MARKUP_PERCENT", "99999"],
    ["WEBHOOK_SECRET", "a/b"],
    ["PUBLIC_URL", "https://shop.example/?x=1"],
    ["ADMIN_IDS", "-5"],
    ["PROVIDERS", "a,a"],
    ["PROVIDERS", "../etc"],
  ])("a setting that no shop can work with is refused: %s=%s", (variable, value) => {
    expect(variablesOf({ [variable]: value })).toContain(variable);
  });

  it.each([
    ["STAR_VALUE_USD", "0.000001"],
    ["STAR_VALUE_USD", "1000"],
    ["MARKUP_PERCENT", "10000"],
    ["PUBLIC_URL", "https://shop.example/behind/a/path/"],
  ])("an odd setting that a shop can work with is taken: %s=%s", (variable, value) => {
    expect(load({ [variable]: value }).ok).toBe(true);
  });
});

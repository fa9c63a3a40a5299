import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeConfig, secretsOf } from "../../src/shop/config/describe.ts";
import { configOf, load, readExample, TOKEN } from "./variables.ts";

describe("describeConfig", () => {
  it("holds no secret and no address", () => {
    const config = configOf({
      PROVIDERS: "oxgel",
      PROVIDER_OXGEL_KEY: "provider-key-1234",
      PROVIDER_OXGEL_URL: "https://oxgel.example/api?k=in-the-query",
      WEBHOOK_SECRET: "webhook-secret-1234",
      DATABASE_URL: "postgres://u:database-password@db/x",
      TOPUPS: "crypto-pay",
      CRYPTO_PAY_TOKEN: "crypto-token-1234",
    });
    const text = JSON.stringify(describeConfig(config));
    expect(text).toContain("oxgel (oxgel)");
    expect(text).not.toMatch(/1234|password|query|AAF-/);
    expect(secretsOf(config)).toEqual(
      expect.arrayContaining([TOKEN, "provider-key-1234", "webhook-secret-1234", "crypto-token-1234"]),
    );
  });
});

describe("referral", () => {
  it("is on with a share above zero, and never pays more than the whole profit", () => {
    expect(configOf({ REFERRAL_PERCENT: "12.5", REFERRAL_ORDERS: "5" }).referral).toEqual({
      shareBasisPoints: 1_250n,
      orders: 5,
      perFriendMicros: 1_000_000n,
      perMonthMicros: 20_000_000n,
    });
    expect(load({ REFERRAL_PERCENT: "101" }).ok).toBe(false);
  });
});

describe(".env.example", () => {
  it("names every variable that the shop reads, and no other", () => {
    const folder = new URL("../../src/shop/config/", import.meta.url);
    // The variables of a provider are named PROVIDER_<NAME>_…
    const source = readdirSync(folder)
      .filter((file) => file !== "provider-settings.ts")
      .map((file) => readFileSync(new URL(file, folder), "utf8"))
      .join("\n");
    const read = new Set([...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map((match) => match[1]));
    const documented = readExample().filter((name) => !name.startsWith("PROVIDER_"));
    expect(documented.sort()).toEqual([...read, "PROVIDERS"].sort());
  });
});

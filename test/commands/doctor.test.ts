import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PretendCryptoPay, startPretendCryptoPay } from "../../sandbox/crypto-pay.ts";
import { faults } from "../../sandbox/providers/faults.ts";
import type { PretendProvider } from "../../sandbox/providers/server.ts";
import { environmentOf, type Outside, startOutside } from "../../sandbox/world.ts";
import { createTelegramApi } from "../../src/bot/telegram-api.ts";
import { examine } from "../../src/commands/doctor/examine.ts";
import { createReport } from "../../src/commands/doctor/report.ts";
import { systemClock } from "../../src/core/clock.ts";
import { deriveWebhookSecrets, providerWebhookPath } from "../../src/core/webhook-secrets.ts";
import { writeSetting } from "../../src/db/queries/settings.ts";
import { createProviderHealth } from "../../src/providers/health/health.ts";
import { createProviders } from "../../src/providers/registry.ts";
import { loadConfig } from "../../src/shop/config/config.ts";
import { secretsOf } from "../../src/shop/config/describe.ts";
import { prepareWebhookMaster } from "../../src/shop/webhook-master.ts";
import { createCryptoPay } from "../../src/topups/crypto-pay-client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/embedded.ts";
import { createTestLogger } from "../support/logger.ts";
import { createOpenGate } from "../support/open-gate.ts";

/** Nobody listens there. Of the low ports, fetch itself refuses some, but not this one. */
const NOWHERE = "http://127.0.0.1:2";
const NO_DATABASE = "postgres://shop@127.0.0.1:2/shop";
const CRYPTO_TOKEN = "12345:crypto-pay-secret";
const clock = systemClock;
const logger = createTestLogger();
let outside: Outside;
let oxgel: PretendProvider;
let crypto: PretendCryptoPay;
let database: TestDatabase;

beforeAll(async () => {
  outside = await startOutside({ clock, providers: { oxgel: "oxgel", push: "push-gateway" } });
  const provider = outside.providers.get("oxgel");
  if (!provider) throw new Error("no provider");
  oxgel = provider;
  crypto = await startPretendCryptoPay(CRYPTO_TOKEN);
  database = await createTestDatabase();
});
afterAll(async () => {
  await outside.close();
  await crypto.close();
  await database.close();
});
beforeEach(async () => {
  oxgel.faults.clear();
  outside.telegram.faults.clear();
  crypto.fail(null);
});

/** All lines of one examination with these variables on top of a healthy shop's. */
async function examined(env: Record<string, string> = {}, accept?: string): Promise<string[]> {
  const result = loadConfig({
    ...environmentOf(outside),
    DATABASE_URL: database.connectionString,
    ADMIN_IDS: "42",
    TOPUPS: "stars,crypto-pay",
    CRYPTO_PAY_TOKEN: CRYPTO_TOKEN,
    CRYPTO_PAY_API_ROOT: crypto.apiRoot,
    ...env,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { config } = result;
  const lines: string[] = [];
  const report = createReport({ clock, print: (line) => lines.push(line), secrets: secretsOf(config) });
  const { apiRoot, token } = config.telegram;
  await examine({
    report,
    clock,
    logger,
    apiRoot,
    accept,
    api: createTelegramApi({ token, apiRoot, clock }),
    publicUrl: config.publicUrl,
    webhookSecret: config.webhookSecret,
    takesStars: config.topups.gateways.includes("stars"),
    database: config.database,
    cryptoPay: config.topups.cryptoPay && createCryptoPay(config.topups.cryptoPay),
    createProviders: () =>
      createProviders(config.providers, {
        clock,
        logger,
        gateFor: () => createOpenGate(),
      }),
  });
  expect(report.hasFailed()).toBe(lines.some((line) => line.startsWith("FAIL")));
  for (const line of lines) expect(line).toMatch(/^(PASS|(WARN|FAIL) .*Next: .*) ?/);
  expect(lines.join("\n")).not.toContain(token);
  for (const { key } of config.providers) expect(lines.join("\n")).not.toContain(key);
  return lines;
}

function about(lines: readonly string[], name: string): string | undefined {
  return lines.find((line) => line.split(" ").slice(1).join(" ").startsWith(`${name}:`));
}

describe("the doctor", () => {
  it("passes all of a healthy shop", async () => {
    const lines = await examined({ PROVIDERS: "oxgel" });
    expect(lines.filter((line) => !line.startsWith("PASS"))).toEqual([]);
    const names = lines.map((line) => line.slice("PASS ".length).split(":")[0]).sort();
    expect(names).toEqual(
      [
        "clock",
        "crypto pay",
        "database",
        "ledger",
        "migrations",
        "provider balance oxgel",
        "provider orders oxgel",
        "provider oxgel",
        "public url",
        "stars",
        "stuck",
        "telegram",
        "unwatched orders",
        "updates",
      ].sort(),
    );
    expect(about(lines, "telegram")).toContain(`@${outside.telegram.bot.username}`);
    expect(about(lines, "provider oxgel")).toMatch(/balance \$\d+/);
  });

  it("tells a refused token once, and leaves out what needs it", async () => {
    const lines = await examined({ BOT_TOKEN: "7000000001:another-token" });
    expect(about(lines, "telegram")).toMatch(/^FAIL .*BOT_TOKEN is refused.*@BotFather/);
    expect(about(lines, "updates")).toBeUndefined();
    expect(about(lines, "stars")).toBeUndefined();
  });

  it("tells that Telegram, the database and Crypto Pay do not answer, without their addresses' secrets", async () => {
    const lines = await examined({
      TELEGRAM_API_ROOT: NOWHERE,
      DATABASE_URL: "postgres://shop:hunter2hunter2@127.0.0.1:9/shop",
      CRYPTO_PAY_API_ROOT: NOWHERE,
    });
    expect(about(lines, "telegram")).toMatch(/^FAIL .*ECONNREFUSED.*TELEGRAM_API_ROOT/);
    expect(about(lines, "database")).toMatch(/^FAIL .*ECONNREFUSED.*DATABASE_URL/);
    expect(about(lines, "crypto pay")).toMatch(/^FAIL .*CRYPTO_PAY_TOKEN/);
    expect(about(lines, "self-check")).toMatch(/^WARN self-check: left out/);
    expect(about(lines, "provider oxgel")).toMatch(/^PASS/);
    expect(lines.join("\n")).not.toContain("hunter2");
  });

  it("tells what a database still lacks", async () => {
    const empty = await createTestDatabase({ isEmpty: true });
    const lines = await examined({ DATABASE_URL: empty.connectionString });
    expect(about(lines, "migrations")).toMatch(/^WARN .*\d+ to apply.*npm start/);
    expect(about(lines, "ledger")).toBeUndefined();
    await empty.close();
  });

  it.each([
    [
      "a wrong key",
      { PROVIDER_OXGEL_KEY: "wrong-key-0123456789" },
      undefined,
      /^FAIL .*bad_credentials.*PROVIDER_OXGEL_KEY/,
    ],
    [
      "nobody at its address",
      { PROVIDER_OXGEL_URL: `${NOWHERE}/api/v1` },
      undefined,
      /^FAIL .*unreachable.*PROVIDER_OXGEL_URL/,
    ],
    ["an HTML page", {}, faults.html(200), /^FAIL .*PROVIDER_OXGEL_URL and PROVIDER_OXGEL_PROTOCOL/],
  ])("tells %s of a provider, and what to check", async (_, env, fault, line) => {
    if (fault) oxgel.faults.add("*", fault, 10);
    expect(about(await examined(env), "provider oxgel")).toMatch(line);
  });

  it("tells that a provider is off sale, and why", async () => {
    const health = createProviderHealth({ db: database.db, clock, logger, adminIds: [] });
    const failure = { kind: "suspended", retryAfterMs: null } as const;
    for (let count = 0; count < 10; count += 1) await health.recordFailure("oxgel", failure);
    expect(about(await examined(), "provider oxgel")).toMatch(/^WARN .*off sale since .*suspended/);
    await query(database.connectionString, "DELETE FROM provider_health");
  });

  it("tells that SMS of a provider need PUBLIC_URL, and what is wrong with one", async () => {
    expect(about(await examined(), "public url")).toMatch(/^WARN .*push come by webhook only/);
    expect(about(await examined({ PUBLIC_URL: NOWHERE }), "public url")).toMatch(/^WARN .*ECONNREFUSED/);
  });

  it("compares how updates come in with what Telegram says", async () => {
    expect(about(await examined({ PUBLIC_URL: NOWHERE }), "updates")).toMatch(
      /^WARN updates: webhook not set/,
    );
    expect(about(await examined(), "updates")).toMatch(/^PASS updates: long polling/);
    const { token, apiRoot } = outside.telegram;
    const api = createTelegramApi({ token, apiRoot, clock });
    await api.setWebhook(`${NOWHERE}/webhooks/telegram`);
    expect(about(await examined({ PUBLIC_URL: NOWHERE }), "updates")).toMatch(/^PASS updates: webhook set/);
    expect(about(await examined(), "updates")).toMatch(/^WARN .*a webhook is set/);
    await api.setWebhook(`${NOWHERE}/elsewhere`);
    expect(about(await examined({ PUBLIC_URL: NOWHERE }), "updates")).toMatch(/^WARN .*another address/);
    await api.deleteWebhook();
  });

  it("prints the whole address that a provider has to call, and never the master behind it", async () => {
    const master = "a-master-secret-0123456789";
    const env = { PUBLIC_URL: NOWHERE, WEBHOOK_SECRET: master };
    const address = `${NOWHERE}${providerWebhookPath(deriveWebhookSecrets(master), "push")}`;
    const lines = await examined(env);
    expect(about(lines, "webhook push")?.split(" ")).toContain(address);
    expect(about(lines, "webhook oxgel")).toBeUndefined();
    expect(lines.join("\n")).not.toContain(master);
    expect(about(await examined({ WEBHOOK_SECRET: master }), "webhook push")).toBeUndefined();
    const away = await examined({ ...env, DATABASE_URL: NO_DATABASE });
    expect(about(away, "webhook push")?.split(" ")).toContain(address);
  });

  it("reads a generated master from the database, and makes none", async () => {
    const env = { PUBLIC_URL: NOWHERE, WEBHOOK_SECRET: "" };
    expect(about(await examined(env), "webhook push")).toMatch(/^WARN .*npm start makes it/);
    expect(
      await query(database.connectionString, "SELECT key FROM settings WHERE key LIKE 'webhook%'"),
    ).toEqual([]);
    const configured = null;
    const master = await prepareWebhookMaster({ db: database.db, clock, logger, configured });
    const path = providerWebhookPath(deriveWebhookSecrets(master), "push");
    expect(about(await examined(env), "webhook push")).toContain(path);
    expect(about(await examined(env), "webhook secret")).toMatch(/^PASS/);
  });

  it("warns of a WEBHOOK_SECRET that older versions showed to the providers", async () => {
    const shown = deriveWebhookSecrets("an-old-master-0123456789").fingerprint;
    await writeSetting(database.db, "webhook_master_shown", shown, clock.now());
    const env = { PUBLIC_URL: NOWHERE, WEBHOOK_SECRET: "an-old-master-0123456789" };
    expect(about(await examined(env), "webhook secret")).toMatch(/^WARN .*set it to a new value/);
    const changed = { ...env, WEBHOOK_SECRET: "a-new-master-0123456789" };
    expect(about(await examined(changed), "webhook secret")).toMatch(/^PASS/);
  });

  it("tells a difference of the books, and takes a provider's balance as the new one when it is told to", async () => {
    await examined();
    const { balanceMicros } = oxgel.market.balance();
    oxgel.market.setBalance(balanceMicros - 1_000_000n);
    const line = about(await examined(), "provider balance oxgel");
    expect(line).toMatch(/^WARN .*-\$1.*npm run doctor -- --accept oxgel/);
    const accepted = await examined({}, "oxgel");
    expect(about(accepted, "accept oxgel")).toMatch(/^PASS/);
    expect(about(accepted, "provider balance oxgel")).toMatch(/^PASS/);
    const audit = await query(database.connectionString, "SELECT actor, subject FROM audit_log");
    expect(audit).toEqual([{ actor: "command line", subject: "oxgel" }]);
    expect(about(await examined({}, "nobody"), "accept nobody")).toMatch(/^FAIL .*PROVIDERS/);
  });

  it("fails a ledger that does not add up", async () => {
    await query(
      database.connectionString,
      `INSERT INTO buyers (id, created_at) VALUES ('00000000-0000-7000-8000-000000000001', now());
       INSERT INTO accounts (code, kind, buyer_id, balance_micros)
       VALUES ('buyer:x:available', 'available', '00000000-0000-7000-8000-000000000001', 5)`,
    );
    expect(about(await examined(), "ledger")).toMatch(/^FAIL .*buyer:x:available.*nothing repairs money/);
    await query(
      database.connectionString,
      "DELETE FROM accounts WHERE buyer_id IS NOT NULL; DELETE FROM buyers",
    );
  });

  it("finds nothing by looking: no finding is kept, no operator is written to", async () => {
    await query(
      database.connectionString,
      `INSERT INTO inbox (update_id, lane, payload, received_at) VALUES (1, 'u:1', '{}', now() - interval '1 hour')`,
    );
    expect(about(await examined(), "stuck")).toMatch(/^WARN .*1 waiting/);
    expect(await query(database.connectionString, "SELECT 1 FROM findings")).toEqual([]);
    expect(await query(database.connectionString, "SELECT 1 FROM outbox")).toEqual([]);
    await query(database.connectionString, "DELETE FROM inbox");
  });
});

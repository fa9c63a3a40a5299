import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { faults } from "../../sandbox/providers/faults.ts";
import { createProviderHealth } from "../../src/providers/health/health.ts";
import { createTestDatabase } from "../support/database.ts";
import { about, clock, logger, NOWHERE, openDoctor } from "../support/doctor.ts";
import { query } from "../support/embedded.ts";

const { outside, oxgel, database, examined, heal, close } = await openDoctor();
afterAll(close);
beforeEach(heal);

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
        "settings",
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

  it("tells where the desk's settings differ from the environment, and that the desk's are in force", async () => {
    const rows = "('MARKUP_PERCENT', '25', 42, now()), ('SUPPORT_CONTACT', '@help', 42, now())";
    await query(database.connectionString, `INSERT INTO desk_settings VALUES ${rows}`);
    const differing = await examined({ PROVIDERS: "oxgel", MARKUP_PERCENT: "30" });
    expect(about(differing, "settings")).toMatch(/^WARN .*MARKUP_PERCENT is 25, not 30/);
    const same = await examined({ PROVIDERS: "oxgel", MARKUP_PERCENT: "25.0" });
    expect(about(same, "settings")).toMatch(/^PASS/);
    await query(database.connectionString, "DELETE FROM desk_settings");
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

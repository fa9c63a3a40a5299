import { expect } from "vitest";
import { startPretendCryptoPay } from "../../sandbox/crypto-pay.ts";
import { environmentOf, startOutside } from "../../sandbox/world.ts";
import { createTelegramApi } from "../../src/bot/telegram-api.ts";
import { examine } from "../../src/commands/doctor/examine.ts";
import { createReport } from "../../src/commands/doctor/report.ts";
import { systemClock } from "../../src/core/clock.ts";
import { createProviders } from "../../src/providers/registry.ts";
import { loadConfig } from "../../src/shop/config/config.ts";
import { secretsOf } from "../../src/shop/config/describe.ts";
import { createCryptoPay } from "../../src/topups/crypto-pay-client.ts";
import { createTestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";
import { createOpenGate } from "../support/open-gate.ts";

/** Nobody listens there. Of the low ports, fetch itself refuses some, but not this one. */
export const NOWHERE = "http://127.0.0.1:2";
export const NO_DATABASE = "postgres://shop@127.0.0.1:2/shop";
export const CRYPTO_TOKEN = "12345:crypto-pay-secret";
export const clock = systemClock;
export const logger = createTestLogger();
/** A healthy shop's surroundings, and the doctor that examines it. */
export async function openDoctor() {
  const outside = await startOutside({ clock, providers: { oxgel: "oxgel", push: "push-gateway" } });
  const provider = outside.providers.get("oxgel");
  if (!provider) throw new Error("no provider");
  const oxgel = provider;
  const crypto = await startPretendCryptoPay(CRYPTO_TOKEN);
  const database = await createTestDatabase();

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
      adjustable: config.adjustable,
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

  /** Everything works again. */
  function heal(): void {
    oxgel.faults.clear();
    outside.telegram.faults.clear();
    crypto.fail(null);
  }

  async function close(): Promise<void> {
    await outside.close();
    await crypto.close();
    await database.close();
  }

  return { outside, oxgel, crypto, database, examined, heal, close };
}

export function about(lines: readonly string[], name: string): string | undefined {
  return lines.find((line) => line.split(" ").slice(1).join(" ").startsWith(`${name}:`));
}

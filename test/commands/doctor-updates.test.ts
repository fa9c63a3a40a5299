import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createTelegramApi } from "../../src/bot/telegram-api.ts";
import { deriveWebhookSecrets, providerWebhookPath } from "../../src/core/webhook-secrets.ts";
import { writeSetting } from "../../src/db/queries/settings.ts";
import { prepareWebhookMaster } from "../../src/shop/webhook-master.ts";
import { about, clock, logger, NO_DATABASE, NOWHERE, openDoctor } from "../support/doctor.ts";
import { query } from "../support/embedded.ts";

const { outside, database, examined, heal, close } = await openDoctor();
afterAll(close);
beforeEach(heal);

describe("the doctor looks at how messages come in: it", () => {
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
});

import { createHmac } from "node:crypto";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWorld, type World } from "../../sandbox/world.ts";
import { deriveWebhookSecrets } from "../../src/core/webhook-secrets.ts";
import { MIGRATIONS_DIRECTORY, migrate } from "../../src/db/migrate.ts";
import { readSetting, writeSetting } from "../../src/db/queries/settings.ts";
import { prepareWebhookMaster, readWebhookMaster, wasMasterShown } from "../../src/shop/webhook-master.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

const FIRST_NEW = "0016";
const OLD = "an-old-secret-that-suppliers-know";

let database: TestDatabase;
let world: World | undefined;
const logger = createTestLogger();

beforeEach(async () => {
  database = await createTestDatabase({ isEmpty: true });
});
afterEach(async () => {
  await world?.close();
  world = undefined;
  await database.close();
});

const prepare = (configured: string | null): Promise<string> =>
  prepareWebhookMaster({ db: database.db, clock: createTestClock(), logger, configured });

/** The schema before secrets were derived, as a shop of that time left it. */
async function oldShop(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "numstore-migrations-"));
  const names = (await readdir(MIGRATIONS_DIRECTORY)).filter((name) => name < FIRST_NEW);
  for (const name of names) await cp(join(MIGRATIONS_DIRECTORY, name), join(directory, name));
  await migrate(database.db, { directory, logger });
  await writeSetting(database.db, "stars_sweep_offset", "0", new Date());
  await rm(directory, { recursive: true });
}

describe("the secrets of the webhooks", () => {
  it("are derived from the master by purpose, so that anybody can check them", () => {
    const hmac = (text: string): string => createHmac("sha256", "master").update(text).digest("hex");
    const secrets = deriveWebhookSecrets("master");
    expect(secrets.telegram).toBe(hmac("telegram"));
    expect(secrets.provider("smsbower")).toBe(hmac("provider:smsbower"));
    // Telegram's rule for a secret token (core.telegram.org/bots/api#setwebhook).
    expect(secrets.telegram).toMatch(/^[A-Za-z0-9_-]{1,256}$/);
  });

  it("come from a master that is generated once and kept", async () => {
    await migrate(database.db, { logger });
    expect(await readWebhookMaster(database.db, null)).toBeUndefined();
    const master = await prepare(null);
    expect(master.length).toBeGreaterThan(40);
    expect(await prepare(null)).toBe(master);
    expect(await readWebhookMaster(database.db, null)).toBe(master);
    expect(await prepare("the operator's own")).toBe("the operator's own");
  });

  it("open Telegram's route with Telegram's alone", async () => {
    await migrate(database.db, { logger });
    world = await startWorld({
      clock: createTestClock(),
      logger,
      connectionString: database.connectionString,
      providers: { pusher: "push-gateway" },
      env: { PUBLIC_URL: "http://127.0.0.1:1", WEBHOOK_SECRET: OLD },
    });
    const url = `http://127.0.0.1:${world.shop.port}/webhooks/telegram`;
    const post = async (secret: string, updateId: number): Promise<number> => {
      const headers = { "X-Telegram-Bot-Api-Secret-Token": secret };
      return (await fetch(url, { method: "POST", headers, body: `{"update_id":${updateId}}` })).status;
    };
    const secrets = deriveWebhookSecrets(OLD);
    expect(await post(OLD, 1)).toBe(401);
    expect(await post(secrets.provider("pusher"), 2)).toBe(401);
    expect(await post(secrets.fingerprint, 3)).toBe(401);
    expect(await post(secrets.telegram, 4)).toBe(200);
    await expect
      .poll(() => world?.telegram.calls().find(({ method }) => method === "setWebhook")?.params)
      .toMatchObject({ secret_token: secrets.telegram });
  });
});

describe("an upgrade from the time when providers were shown the secret itself", () => {
  it("ends a generated secret and makes a new master", async () => {
    await oldShop();
    await writeSetting(database.db, "webhook_secret", OLD, new Date());
    await migrate(database.db, { logger });
    expect(await readSetting(database.db, "webhook_secret")).toBeUndefined();
    expect(await prepare(null)).not.toBe(OLD);
    expect(await wasMasterShown(database.db, "set later")).toBe(false);
  });

  it("warns at every start of a WEBHOOK_SECRET that stayed as it was, until it is changed", async () => {
    await oldShop();
    await migrate(database.db, { logger });
    const warnings = (): number => logger.lines.filter(({ level }) => level === "warn").length;
    const before = warnings();
    await prepare(OLD);
    await prepare(OLD);
    expect(warnings()).toBe(before + 2);
    expect(await wasMasterShown(database.db, OLD)).toBe(true);
    await prepare("changed by the operator");
    expect(warnings()).toBe(before + 2);
  });

  it("warns of nothing in a new shop", async () => {
    await migrate(database.db, { logger });
    await prepare(OLD);
    expect(await wasMasterShown(database.db, OLD)).toBe(false);
  });
});

import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { faults } from "../../sandbox/providers/faults.ts";
import type { PretendProvider } from "../../sandbox/providers/server.ts";
import { environmentOf, type Outside, startOutside } from "../../sandbox/world.ts";
import { systemClock } from "../../src/core/clock.ts";
import { attachEmbeddedPostgres } from "../../src/db/embedded/launcher.ts";
import { type Buyer, createBuyer } from "../support/buyer.ts";
import { copyCluster, killAll, prepareCluster, processesOf, query } from "../support/embedded.ts";
import { type ShopChild, startScript, startShopChild } from "../support/shop-child.ts";

const WAIT = { timeout: 30_000, interval: 50 };
let directory: string;
let prepared: string;
/** Every process of this file, for what must hold of all of them. */
const children: ShopChild[] = [];
const outsides: Outside[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "numstore-process-"));
  // PostgreSQL is another user where this runs as root.
  await chmod(directory, 0o755);
  prepared = await prepareCluster();
});
afterAll(async () => {
  for (const child of children) await child.killEverything();
  await killAll(directory);
  for (const outside of outsides) await outside.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  await rm(prepared, { recursive: true });
});

interface Stage {
  readonly outside: Outside;
  readonly oxgel: PretendProvider;
  readonly buyer: Buyer;
  readonly env: Readonly<Record<string, string>>;
  readonly dataDir: string;
}

/** A Telegram, a provider and a data directory of a test's own. */
async function setStage(name: string): Promise<Stage> {
  const outside = await startOutside({ clock: systemClock, pulseMs: 100 });
  outsides.push(outside);
  const oxgel = outside.providers.get("oxgel");
  if (!oxgel) throw new Error("no provider");
  const dataDir = join(directory, name);
  await copyCluster(prepared, dataDir);
  const buyer = createBuyer(outside.telegram.user({ firstName: "Ada", languageCode: "en" }), 30_000);
  return { outside, oxgel, buyer, dataDir, env: { ...environmentOf(outside), DATA_DIR: dataDir } };
}

async function open(env: Readonly<Record<string, string>>): ReturnType<typeof startShopChild> {
  const child = await startShopChild(env);
  children.push(child);
  return child;
}

function start(script: string, env: Readonly<Record<string, string>>, ...args: string[]): ShopChild {
  const child = startScript(script, env, args);
  children.push(child);
  return child;
}

async function ask(dataDir: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const postgres = await attachEmbeddedPostgres({ dataDir });
  if (!postgres) throw new Error("no database runs there");
  return await query(postgres.connectionString, text);
}

describe.concurrent("the shop as a process", { timeout: 90_000 }, () => {
  it("takes up a waiting order after kill -9 of everything: same card, same deadline, one purchase", async () => {
    const { buyer, oxgel, env, dataDir } = await setStage("killed");
    const first = await open(env);
    await buyer.start();
    await buyer.topUp();
    const card = await buyer.buyWhatsApp();
    const orders = "SELECT id, state, expires_at, card_message_id::int AS card FROM orders";
    const before = await ask(dataDir, orders);
    expect(before).toMatchObject([{ state: "waiting", card: card.messageId }]);
    await first.killEverything();
    await vi.waitFor(async () => expect(await processesOf(dataDir)).toEqual([]), WAIT);

    await open(env);
    expect(await ask(dataDir, orders)).toEqual(before);
    oxgel.market.deliver(oxgel.market.active()[0]?.id ?? "", { code: "482913" });
    const code = await buyer.user.waitForMessage(
      (message) =>
        message.from.isBot && message.messageId > card.messageId && message.text.startsWith("482913"),
      { timeoutMs: 30_000 },
    );
    expect(code.silent).toBe(false);
    await vi.waitFor(() => expect(buyer.user.message(card).text).toContain("482913"), WAIT);
    expect(oxgel.requests().filter(({ operation }) => operation === "buy")).toHaveLength(1);
    expect(await ask(dataDir, orders)).toEqual([{ ...before[0], state: "received" }]);
    // What the killed process had taken is not waited for.
    expect((await buyer.say("/balance", "Available")).text).toContain("$0.41");
  });

  it("ends in order on SIGTERM while a slow provider sells, and goes on with that order afterwards", async () => {
    const { buyer, oxgel, env, dataDir } = await setStage("stopped");
    const first = await open(env);
    await buyer.start();
    await buyer.topUp();
    const confirm = await buyer.chooseWhatsApp();
    oxgel.faults.add("buy", faults.delay(3_000));
    await buyer.user.press(confirm, (button) => button.text.includes("number"), { timeoutMs: 30_000 });
    await vi.waitFor(() => expect(oxgel.requests().map(({ operation }) => operation)).toContain("buy"), WAIT);
    const stoppedAt = performance.now();
    first.signal("SIGTERM");
    expect(await first.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - stoppedAt).toBeLessThan(10_000);
    await vi.waitFor(async () => expect(await processesOf(dataDir)).toEqual([]), WAIT);
    expect(oxgel.market.active()).toHaveLength(1);

    await open(env);
    await buyer.hears("waiting for the code");
    oxgel.market.deliver(oxgel.market.active()[0]?.id ?? "", { code: "482914" });
    await buyer.hears("482914");
    expect(oxgel.market.rentals()).toHaveLength(1);
  });

  it("ends at once on a second signal, and what was under way is still on record", async () => {
    const { buyer, oxgel, env, dataDir } = await setStage("insisted");
    const child = await open(env);
    await buyer.start();
    await buyer.topUp();
    const confirm = await buyer.chooseWhatsApp();
    oxgel.faults.add("buy", faults.hang);
    await buyer.user.press(confirm, (button) => button.text.includes("number"), { timeoutMs: 30_000 });
    await vi.waitFor(() => expect(oxgel.requests().map(({ operation }) => operation)).toContain("buy"), WAIT);
    expect(await ask(dataDir, "SELECT state FROM orders")).toEqual([{ state: "placing" }]);
    child.signal("SIGTERM");
    await child.says("a second signal ends at once");
    const insistedAt = performance.now();
    child.signal("SIGTERM");
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(performance.now() - insistedAt).toBeLessThan(3_000);
  });

  it("answers health, readiness with its reasons, and metrics over HTTP; refuses a second on its data", async () => {
    const { oxgel, env, dataDir } = await setStage("healthy");
    oxgel.faults.add("balance", faults.status(503), 100);
    const { url, adminUrl, pid } = await open(env);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const second = start("main.ts", { ...env, PORT: "0", ADMIN_PORT: "0" });
    await vi.waitFor(() => expect(oxgel.requests().map(({ status }) => status)).toContain(503), WAIT);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    const notReady = await fetch(`${adminUrl}/readyz`);
    expect(notReady.status).toBe(503);
    expect(await notReady.json()).toMatchObject({
      checks: { database: "ok", telegram: "ok", providers: "none answers" },
    });
    oxgel.faults.clear();
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), WAIT);
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/^numstore_inbox_open \d+$/m);
    expect(metrics).toMatch(/^# TYPE numstore_selfcheck_findings gauge$/m);
    expect(metrics).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(metrics).toMatch(/^nodejs_eventloop_lag_p99_seconds [\d.e-]+$/m);
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.output()).toContain(`The data directory ${dataDir} is in use by process ${pid}.`);
  });

  it("serves the doctor, a backup and a restore from its embedded database", async () => {
    const { buyer, env, dataDir } = await setStage("served");
    const shop = await open(env);
    await buyer.start();
    await buyer.topUp();
    const file = join(directory, "served.gz");
    const [doctor, backup] = [start("commands/doctor.ts", env), start("commands/backup.ts", env, file)];
    expect(await doctor.ended, doctor.output()).toMatchObject({ code: 0 });
    expect(doctor.output()).toMatch(/^PASS database: PostgreSQL 15\.\d+, embedded, of the running shop$/m);
    expect(doctor.output()).toMatch(/^PASS ledger: no difference$/m);
    expect(await backup.ended, backup.output()).toMatchObject({ code: 0 });

    const elsewhere = { ...env, DATA_DIR: join(directory, "restored") };
    await copyCluster(prepared, elsewhere.DATA_DIR);
    const [refused, restore] = [
      start("commands/restore.ts", env, file),
      start("commands/restore.ts", elsewhere, file),
    ];
    expect(await refused.ended).toMatchObject({ code: 1 });
    expect(refused.output()).toContain(`is in use by process ${shop.pid}`);
    expect(await restore.ended, restore.output()).toMatchObject({ code: 0 });
    shop.signal("SIGTERM");
    await shop.ended;
    await open(elsewhere);
    const movements = "SELECT kind, amount_micros::text FROM transfers";
    expect(await ask(elsewhere.DATA_DIR, movements)).toMatchObject([{ kind: "topup" }]);
    const balance = await buyer.say("/balance", "Available");
    expect(balance.text).toContain("$0.65");
    expect(await processesOf(dataDir)).toEqual([]);
  });
});

describe("afterwards", () => {
  it("nothing that any of these processes wrote holds a secret, a number or a code", () => {
    const text = children.map((child) => child.output()).join("\n");
    expect(text.length).toBeGreaterThan(1_000);
    const [outside] = outsides;
    const secrets = [outside?.telegram.token, outside?.providers.get("oxgel")?.key];
    for (const secret of [...secrets, "sandbox-webhook-secret", "482913", "482914"]) {
      expect(secret).toBeDefined();
      expect(text).not.toContain(secret);
    }
    expect(text).not.toMatch(/\+?4477009\d{5}/);
  });
});

import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { withDatabase } from "../support/server.ts";
import { type ShopChild, startScript } from "../support/shop-child.ts";

const PASSWORD = "database-password-0123";
const minimal = { BOT_TOKEN: "7000000001:pretend-telegram-token", TELEGRAM_API_ROOT: "http://127.0.0.1:2" };

const children: ShopChild[] = [];
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  for (const child of children) await child.killEverything();
  await database.close();
});

function start(env: Readonly<Record<string, string>>): ShopChild {
  const child = startScript("main.ts", env);
  children.push(child);
  return child;
}

describe.concurrent("a shop that cannot start", { timeout: 60_000 }, () => {
  it("says that BOT_TOKEN is missing, and what to try without one", async () => {
    const child = start({});
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.output()).toMatch(/BOT_TOKEN is missing[^\n]*npm run demo/);
  });

  it("says all that is wrong with its variables at once, and repeats no value", async () => {
    const child = start({
      ...minimal,
      PORT: "eighty",
      MARKUP_PERCENT: "30%",
      ORDER_LIFETIME_SECONDS: "-5",
      PROVIDERS: "nosuchprovider",
      PROVIDER_NOSUCHPROVIDER_KEY: "pretend-key-0123456789abcdef",
    });
    expect(await child.ended).toEqual({ code: 1, signal: null });
    const names = ["PORT", "MARKUP_PERCENT", "ORDER_LIFETIME_SECONDS", "PROVIDER_NOSUCHPROVIDER_PROTOCOL"];
    for (const name of names) expect(child.output()).toMatch(new RegExp(`^  ${name} `, "m"));
    expect(child.output()).not.toMatch(/eighty|30%/);
  });

  it("waits for a database that does not answer, says so, and stops waiting on a signal", async () => {
    const child = start({
      ...minimal,
      DATABASE_URL: `postgres://shop:${PASSWORD}@127.0.0.1:2/shop`,
    });
    await child.says("database not reachable yet");
    expect(child.output()).toContain("ECONNREFUSED");
    const signalledAt = performance.now();
    child.signal("SIGTERM");
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - signalledAt).toBeLessThan(5_000);
  });

  it("does not wait for a database that does not exist", async () => {
    const url = withDatabase(inject("databaseServer"), "no_such_database");
    const child = start({ ...minimal, DATABASE_URL: url });
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.output()).toContain("no_such_database");
  });

  it.each([
    ["PORT", "ADMIN_PORT"],
    ["ADMIN_PORT", "PORT"],
  ])("says that the port is taken, and names %s", async (taken, free) => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address ? String(address.port) : "";
    const child = start({ ...minimal, DATABASE_URL: database.connectionString, [taken]: port, [free]: "0" });
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.output()).toMatch(new RegExp(`127\\.0\\.0\\.1:${port} is in use.* set ${taken} `));
    other.close();
  });
});

describe.concurrent("an error that nothing foresaw", { timeout: 60_000 }, () => {
  const phone = "+447946000123";

  it.each([
    ["thrown", "throw error"],
    ["rejected", "Promise.reject(error)"],
  ])("ends the shop and is logged without what is private, when %s", async (_how, fail) => {
    const preload = `const timer = setInterval(() => {
      if (process.listenerCount("uncaughtException") === 0) return;
      clearInterval(timer);
      const { PHONE, BOT_TOKEN, DATABASE_URL } = process.env;
      const error = new Error(PHONE + " at " + DATABASE_URL + " /bot" + BOT_TOKEN + "/getMe");
      ${fail};
    }, 20)`;
    const child = start({
      ...minimal,
      DATABASE_URL: `postgres://shop:${PASSWORD}@127.0.0.1:2/shop`,
      PHONE: phone,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
    });
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.output()).toContain("an error that nothing handled");
    expect(child.output()).not.toContain(phone.slice(1));
  });

  it("at the start is told without the secrets that it quotes", async () => {
    const child = start({
      ...minimal,
      DATA_DIR: `/etc/passwd/${minimal.BOT_TOKEN}/${PASSWORD}`,
      WEBHOOK_SECRET: PASSWORD,
    });
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.output()).toMatch(/Numstore cannot start: .*data directory/);
  });
});

describe("afterwards", () => {
  it("nothing that any of these processes wrote holds a secret", () => {
    const text = children.map((child) => child.output()).join("\n");
    expect(text.length).toBeGreaterThan(500);
    for (const secret of [minimal.BOT_TOKEN, PASSWORD, "pretend-key-0123456789abcdef"]) {
      expect(text).not.toContain(secret);
    }
  });
});

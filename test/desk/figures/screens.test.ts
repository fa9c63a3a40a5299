import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { definitions } from "../../../src/desk/figures/definitions.ts";
import * as wallet from "../../../src/wallet/wallet.ts";
import { createTestClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createTestDesk, labels, type Operator, ownerId, type TestDesk } from "../../support/desk.ts";
import { createHistory } from "./history.ts";

const clock = createTestClock(new Date("2026-03-29T12:00:00.000Z"));
const yesterday = new Date("2026-03-28T10:00:00.000Z");
let database: TestDatabase;
let desk: TestDesk;
let owner: Operator;

beforeAll(async () => {
  database = await createTestDatabase();
  desk = createTestDesk(database, clock);
  owner = desk.operator(ownerId);
  const history = await createHistory(database.db);
  const buyerId = await history.buyer(yesterday);
  await history.topUp(buyerId, "stars", 50_000_000n, 0n, yesterday);
  for (let n = 0; n < 25; n += 1) {
    await history.order({
      buyerId,
      provider: n % 2 === 0 ? "alpha" : "beta",
      serviceId: "=wa",
      countryId: n < 22 ? "GB" : "BR",
      rentedAt: new Date(yesterday.getTime() + n * 60_000),
      waitMs: n % 5 === 0 ? null : 30_000,
      openForMs: 600_000,
      priceMicros: 500_000n,
      costMicros: 300_000n,
    });
  }
  const change = { key: "csv", buyerId, amountMicros: 1_000n, actor: "operator:1" };
  await wallet.adjust(database.db, { ...change, reason: "=HYPERLINK(1)", at: yesterday });
});
afterAll(async () => {
  await desk.services.painter.stop();
  await database.close();
});

async function textOf(reply: Awaited<ReturnType<Operator["press"]>>): Promise<string> {
  if (reply?.kind !== "file") throw new Error("no file");
  const parts: Uint8Array[] = [];
  for await (const part of reply.file.read()) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

it("yesterday's profit is two taps after /admin", async () => {
  await owner.open();
  const before = owner.taps();
  await owner.press("📈 Figures");
  await owner.press("Yesterday");
  // 20 of 25 delivered, with a profit of $0.20 each.
  expect(owner.card.html).toContain("Profit: <b>$4.00</b>");
  expect(owner.card.html).toContain("Sold: 20");
  expect(owner.card.html).toContain("Delivery: 80 % of 25");
  expect(owner.taps() - before).toBeLessThanOrEqual(4);
});

it("the home screen says how today goes", async () => {
  await owner.open();
  expect(owner.card.html).toContain("Today 0 sold · $0.00 · profit $0.00 · delivery n=0");
});

it("a period is split by provider, service, country, gateway and pair", async () => {
  await owner.open();
  await owner.press("📈 Figures");
  await owner.press("Yesterday");
  await owner.press("By provider");
  expect(owner.card.html).toMatch(/alpha: 10 sold, profit \$2\.00, delivery n=13, 30 s/);
  await owner.press("By pair");
  expect(owner.card.html).toMatch(
    /Worst delivery \(at least 20 numbers\)[\s\S]*=wa, 🇬🇧 UK: 17 sold[^,]*, profit \$3\.40, delivery 77 %/,
  );
  expect(owner.card.html).toContain("=wa, 🇧🇷 Brazil: 3 sold, profit $0.60, delivery n=3");
  await owner.press("By gateway");
  expect(owner.card.html).toContain("stars: $50.00 in 1");
  await owner.press("‹ All");
  expect(owner.card.html).toContain("Top-ups: $50.00 (1)");
});

it("ⓘ prints what each figure means", async () => {
  await owner.open();
  await owner.press("📈 Figures");
  await owner.press("ⓘ");
  for (const [name] of definitions) expect(owner.card.html).toContain(`<b>${name}</b>`);
  expect(owner.card.html.length).toBeLessThan(4096);
});

it("a picture comes with its numbers as text", async () => {
  await owner.open();
  await owner.press("📈 Figures");
  const reply = await owner.press("🖼 Picture");
  if (reply?.kind !== "file") throw new Error("no picture");
  expect(reply.file).toMatchObject({ isPicture: true });
  expect(reply.file.caption).toBe("Last 7 days: 20 sold · Turnover $10.00 · Profit $4.00");
});

it("files begin with a mark for UTF-8, hold every row, and no cell can run as a formula", async () => {
  await owner.open();
  await owner.press("📈 Figures");
  await owner.press("Yesterday");
  await owner.press("📄 CSV");
  const orders = await textOf(await owner.press("Orders"));
  expect(orders.startsWith("\ufeffplaced_at,")).toBe(true);
  expect(orders.trim().split("\r\n")).toHaveLength(26);
  expect(orders).toContain(",'=wa,GB,0.50,0.30,");
  const ledger = await textOf(await owner.press("Ledger"));
  const counted = await sql<{ count: bigint }>`SELECT count(*) AS count FROM transfers`.execute(database.db);
  expect(ledger.trim().split("\r\n")).toHaveLength(Number(counted.rows[0]?.count) + 1);
  expect(ledger).toContain(",'=HYPERLINK(1)");
  const figures = await textOf(await owner.press("Figures"));
  expect(figures).toMatch(/\r\nall,,,20,10\.00,6\.00,0\.00,4\.00,/);
});

it("who took which file of which period, with how many rows, is in the audit log", async () => {
  const result = await sql<{ subject: string; after: unknown }>`
    SELECT subject, after FROM audit_log WHERE action = 'file exported' AND actor = ${`operator:${ownerId}`}
    ORDER BY at, id`.execute(database.db);
  expect(result.rows[0]).toEqual({
    subject: "orders",
    after: { rows: 25, from: "2026-03-28", to: "2026-03-28", zone: "UTC" },
  });
  expect(result.rows.map(({ subject }) => subject)).toEqual(["orders", "ledger", "figures"]);
});

it("a person switches their daily report off and on again, which is noted", async () => {
  await owner.open();
  await owner.press("📈 Figures");
  await owner.press("🔔 Daily report: on");
  expect(labels(owner.card)).toContain("🔕 Daily report: off");
  await owner.press("🔕 Daily report: off");
  expect(labels(owner.card)).toContain("🔔 Daily report: on");
  const result = await sql<{ action: string }>`
    SELECT action FROM audit_log WHERE action LIKE 'daily report%' ORDER BY at, id`.execute(database.db);
  expect(result.rows).toHaveLength(2);
});

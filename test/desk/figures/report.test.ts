import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { renderDailyReport } from "../../../src/bot/outbox/render-for-operators.ts";
import type { Staff } from "../../../src/core/staff.ts";
import type { DeskServices } from "../../../src/desk/desk.ts";
import * as wallet from "../../../src/wallet/wallet.ts";
import { createTestClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createTestDesk, otherOwnerId, ownerId, type TestDesk } from "../../support/desk.ts";
import { createHistory } from "./history.ts";

/** Two days before Berlin goes to summer time. The report is due at nine there. */
const clock = createTestClock(new Date("2026-03-27T12:00:00.000Z"));
const names = {
  service: async (id: string) => ({ id, name: `service ${id}` }),
  country: (id: string) => ({ id, name: `country ${id}`, flag: "" }),
};
let database: TestDatabase;
let desk: TestDesk;
let replica: TestDesk;
let report: DeskServices["dailyReport"];

beforeAll(async () => {
  database = await createTestDatabase();
  const settings = { shopZone: () => "Europe/Berlin" };
  desk = createTestDesk(database, clock, [ownerId, otherOwnerId], settings);
  replica = createTestDesk(database, clock, [ownerId, otherOwnerId], settings);
  report = desk.services.dailyReport;
});
afterAll(() => database.close());

async function goTo(moment: string): Promise<void> {
  await clock.advance(Date.parse(moment) - clock.now().getTime());
}

async function sent(): Promise<{ chat: number; day: string; isLate: boolean; at: string }[]> {
  const result = await sql<{ chat: bigint; day: string; late: boolean; at: Date }>`
    SELECT chat_id AS chat, payload->>'day' AS day, (payload->>'isLate')::boolean AS late, created_at AS at
    FROM outbox WHERE kind = 'daily_report' ORDER BY id`.execute(database.db);
  return result.rows.map(({ chat, day, late, at }) => ({
    chat: Number(chat),
    day,
    isLate: late,
    at: at.toISOString(),
  }));
}

it("a shop in which nothing ever happened sends none", async () => {
  expect(await report.sendDue()).toBe(false);
});

it("it comes at nine of the shop's clock, once for all replicas, also after the clocks went forward", async () => {
  const history = await createHistory(database.db);
  const buyerId = await history.buyer(clock.now());
  await history.topUp(buyerId, "stars", 5_000_000n, 0n, clock.now());
  for (let n = 0; n < 3; n += 1) {
    await history.order({
      buyerId,
      provider: "alpha",
      serviceId: "wa",
      countryId: "GB",
      rentedAt: clock.now(),
      waitMs: n === 0 ? null : 30_000,
      openForMs: 600_000,
      priceMicros: 500_000n,
      costMicros: 300_000n,
    });
  }
  const change = { key: "gift", buyerId, amountMicros: 700_000n, actor: "operator:5", reason: "goodwill" };
  await wallet.adjust(database.db, { ...change, at: clock.now() });

  await goTo("2026-03-28T07:59:59.000Z");
  expect(await report.sendDue()).toBe(false);
  await goTo("2026-03-28T08:00:00.000Z");
  const both = await Promise.all([report.sendDue(), replica.services.dailyReport.sendDue()]);
  expect(both.filter((isSent) => isSent)).toHaveLength(1);
  expect(await report.sendDue()).toBe(false);
  expect(await sent()).toEqual([
    { chat: ownerId, day: "2026-03-27", isLate: false, at: "2026-03-28T08:00:00.000Z" },
    { chat: otherOwnerId, day: "2026-03-27", isLate: false, at: "2026-03-28T08:00:00.000Z" },
  ]);

  await goTo("2026-03-29T06:59:59.000Z");
  expect(await report.sendDue()).toBe(false);
  await goTo("2026-03-29T07:00:00.000Z");
  expect(await report.sendDue()).toBe(true);
  expect((await sent()).at(-1)).toMatchObject({ day: "2026-03-28", at: "2026-03-29T07:00:00.000Z" });
});

it("it says what was sold, what came in, who adjusted and what waits", async () => {
  const rendered = await renderDailyReport(
    { catalog: names, dailyReport: report },
    { kind: "daily_report", day: "2026-03-27", isLate: false },
  );
  const { text, keyboard } = rendered.card;
  expect(text).toContain("Daily report · 2026-03-27");
  expect(text).toContain("Sold: 2 · the day before 0");
  expect(text).toContain("Turnover: $1.00");
  expect(text).toContain("Profit: <b>$0.40</b>");
  expect(text).toContain("Delivery: n=3");
  expect(text).toContain("median 30 s");
  expect(text).toContain("stars: $5.00 (1)");
  expect(text).toContain("operator:5: 1, +$0.70 -$0.00");
  expect(text).toContain("Buyers: 1 new · 1 active");
  expect(text).toContain("Waiting: 0 receipts");
  expect(keyboard.flat().map((button) => button.text)).toEqual(["📈 Figures", "📥 Queue"]);
});

it("owners and accountants get it, support does not, and nobody who switched it off", async () => {
  const accountant = await desk.appoint("accountant");
  const support = await desk.appoint("support");
  const owner: Staff = { telegramId: otherOwnerId, role: "owner" };
  await report.want({ staff: owner, isWanted: false, updateId: 1 });
  await goTo("2026-03-30T07:00:00.000Z");
  await report.sendDue();
  const chats = (await sent()).filter(({ day }) => day === "2026-03-29").map(({ chat }) => chat);
  expect(chats).toEqual([ownerId, accountant]);
  expect(chats).not.toContain(support);
  await report.want({ staff: owner, isWanted: true, updateId: 2 });
  expect(await report.isWantedBy(otherOwnerId)).toBe(true);
});

it("a shop that was down sends it up to twelve hours late, marked as late, and not later", async () => {
  await goTo("2026-03-31T18:59:00.000Z");
  expect(await report.sendDue()).toBe(true);
  expect((await sent()).at(-1)).toMatchObject({ day: "2026-03-30", isLate: true });
  await goTo("2026-04-01T19:00:01.000Z");
  expect(await report.sendDue()).toBe(false);
});

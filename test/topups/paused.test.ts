import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { selectBalance } from "../../src/db/queries/ledger.ts";
import { insertPause } from "../../src/db/queries/switches.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestTopups } from "../support/topups.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

it("while top-ups are paused nothing new is paid, and what was paid is credited", async () => {
  const { topups, clock, pay, buyer } = await createTestTopups(database.db);
  const { buyerId, telegramId } = await buyer();
  const ask = { buyerId, chatId: telegramId, resume: null };
  const begun = await topups.beginStars({ ...ask, stars: 100 });
  if (begun.kind !== "begun") return expect.unreachable();
  const pause = { kind: "topups" as const, reason: "test", words: {}, offBy: "operator:1", until: null };
  await insertPause(database.db, { ...pause, id: newId(), offAt: clock.now() });
  const refused = { kind: "refused", code: "topups_paused" };
  expect(await topups.beginStars({ ...ask, stars: 100 })).toEqual(refused);
  expect(await topups.beginManual({ ...ask, amountMicros: 5_000_000n })).toEqual(refused);
  const { payload } = begun.invoice;
  const check = { payload, telegramId, stars: 100, currency: "XTR" };
  expect(await topups.checkStars(check)).toEqual({ ok: false, code: "topups_paused" });
  await pay({ chargeId: "charge-1", payload, telegramId, stars: 100, paidAt: clock.now() });
  expect((await selectBalance(database.db, buyerId)).availableMicros).toBe(1_300_000n);
});

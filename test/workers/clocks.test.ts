import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addMs, type Clock, systemClock } from "../../src/core/clock.ts";
import { newId } from "../../src/core/ids.ts";
import { createDatabaseClock, type DatabaseClock } from "../../src/db/database-clock.ts";
import { claimUpdates } from "../../src/db/queries/inbox.ts";
import { acquireLease } from "../../src/db/queries/leases.ts";
import { insertSms } from "../../src/db/queries/order-sms.ts";
import { enqueue } from "../../src/db/queries/outbox.ts";
import { createDatabaseGate } from "../../src/providers/transport/database-gate.ts";
import { keepHouse } from "../../src/workers/housekeeping.ts";
import { createOutboxWorker } from "../../src/workers/outbox-worker.ts";
import { storeRaw } from "../../src/workers/store-updates.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";
import { codeOf } from "../support/owed-messages.ts";
import { createTestShop } from "../support/shop.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** A machine whose clock is wrong by this much. */
function machineAhead(ms: number): Clock & { aheadMs: number } {
  return {
    aheadMs: ms,
    now() {
      return addMs(new Date(), this.aheadMs);
    },
    steadyMs: systemClock.steadyMs,
    sleep: systemClock.sleep,
  };
}

/** Two replicas on one database: one whose machine is right, and one whose machine is ahead. */
async function replicas(aheadMs: number): Promise<{ right: DatabaseClock; wrong: DatabaseClock }> {
  const clockOf = (machine: Clock): Promise<DatabaseClock> =>
    createDatabaseClock({ db: database.db, machine, logger: createTestLogger() });
  return { right: await clockOf(machineAhead(0)), wrong: await clockOf(machineAhead(aheadMs)) };
}

describe("a replica whose machine's clock is wrong", () => {
  it("does not push the shared request budget away", async () => {
    const { right, wrong } = await replicas(MINUTE_MS);
    const provider = newId();
    const gateOf = (clock: Clock) =>
      createDatabaseGate({
        db: database.db,
        provider,
        requestsPerSecond: 1000,
        clock,
        logger: createTestLogger(),
      });
    const [ahead, fine] = [gateOf(wrong), gateOf(right)];
    for (let i = 0; i < 5; i += 1) {
      await ahead.acquire("purchase");
      await fine.acquire("purchase");
    }
  });

  it("drops no code that is owed", async () => {
    const { right, wrong } = await replicas(25 * HOUR_MS);
    const { db } = database;
    const sent: string[] = [];
    const worker = createOutboxWorker({
      db,
      clock: wrong,
      logger: createTestLogger(),
      operatorChatIds: [],
      send: async ({ message }) => {
        sent.push(message.kind);
        return { kind: "sent" };
      },
    });
    const entry = { chatId: 1, buyerId: null, message: codeOf("1"), dedupeKey: null, at: right.now() };
    await enqueue(db, entry);
    await worker.step();
    await worker.settled();
    expect(sent).toEqual(["order_code"]);
  });

  it("purges no SMS before its time", async () => {
    const { right, wrong } = await replicas(25 * HOUR_MS);
    const { db } = database;
    const shop = await createTestShop(db);
    const orderId = await shop.buy(await shop.buyer(1_000_000n));
    await insertSms(db, {
      id: newId(),
      orderId,
      sequence: 1,
      round: 1,
      contentDigest: "x",
      code: "482913",
      text: null,
      receivedAt: right.now(),
      withheldAt: null,
      offeredAt: null,
    });
    const house = { db, logger: createTestLogger(), smsRetentionMs: () => 24 * HOUR_MS };
    expect((await keepHouse({ ...house, clock: wrong })).sms).toBe(0);
  });

  it("neither takes a lease or an update from another replica, nor loses its own", async () => {
    const { wrong } = await replicas(25 * HOUR_MS);
    const { db } = database;
    expect(await acquireLease(db, "clocks", "right", MINUTE_MS)).toBeDefined();
    expect(await acquireLease(db, "clocks", "wrong", MINUTE_MS)).toBeUndefined();
    const storing = { db, clock: wrong, logger: createTestLogger(), onStored: () => undefined };
    await storeRaw(storing, [{ update_id: 1, message: { from: { id: 1 } } }]);
    const claim = { limit: 1, leaseMs: MINUTE_MS };
    expect(await claimUpdates(db, { ...claim, leaseToken: newId() })).toHaveLength(1);
    expect(await claimUpdates(db, { ...claim, leaseToken: newId() })).toEqual([]);
  });
});

describe("the database's clock", () => {
  it("shows the database's time whatever the machine's shows, and says how far that is ahead", async () => {
    const { wrong } = await replicas(-3 * HOUR_MS);
    expect(Math.abs(wrong.now().getTime() - Date.now())).toBeLessThan(1_000);
    expect(Math.abs(wrong.aheadMs() + 3 * HOUR_MS)).toBeLessThan(1_000);
  });

  it("goes on steadily when somebody sets the machine's clock", async () => {
    const machine = machineAhead(0);
    const clock = await createDatabaseClock({ db: database.db, machine, logger: createTestLogger() });
    machine.aheadMs = 25 * HOUR_MS;
    expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(1_000);
  });

  it("counts by the steady clock until it is measured again", async () => {
    let steadyMs = 1_000;
    const machine = machineAhead(0);
    const deps = { db: database.db, machine, logger: createTestLogger(), steadyMs: () => steadyMs };
    const clock = await createDatabaseClock(deps);
    const before = clock.now().getTime();
    steadyMs += 10 * MINUTE_MS;
    expect(clock.now().getTime() - before).toBe(10 * MINUTE_MS);
    await clock.measure();
    expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(1_000);
  });

  it("is said once when the machine is more than 5 s off, and once when it is right again", async () => {
    const machine = machineAhead(6_000);
    const logger = createTestLogger();
    const clock = await createDatabaseClock({ db: database.db, machine, logger });
    await clock.measure();
    await clock.measure();
    machine.aheadMs = 0;
    await clock.measure();
    await clock.measure();
    expect(logger.lines.map((line) => line.level)).toEqual(["warn", "info"]);
    expect(logger.lines[0]?.message).toMatch(/machine's clock is wrong/);
  });
});

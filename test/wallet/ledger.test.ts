import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ShopError } from "../../src/core/errors.ts";
import { newId } from "../../src/core/ids.ts";
import { selectBalance, selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { adjust, capture, creditTopup, hold, release } from "../../src/wallet/wallet.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { deferred } from "../support/deferred.ts";
import { createTestShop, type TestShop } from "../support/shop.ts";

let database: TestDatabase;
let shop: TestShop;
const at = new Date("2026-03-01T12:00:00.000Z");

beforeAll(async () => {
  database = await createTestDatabase();
  shop = await createTestShop(database.db);
});
afterAll(() => database.close());

const order = (buyerId: string, orderId: string, amountMicros = 100n) => ({
  orderId,
  buyerId,
  amountMicros,
  actor: "test",
  reason: "test",
  at,
});

async function rejectionOf(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => "resolved",
    (error: unknown) => (error instanceof ShopError ? error.code : String(error)),
  );
}

describe("the ledger", () => {
  it("does the same movement once for the same key, and refuses the key for another one", async () => {
    const buyerId = await shop.buyer(1_000n);
    const orderId = newId();
    expect(await hold(database.db, order(buyerId, orderId))).toEqual({ created: true });
    expect(await hold(database.db, order(buyerId, orderId))).toEqual({ created: false });
    expect(await rejectionOf(hold(database.db, order(buyerId, orderId, 200n)))).toContain("another request");
    expect(await selectBalance(database.db, buyerId)).toEqual({ availableMicros: 900n, heldMicros: 100n });
    await release(database.db, order(buyerId, orderId));
  });

  it("resolves a hold at most once, whoever tries", async () => {
    const buyerId = await shop.buyer(1_000n);
    const orderId = newId();
    await hold(database.db, order(buyerId, orderId));
    const tries = Array.from({ length: 10 }, (_, index) =>
      rejectionOf((index % 2 === 0 ? capture : release)(database.db, order(buyerId, orderId))),
    );
    const results = await Promise.all(tries);
    const { availableMicros, heldMicros } = await selectBalance(database.db, buyerId);
    expect(heldMicros).toBe(0n);
    expect([900n, 1_000n]).toContain(availableMicros);
    expect(
      results
        .filter((result) => result !== "resolved")
        .every((text) => text.includes("transfers_one_resolve")),
    ).toBe(true);
  });

  it("makes one effect of a thousand uses of one key at the same time", async () => {
    const buyerId = await shop.buyer(0n);
    const topup = {
      gateway: "stars",
      chargeId: newId(),
      topupId: null,
      buyerId,
      amountMicros: 7n,
      actor: "test",
      reason: "test",
      at,
    };
    const results = await Promise.all(Array.from({ length: 1_000 }, () => creditTopup(database.db, topup)));
    expect(results.filter((result) => result.created)).toHaveLength(1);
    expect((await selectBalance(database.db, buyerId)).availableMicros).toBe(7n);
  });

  it("never lets a balance go below zero", async () => {
    const buyerId = await shop.buyer(100n);
    expect(await rejectionOf(hold(database.db, order(buyerId, newId(), 101n)))).toBe("insufficient_funds");
    const change = { key: newId(), buyerId, amountMicros: -101n, actor: "test", reason: "test", at };
    expect(await rejectionOf(adjust(database.db, change))).toBe("insufficient_funds");
    expect((await selectBalance(database.db, buyerId)).availableMicros).toBe(100n);
  });

  for (const statement of [
    "UPDATE transfers SET reason = 'x'",
    "DELETE FROM transfers",
    "TRUNCATE transfers CASCADE",
    "UPDATE entries SET amount_micros = 1",
    "DELETE FROM entries",
    "TRUNCATE entries",
  ]) {
    it(`refuses: ${statement}`, async () => {
      await shop.buyer(5n);
      await expect(sql.raw(statement).execute(database.db)).rejects.toThrow("append-only");
    });
  }

  it("leaves nothing behind when the transaction around it fails", async () => {
    const buyerId = await shop.buyer(100n);
    const failing = inTransaction(database.db, async (tx) => {
      await hold(tx, order(buyerId, newId()));
      throw new Error("after the hold");
    });
    await expect(failing).rejects.toThrow("after the hold");
    expect(await selectBalance(database.db, buyerId)).toEqual({ availableMicros: 100n, heldMicros: 0n });
  });

  it("locks a buyer's two balances in the order of their accounts, as every transfer does, so that none waits for another in a ring", async () => {
    const buyerId = await shop.buyer(1_000n);
    const orderId = newId();
    // Moves the first account's row behind the second's.
    await inTransaction(database.db, (tx) => hold(tx, order(buyerId, orderId, 1n)));
    const accounts = database.db.selectFrom("accounts").where("buyer_id", "=", buyerId).orderBy("id");
    const [first, second] = await accounts.select("id").execute();
    await database.db.updateTable("accounts").set({ kind: sql`kind` }).where("id", "=", first!.id).execute();
    const [isFree, isLocked] = [deferred<void>(), deferred<void>()];
    const other = inTransaction(database.db, async (tx) => {
      await tx.selectFrom("accounts").select("id").where("id", "=", first!.id).forUpdate().execute();
      isLocked.resolve();
      await isFree.promise;
    });
    await isLocked.promise;
    const waiting = inTransaction(database.db, async (tx) => {
      // Without an index the rows are read in the order in which they lie.
      await sql`SET LOCAL enable_indexscan = off`.execute(tx);
      await sql`SET LOCAL enable_bitmapscan = off`.execute(tx);
      return await selectBalance(tx, buyerId, { lock: true });
    });
    await expect
      .poll(
        async () =>
          (
            await sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
                                   AND wait_event_type = 'Lock'`.execute(database.db)
          ).rows.length,
      )
      .toBe(1);
    const untouched =
      await sql`SELECT id FROM accounts WHERE id = ${second!.id} FOR UPDATE SKIP LOCKED`.execute(database.db);
    isFree.resolve();
    await Promise.all([other, waiting]);
    expect(untouched.rows).toHaveLength(1);
  });

  it("does not deadlock on transfers in opposite directions", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    const ids = Array.from({ length: 40 }, () => newId());
    for (const id of ids.slice(0, 20)) await hold(database.db, order(buyerId, id));
    await Promise.all(
      ids.map((id, index) =>
        index < 20 ? release(database.db, order(buyerId, id)) : hold(database.db, order(buyerId, id)),
      ),
    );
    expect(await selectBalance(database.db, buyerId)).toEqual({
      availableMicros: 998_000n,
      heldMicros: 2_000n,
    });
  });
});

type Operation =
  | { readonly kind: "topup"; readonly buyer: number; readonly amount: number }
  | { readonly kind: "adjust"; readonly buyer: number; readonly amount: number }
  | {
      readonly kind: "hold" | "capture" | "release";
      readonly buyer: number;
      readonly order: number;
      readonly amount: number;
    };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("topup" as const),
    buyer: fc.nat(2),
    amount: fc.integer({ min: 1, max: 500 }),
  }),
  fc.record({
    kind: fc.constantFrom("adjust" as const),
    buyer: fc.nat(2),
    amount: fc.integer({ min: -300, max: 300 }),
  }),
  fc.record({
    kind: fc.constantFrom("hold" as const, "capture" as const, "release" as const),
    buyer: fc.nat(2),
    order: fc.nat(5),
    amount: fc.constant(100),
  }),
);

describe("random operations, several at a time", () => {
  it("keep entries at zero in sum, balances equal to entries and never negative", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        async (operations, width) => {
          const buyers = await Promise.all([shop.buyer(200n), shop.buyer(0n), shop.buyer(50n)]);
          const orders = Array.from({ length: 18 }, () => newId());
          for (let index = 0; index < operations.length; index += width) {
            const batch = operations.slice(index, index + width);
            await Promise.all(batch.map((item) => run(item, buyers, orders).catch(expectRefusal)));
          }
          await expectSound(buyers);
        },
      ),
      { numRuns: 60 },
    );
  });
});

function run(item: Operation, buyers: readonly string[], orders: readonly string[]): Promise<unknown> {
  const buyerId = buyers[item.buyer]!;
  const common = { buyerId, actor: "test", reason: "test", at };
  if (item.kind === "topup") {
    const topup = {
      ...common,
      gateway: "stars",
      chargeId: newId(),
      topupId: null,
      amountMicros: BigInt(item.amount),
    };
    return creditTopup(database.db, topup);
  }
  if (item.kind === "adjust") {
    if (item.amount === 0) return Promise.resolve();
    return adjust(database.db, { ...common, key: newId(), amountMicros: BigInt(item.amount) });
  }
  const orderId = orders[item.buyer * 6 + item.order]!;
  const move = { hold, capture, release }[item.kind];
  return move(database.db, order(buyerId, orderId, BigInt(item.amount)));
}

/** Refusals are the ledger at work; anything else is a bug. */
function expectRefusal(error: unknown): void {
  const isMoney = error instanceof ShopError && error.code === "insufficient_funds";
  if (!isMoney && !String(error).includes("transfers_one_")) throw error;
}

async function expectSound(buyers: readonly string[]): Promise<void> {
  const differences = await selectLedgerDifferences(database.db);
  // Orders live elsewhere in this test, so held money has no order to answer to.
  expect(differences.filter((difference) => difference.check !== "held")).toEqual([]);
  for (const buyerId of buyers) {
    const { availableMicros, heldMicros } = await selectBalance(database.db, buyerId);
    expect(availableMicros >= 0n && heldMicros >= 0n).toBe(true);
  }
}

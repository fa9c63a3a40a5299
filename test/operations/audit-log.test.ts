import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBuyers } from "../../src/buyers/buyers.ts";
import { writeAudit } from "../../src/db/queries/audit.ts";
import { createOperatorActions } from "../../src/operations/operator-actions.ts";
import { anyOperator, nextUpdateId } from "../support/any-operator.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/embedded.ts";

const clock = createTestClock();
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const run = (text: string) => query(database.connectionString, text);

describe("the audit log", () => {
  it("is never changed, deleted from or emptied", async () => {
    const entry = { actor: "operator:1", action: "banned", subjectKind: "person", subject: "x" } as const;
    await writeAudit(database.db, { ...entry, reason: "spam", after: { banned: true }, at: clock.now() });
    const before = await run("SELECT * FROM audit_log");
    for (const change of [
      "UPDATE audit_log SET detail = 'something else'",
      "UPDATE audit_log SET reason = 'something else'",
      "UPDATE audit_log SET reason = NULL, after = NULL",
      "UPDATE audit_log SET reason = NULL, buyer_id = gen_random_uuid()",
      "UPDATE audit_log SET actor = 'operator:2'",
      "UPDATE audit_log SET detail = '', subject = 'somebody else'",
      "UPDATE audit_log SET detail = '', at = now()",
      "DELETE FROM audit_log",
      "TRUNCATE audit_log",
      "TRUNCATE audit_log CASCADE",
    ]) {
      await expect(run(change), change).rejects.toThrow("append-only");
    }
    expect(await run("SELECT * FROM audit_log")).toEqual(before);
  });

  it("keeps that an operator acted, but not what was written about a buyer whose data is deleted", async () => {
    const buyers = createBuyers({ db: database.db, clock });
    const none = async () => ({ kind: "not_found" as const });
    const actions = createOperatorActions({
      db: database.db,
      clock,
      topups: { beginRefund: none, finishRefund: none },
      onMessages: () => undefined,
      ...anyOperator,
    });
    const [one, other] = [4_001, 4_002];
    for (const telegramId of [one, other]) {
      await buyers.meet({ telegramId, language: "en" });
      await actions.ban({
        operatorTelegramId: 1,
        updateId: nextUpdateId(),
        telegramId,
        reason: "sells to Mr Smith",
      });
    }
    const { id = "" } = (await buyers.findByTelegramId(one)) ?? {};
    expect(await buyers.forget(id)).toBe("forgotten");
    expect(await run(`SELECT actor, action, reason FROM audit_log WHERE subject = '${id}'`)).toEqual([
      { actor: "operator:1", action: "banned", reason: null },
    ]);
    const others = await run("SELECT reason FROM audit_log WHERE reason LIKE '%Smith%'");
    expect(others).toHaveLength(1);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { act } from "../../src/bot/desk/place.ts";
import { hasRight, mayGrant, rights, rolesWith } from "../../src/core/staff.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDesk, otherOwnerId, ownerId, type TestDesk } from "../support/desk.ts";

const clock = createTestClock();
let database: TestDatabase;
let desk: TestDesk;
const owner = { telegramId: ownerId, role: "owner" } as const;

beforeAll(async () => {
  database = await createTestDatabase();
  desk = createTestDesk(database, clock);
});
afterAll(() => database.close());

const audits = (action: string) =>
  database.db.selectFrom("audit_log").selectAll().where("action", "=", action).orderBy("at").execute();

describe("rights", () => {
  it("are all the owner's; nobody but owners gives roles, and nobody gives what they lack", () => {
    for (const right of rights) expect(hasRight("owner", right)).toBe(true);
    expect(rolesWith("staff")).toEqual([]);
    expect(rolesWith("receipts")).toEqual(["accountant"]);
    expect(mayGrant("owner", "support")).toBe(true);
    expect(mayGrant("support", "support")).toBe(false);
    expect(mayGrant("accountant", "support")).toBe(false);
  });
});

describe("a link for a colleague", () => {
  it("gives its role once, to one person, and is audited", async () => {
    const token = await desk.services.staff.makeLink({ staff: owner, role: "support", updateId: 1 });
    const [first, second] = await Promise.all(
      [1, 2].map((n) => desk.services.staff.accept({ telegramId: 950_000 + n, token, updateId: n })),
    );
    expect([first, second].filter((role) => role === "support")).toHaveLength(1);
    expect([first, second].filter((role) => role === undefined)).toHaveLength(1);
    expect(await audits("staff link accepted")).toHaveLength(1);
    const [link] = await database.db.selectFrom("staff_links").selectAll().execute();
    expect(JSON.stringify(link, (_, value) => String(value))).not.toContain(token);
  });

  it("is nothing after ten minutes", async () => {
    const token = await desk.services.staff.makeLink({ staff: owner, role: "support", updateId: 1 });
    await clock.advance(10 * 60_000);
    expect(await desk.services.staff.accept({ telegramId: 950_010, token, updateId: 1 })).toBeUndefined();
  });

  it("is nothing once its maker may not give roles any more, and nothing for an owner", async () => {
    const token = await desk.services.staff.makeLink({ staff: owner, role: "support", updateId: 1 });
    const later = createTestDesk(database, clock, [otherOwnerId]);
    expect(await later.services.staff.accept({ telegramId: 950_020, token, updateId: 1 })).toBeUndefined();
    const other = await desk.services.staff.makeLink({ staff: owner, role: "support", updateId: 1 });
    expect(
      await desk.services.staff.accept({ telegramId: otherOwnerId, token: other, updateId: 1 }),
    ).toBeUndefined();
    expect(await desk.services.staff.find(otherOwnerId)).toMatchObject({ role: "owner" });
  });

  it("cannot be made by a colleague, whatever their tap says", async () => {
    const telegramId = await desk.appoint("support");
    const staff = { telegramId, role: "owner" } as const;
    await expect(
      desk.services.staff.makeLink({ staff, role: "accountant", updateId: 1 }),
    ).rejects.toMatchObject({ code: "no_right" });
  });
});

describe("a role", () => {
  it("ends between two taps: the next one finds no desk", async () => {
    const telegramId = await desk.appoint("accountant");
    const colleague = desk.operator(telegramId);
    expect(await colleague.open()).toBeDefined();
    await desk.services.staff.changeRole({ staff: owner, telegramId, role: null, updateId: 5 });
    expect(await colleague.open()).toBeUndefined();
    expect(await audits("staff removed")).toMatchObject([
      { subject: String(telegramId), before: { role: "accountant" }, after: { role: null } },
    ]);
  });

  it("of an owner cannot be taken away at the desk", async () => {
    const change = { staff: owner, telegramId: otherOwnerId, role: null, updateId: 1 } as const;
    await expect(desk.services.staff.changeRole(change)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("asking for more than the role allows", () => {
  it("is audited, bounded, and told to the owners after the fifth time in an hour", async () => {
    const telegramId = await desk.appoint("support");
    const staff = { telegramId, role: "support" } as const;
    for (let n = 0; n < 9; n += 1)
      await desk.services.staff.noteRefusal({ staff, right: "prices", place: "Dpr", updateId: n });
    const rows = (await audits("lacked the right")).filter(({ actor }) => actor === `operator:${telegramId}`);
    expect(rows).toHaveLength(5);
    const told = await database.db
      .selectFrom("outbox")
      .select(["chat_id", "payload"])
      .where("dedupe_key", "like", `staff_refused:${telegramId}:%`)
      .execute();
    expect(told.map(({ chat_id }) => Number(chat_id)).sort()).toEqual([ownerId, otherOwnerId]);
  });

  it("shows nothing but home and why", async () => {
    const colleague = desk.operator(await desk.appoint("support"));
    const reply = await colleague.open(act("d", "no"));
    expect(reply).toMatchObject({ kind: "card" });
    expect(colleague.card.html).toContain("out of date");
  });
});

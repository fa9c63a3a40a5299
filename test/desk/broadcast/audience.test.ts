import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Segment } from "../../../src/core/broadcasts.ts";
import { setWantsNews } from "../../../src/db/queries/buyer-settings.ts";
import { banBuyer, markBlocked } from "../../../src/db/queries/buyers.ts";
import { forgetBuyer } from "../../../src/db/queries/forget-buyer.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { type BroadcastWorld, createBroadcastWorld, type Reader } from "../../support/broadcast.ts";

let world: BroadcastWorld;
beforeAll(async () => {
  world = await createBroadcastWorld();
});
afterAll(() => world.close());
beforeEach(() => world.empty());

const audience = (segment: Segment, language: string | null = null) => ({ segment, language });
const count = (segment: Segment, language: string | null = null) =>
  world.desk.services.broadcasts.count(audience(segment, language));

describe("whom a broadcast is for", () => {
  it("segments count what was bought and paid, by when it was", async () => {
    const [week, month, quarter, long, never] = await world.people(5);
    for (const [reader, daysAgo] of [
      [week, 3],
      [month, 20],
      [quarter, 60],
      [long, 170],
    ] as const)
      if (reader) await world.bought(reader, daysAgo);
    expect(await count("all")).toBe(5);
    expect(await count("bought_7")).toBe(1);
    expect(await count("bought_30")).toBe(2);
    expect(await count("bought_90")).toBe(3);
    expect(await count("stopped")).toBe(2);
    expect(await count("never")).toBe(1);
    expect(never).toBeDefined();
  });

  it("those with money, and those with an API key", async () => {
    const [rich, reseller] = await world.people(3);
    await world.db
      .updateTable("accounts")
      .set({ balance_micros: 1n })
      .where("buyer_id", "=", rich?.id ?? "")
      .where("kind", "=", "available")
      .execute();
    expect(await count("balance")).toBe(1);
    expect(await count("resellers")).toBe(0);
    await world.db
      .insertInto("api_keys")
      .values({
        id: "abc123",
        buyer_id: reseller?.id ?? "",
        name: "shop",
        scope: "buy",
        secret_hash: Buffer.alloc(32),
        created_at: world.clock.now(),
      })
      .execute();
    expect(await count("resellers")).toBe(1);
  });

  it("a language of the shop; whoever speaks one that it does not have reads English", async () => {
    await world.person({ language: "en" });
    await world.person({ language: "de" });
    await world.person({ language: "ru" });
    expect(await count("all", "en")).toBe(2);
    expect(await count("all", "ru")).toBe(1);
    expect(await count("all", "es")).toBe(0);
  });

  it("never those who are banned, deleted, have blocked the bot or want no news", async () => {
    const [banned, blocked, deaf, deleted, fine] = await world.people(5);
    const at = world.clock.now();
    await banBuyer(world.db, banned?.id ?? "", "fraud", at);
    await markBlocked(world.db, blocked?.user.id ?? 0, at);
    await setWantsNews(world.db, deaf?.id ?? "", false);
    await inTransaction(world.db, (tx) => forgetBuyer(tx, deleted?.id ?? "", at));
    expect(await count("all")).toBe(1);
    await world.start();
    await world.run();
    expect(await world.last()).toMatchObject({ planned: 1, sent: 1 });
    expect(fine && world.got(fine)).toEqual(["Hello"]);
  });

  it("whoever is banned, leaves, blocks or turns news off after it began, and before their turn, gets nothing", async () => {
    const [banned, blocked, deaf, deleted, fine] = await world.people(5);
    await world.start();
    await world.feed();
    expect((await world.last()).planned).toBe(5);
    const at = world.clock.now();
    await banBuyer(world.db, banned?.id ?? "", "fraud", at);
    await markBlocked(world.db, blocked?.user.id ?? 0, at);
    await setWantsNews(world.db, deaf?.id ?? "", false);
    await inTransaction(world.db, (tx) => forgetBuyer(tx, deleted?.id ?? "", at));
    await world.run();
    expect(await world.last()).toMatchObject({ state: "done", sent: 1, skipped: 3, failed: 0 });
    for (const reader of [banned, blocked, deaf, deleted] as Reader[]) expect(world.got(reader)).toEqual([]);
    expect(fine && world.got(fine)).toEqual(["Hello"]);
  });

  it("the same while the message waits in the outbox", async () => {
    const [banned, deaf, deleted] = await world.people(3);
    await world.start();
    await world.feed();
    await world.feed();
    const at = world.clock.now();
    await banBuyer(world.db, banned?.id ?? "", "fraud", at);
    await setWantsNews(world.db, deaf?.id ?? "", false);
    await inTransaction(world.db, (tx) => forgetBuyer(tx, deleted?.id ?? "", at));
    await world.run();
    expect(await world.last()).toMatchObject({ state: "done", sent: 0, skipped: 2, failed: 0 });
  });

  it("whoever comes after it was started is not meant", async () => {
    await world.people(1);
    await world.start();
    const late = await world.person({ madeAgoMs: -1 });
    await world.run();
    expect(world.got(late)).toEqual([]);
    expect((await world.last()).planned).toBe(1);
  });

  it("nothing of who got it is left when a person has their data deleted", async () => {
    const [reader] = await world.people(1);
    await world.start();
    await world.run();
    await inTransaction(world.db, (tx) => forgetBuyer(tx, reader?.id ?? "", world.clock.now()));
    const rows = await world.db.selectFrom("broadcast_recipients").selectAll().execute();
    expect(rows).toEqual([]);
    expect((await world.last()).sent).toBe(1);
  });
});

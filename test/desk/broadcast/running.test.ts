import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { act, at } from "../../../src/bot/desk/place.ts";
import { newId, shortenId } from "../../../src/core/ids.ts";
import { markUnblocked } from "../../../src/db/queries/buyers.ts";
import { enqueue } from "../../../src/db/queries/outbox.ts";
import { BROADCAST_PER_SECOND } from "../../../src/desk/broadcast/feed.ts";
import { keepHouse } from "../../../src/workers/housekeeping.ts";
import { createOutboxWorker } from "../../../src/workers/outbox-worker.ts";
import { type BroadcastWorld, createBroadcastWorld, type Reader } from "../../support/broadcast.ts";
import { labels, ownerId } from "../../support/desk.ts";
import { createTestLogger } from "../../support/logger.ts";

let world: BroadcastWorld;
beforeAll(async () => {
  world = await createBroadcastWorld();
});
afterAll(() => world.close());
beforeEach(() => world.empty());

const DAY_MS = 86_400_000;
const open = async () => world.owner.open(at("bc", "v", shortenId((await world.last()).id)));
const reached = (readers: readonly Reader[]) =>
  readers.filter((reader) => world.got(reader).length > 0).length;
const states = async () => {
  const rows = await world.db.selectFrom("broadcast_recipients").select("state").execute();
  return rows.map(({ state }) => state).toSorted();
};

/** So many have it, and the rest waits: some of them in the outbox. */
async function halfWay(total: number): Promise<Reader[]> {
  const readers = await world.people(total);
  await world.start();
  await world.feed();
  await world.feed();
  const worker = world.worker();
  await worker.step();
  await worker.settled();
  await world.clock.advance(1_000);
  await world.feed();
  return readers;
}

describe("a broadcast under way", () => {
  it("keeps no more than a few messages in the outbox, and reaches everybody", async () => {
    const readers = await world.people(130);
    await world.start();
    await world.feed();
    await world.feed();
    const queued = async () => (await states()).filter((state) => state === "queued").length;
    expect(await queued()).toBe(BROADCAST_PER_SECOND);
    // Not faster when it is asked more often, nor without end where nothing leaves.
    await world.feed();
    expect(await queued()).toBe(BROADCAST_PER_SECOND);
    for (let second = 0; second < 9; second += 1) {
      await world.clock.advance(1_000);
      await world.feed();
    }
    expect(await queued()).toBe(60);
    await world.run();
    expect(reached(readers)).toBe(130);
    expect(readers.every((reader) => world.got(reader).length === 1)).toBe(true);
    expect(await world.last()).toMatchObject({ state: "done", planned: 130, sent: 130 });
    // Whoever started it is told how it ended.
    expect(world.telegram.messages(ownerId).at(-1)?.text).toContain("The broadcast is sent: 130 got it");
  });

  it("pauses at once, and goes on with those who have not got it", async () => {
    const readers = await halfWay(100);
    const before = reached(readers);
    await open();
    await world.owner.press(/Pause/);
    expect(world.owner.card.html).toContain("paused");
    await world.run();
    await world.clock.advance(60_000);
    await world.run();
    expect(reached(readers)).toBe(before);
    expect(await states()).not.toContain("queued");
    await open();
    await world.owner.press(/Resume/);
    await world.run();
    expect(readers.map((reader) => world.got(reader).length)).toEqual(Array(100).fill(1));
  });

  it("stops for good", async () => {
    const readers = await halfWay(100);
    const before = reached(readers);
    await open();
    await world.owner.press(/Stop/);
    await world.owner.press(/Confirm/);
    await world.run();
    expect(reached(readers)).toBe(before);
    expect(await world.last()).toMatchObject({ state: "stopped", sent: before });
    await open();
    expect(labels(world.owner.card)).not.toMatch(/Resume|Stop/);
    await world.owner.open(act("bc", "g", shortenId((await world.last()).id)));
    expect(world.owner.card.html).toContain("Not possible as it stands");
  });

  it("a message in a sender's hand at the stop is not sent, and counted as left out", async () => {
    const [reader] = await world.people(1);
    await world.start();
    await world.feed();
    await world.feed();
    await world.db.updateTable("outbox").set({ lease_token: newId() }).execute();
    await open();
    await world.owner.press(/Stop/);
    await world.owner.press(/Confirm/);
    await world.db.updateTable("outbox").set({ lease_token: null }).execute();
    await world.run();
    expect(reader && world.got(reader)).toEqual([]);
    expect(await world.last()).toMatchObject({ state: "stopped", sent: 0, skipped: 1 });
  });

  it("is deleted from the chats, from those where Telegram still allows it", async () => {
    const [old, fresh, gone] = await world.people(3);
    await world.start();
    await world.run();
    await world.db
      .updateTable("broadcast_recipients")
      .set({ sent_at: new Date(world.clock.now().getTime() - 2 * DAY_MS) })
      .where("buyer_id", "=", old?.id ?? "")
      .execute();
    const read = gone?.user.lastMessage();
    if (gone && read) gone.user.deleteMessage(read);
    await open();
    await world.owner.press(/Delete what was sent/);
    await world.owner.press(/Confirm/);
    await world.run();
    expect(fresh && world.got(fresh)).toEqual([]);
    expect(old && world.got(old)).toEqual(["Hello"]);
    expect(await world.last()).toMatchObject({ state: "deleted", sent: 3, removed: 2, kept: 1 });
  });

  it("deleted in the middle, it stops, and what left meanwhile is deleted too", async () => {
    const readers = await halfWay(100);
    expect(reached(readers)).toBeGreaterThan(0);
    await open();
    await world.owner.press(/Delete what was sent/);
    await world.owner.press(/Confirm/);
    await world.run();
    expect(reached(readers)).toBe(0);
    const { state, sent, removed } = await world.last();
    expect({ state, removed }).toEqual({ state: "deleted", removed: sent });
  });

  it("who has blocked the bot is counted, marked, and left out next time until they return", async () => {
    const [blocker, fine] = await world.people(2);
    blocker?.user.block();
    await world.start();
    await world.run();
    expect(await world.last()).toMatchObject({ state: "done", sent: 1, blocked: 1 });
    await world.start("Again");
    await world.run();
    expect(await world.last()).toMatchObject({ planned: 1, sent: 1, blocked: 0 });
    await markUnblocked(world.db, blocker?.user.id ?? 0);
    expect(await world.desk.services.broadcasts.count({ segment: "all", language: null })).toBe(2);
    expect(fine && world.got(fine)).toEqual(["Hello", "Again"]);
  });

  it("what Telegram refuses is counted as failed, and the others get it", async () => {
    const readers = await world.people(3);
    await world.start();
    const action = { kind: "status", status: 400, description: "Bad Request: something odd" } as const;
    world.telegram.faults.add({ method: "sendMessage", times: 1, action });
    await world.run();
    expect(await world.last()).toMatchObject({ state: "done", sent: 2, failed: 1 });
    expect(reached(readers)).toBe(2);
  });

  it("a second one waits for the first", async () => {
    const readers = await world.people(70);
    await world.start("First");
    await world.feed();
    await world.feed();
    await world.start("Second");
    await world.feed();
    expect((await world.last()).planned).toBe(0);
    await world.run();
    for (const reader of readers) expect(world.got(reader)).toEqual(["First", "Second"]);
  });

  it("never goes before a code: codes that come last leave first", async () => {
    const readers = await world.people(60);
    await world.start();
    await world.feed();
    await world.feed();
    const [buyer] = readers;
    const codeChat = await world.person();
    for (const chatId of [buyer?.user.id ?? 0, codeChat.user.id]) {
      const message = {
        kind: "order_code" as const,
        orderId: newId(),
        smsId: newId(),
        chargedMicros: null,
        availableMicros: "0",
      };
      await enqueue(world.db, { chatId, buyerId: null, message, dedupeKey: null, at: world.clock.now() });
    }
    const order: string[] = [];
    const claimed = await world.db.selectFrom("outbox").select(["id", "kind"]).orderBy("id").execute();
    const kinds = new Map(claimed.map(({ id, kind }) => [id, kind]));
    const worker = createOutboxWorker({
      db: world.db,
      clock: world.clock,
      logger: createTestLogger(),
      operatorChatIds: [],
      send: async ({ id }) => {
        order.push(kinds.get(id) ?? "?");
        return { kind: "sent" };
      },
    });
    await worker.step();
    await worker.settled();
    // Telegram's budget allows three at once: the two codes are among them, and before the broadcast.
    expect(order).toEqual(["order_code", "order_code", "broadcast"]);
  });

  it("after a month only its counts are left", async () => {
    await world.people(2);
    await world.start();
    await world.run();
    const house = {
      db: world.db,
      clock: world.clock,
      logger: createTestLogger(),
      smsRetentionMs: () => DAY_MS,
    };
    expect((await keepHouse(house)).broadcastRecipients).toBe(0);
    await world.clock.advance(31 * DAY_MS);
    expect((await keepHouse(house)).broadcastRecipients).toBe(2);
    expect(await world.last()).toMatchObject({ state: "done", sent: 2 });
  });
});

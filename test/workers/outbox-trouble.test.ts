import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import type { SendOutcome } from "../../src/core/messages.ts";
import { claimMessages } from "../../src/db/queries/outbox-claims.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  type Answer,
  cardOf,
  codeOf,
  createTestOutbox,
  emptyOutbox,
  noLimits,
  operatorChat,
} from "../support/owed-messages.ts";

const sent: SendOutcome = { kind: "sent" };
const outage: SendOutcome = { kind: "retry", reason: "outage" };

let clock: TestClock;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  clock = createTestClock();
  await emptyOutbox(database.db);
});

const open = (answer: Answer) => createTestOutbox(database.db, clock, answer);

async function notices(): Promise<unknown[]> {
  const rows = await database.db
    .selectFrom("outbox")
    .select("payload")
    .where("chat_id", "=", BigInt(operatorChat))
    .orderBy("id")
    .execute();
  return rows.map((row) => row.payload);
}

describe("after an outage of Telegram", () => {
  it("a code is tried within 15 s, however long the outage was", async () => {
    let isAway = true;
    const outbox = open(() => (isAway ? outage : sent));
    await outbox.owe(1, codeOf("1"));
    for (let i = 0; i < 40; i += 1) {
      await outbox.round();
      await clock.advance(15_000);
    }
    expect(outbox.take()).toHaveLength(40);
    isAway = false;
    await outbox.round();
    expect(outbox.take()).toEqual(["1:code 1"]);
  });

  it("the first success in any chat makes everything due that waited for Telegram", async () => {
    let isAway = true;
    const outbox = open(() => (isAway ? outage : sent));
    await outbox.owe(1, codeOf("1"));
    await outbox.owe(2, codeOf("2"));
    for (let i = 0; i < 10; i += 1) {
      await outbox.round();
      await clock.advance(15_000);
    }
    await outbox.round();
    outbox.take();
    isAway = false;
    await outbox.owe(3, codeOf("3"));
    await outbox.round();
    expect(outbox.take()).toEqual(["3:code 3"]);
    await outbox.round();
    expect(outbox.take().sort()).toEqual(["1:code 1", "2:code 2"]);
  });

  it("a chat that Telegram told to wait goes on waiting", async () => {
    const outbox = open(({ chatId, attempts }) => {
      if (attempts > 0) return sent;
      return chatId === 1 ? { kind: "retry", reason: "flood", afterMs: 60_000 } : outage;
    });
    await outbox.owe(1, codeOf("1"));
    await outbox.owe(2, codeOf("2"));
    await outbox.round();
    await clock.advance(15_000);
    await outbox.round();
    await outbox.round();
    expect(outbox.take()).toEqual(["1:code 1", "2:code 2", "2:code 2"]);
    await clock.advance(45_000);
    await outbox.round();
    expect(outbox.take()).toEqual(["1:code 1"]);
  });
});

describe("codes and cards of one chat", () => {
  it("a code does not wait behind a card that keeps failing, and codes keep their order", async () => {
    const outbox = open(({ message }) => (message.kind === "order_card" ? outage : sent));
    await outbox.owe(1, cardOf());
    await outbox.round();
    outbox.take();
    for (const tag of ["1", "2", "3"]) await outbox.owe(1, codeOf(tag));
    for (let i = 0; i < 3; i += 1) await outbox.round();
    expect(outbox.take().filter((tried) => tried.includes("code"))).toEqual([
      "1:code 1",
      "1:code 2",
      "1:code 3",
    ]);
  });

  it("a code does not wait behind a card that takes long, also on another replica", async () => {
    const hung = open(({ message }) => (message.kind === "order_card" ? new Promise(() => undefined) : sent));
    await hung.owe(1, cardOf());
    await hung.worker.step();
    await hung.owe(1, codeOf("1"));
    const other = open(() => sent);
    await other.round();
    expect(other.take()).toEqual(["1:code 1"]);
  });

  it("codes are claimed before cards, when not everything can be in hand at once", async () => {
    const at = clock.now();
    const { owe } = open(() => sent);
    for (const chatId of [1, 2, 3]) await owe(chatId, cardOf());
    for (const chatId of [4, 5]) await owe(chatId, codeOf("1"));
    const claim = {
      now: at,
      limit: 3,
      limitOfOthers: 3,
      limits: noLimits,
      leaseMs: 60_000,
      leaseToken: newId(),
    };
    const kinds = (await claimMessages(database.db, claim)).map((row) => row.kind).sort();
    expect(kinds).toEqual(["order_card", "order_code", "order_code"]);
  });

  it("a wait that Telegram names holds for the whole chat", async () => {
    const outbox = open(({ message, attempts }) =>
      message.kind === "order_card" && attempts === 0
        ? { kind: "retry", reason: "flood", afterMs: 20_000 }
        : sent,
    );
    await outbox.owe(1, cardOf());
    for (const tag of ["1", "2"]) await outbox.owe(1, codeOf(tag));
    await outbox.round();
    expect(outbox.take().sort()).toEqual(["1:code 1", "1:order_card"]);
    await clock.advance(19_999);
    await outbox.round();
    expect(outbox.take()).toEqual([]);
    await clock.advance(1);
    await outbox.round();
    expect(outbox.take().sort()).toEqual(["1:code 2", "1:order_card"]);
  });
});

describe("a message that cannot be made", () => {
  const broken = (isBroken: () => boolean): Answer => {
    return ({ message }) => {
      if (message.kind === "order_code" && message.availableMicros === "13" && isBroken()) {
        throw new Error("no such text");
      }
      return sent;
    };
  };

  it("is set aside after three tries: its chat goes on, and the operators are told once", async () => {
    const outbox = open(broken(() => true));
    await outbox.owe(1, codeOf("13"));
    await outbox.owe(1, codeOf("14"));
    for (let i = 0; i < 4; i += 1) {
      await outbox.round();
      await clock.advance(15_000);
    }
    expect(outbox.take()).toEqual([
      "1:code 13",
      "1:code 13",
      "1:code 13",
      "1:code 14",
      `${operatorChat}:message_set_aside`,
    ]);
    for (let i = 0; i < 20; i += 1) {
      await clock.advance(10 * 60_000);
      await outbox.round();
    }
    expect(await notices()).toEqual([
      {
        kind: "operator_notice",
        notice: "message_set_aside",
        params: { about: "order_code", message: expect.any(String), orderId: expect.any(String) },
      },
    ]);
  });

  it("is sent in the end when it can be made again", async () => {
    let isBroken = true;
    const outbox = open(broken(() => isBroken));
    await outbox.owe(1, codeOf("13"));
    for (let i = 0; i < 4; i += 1) {
      await outbox.round();
      await clock.advance(15_000);
    }
    isBroken = false;
    outbox.take();
    await clock.advance(10 * 60_000);
    await outbox.drain();
    expect(outbox.take()).toEqual(["1:code 13"]);
  });

  it("causes no notice when it is a notice itself", async () => {
    const outbox = open(() => {
      throw new Error("no such text");
    });
    await outbox.owe(operatorChat, "odd");
    for (let i = 0; i < 5; i += 1) {
      await outbox.round();
      await clock.advance(15_000);
    }
    expect(await notices()).toHaveLength(1);
  });

  it("is not what a database that was away looks like", async () => {
    let isAway = true;
    const outbox = open(() => {
      if (isAway) throw new Error("Connection terminated unexpectedly");
      return sent;
    });
    await outbox.owe(1, codeOf("1"));
    for (let i = 0; i < 6; i += 1) {
      await outbox.round();
      await clock.advance(15_000);
    }
    isAway = false;
    await outbox.drain();
    expect(outbox.take()).toHaveLength(7);
    expect(await notices()).toEqual([]);
  });
});

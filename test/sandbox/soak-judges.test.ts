import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collectEvidence } from "../../sandbox/soak/evidence.ts";
import { judgeLateSms } from "../../sandbox/soak/judge-late-sms.ts";
import { judgeMoney, judgeStars } from "../../sandbox/soak/judge-money.ts";
import { judgePeople } from "../../sandbox/soak/judge-people.ts";
import type { Violation } from "../../sandbox/soak/violation.ts";
import { createWitness, type Witness } from "../../sandbox/soak/witness.ts";
import { createEventHub, type EventHub } from "../../sandbox/telegram/events.ts";
import { type Buyers, createBuyers } from "../../src/buyers/buyers.ts";
import { setBan } from "../../src/buyers/people.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { adjust } from "../../src/wallet/wallet.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

const person = 5_000_001;
let database: TestDatabase;
let test: TestTopups;
let buyers: Buyers;
let telegram: EventHub;
let witness: Witness;

beforeEach(async () => {
  database = await createTestDatabase();
  await collectEvidence(database.db);
  test = await createTestTopups(database.db);
  buyers = createBuyers({ db: database.db, clock: test.clock });
  telegram = createEventHub();
  witness = createWitness({ telegram: { events: telegram }, providers: new Map() });
});
afterEach(() => database.close());

const promises = (violations: readonly Violation[]): string[] => violations.map(({ promise }) => promise);
const money = async (): Promise<string[]> =>
  promises([...(await judgeStars(database.db, witness)), ...(await judgeMoney(database.db, witness))]);
const people = async (): Promise<string[]> =>
  promises(await judgePeople(database.db, witness, test.clock.now()));

/** Telegram takes the Stars; the shop may look at Telegram's list. */
async function pay(chargeId: string, told: { payment: boolean }): Promise<string> {
  const { id } = await buyers.meet({ telegramId: person, language: "en" });
  telegram.emit({ type: "invoice_paid", userId: person, stars: 100, chargeId });
  if (told.payment) await list(chargeId, "in");
  return id;
}

async function refund(chargeId: string, told: { refund: boolean }): Promise<void> {
  telegram.emit({ type: "refunded", userId: person, stars: 100, chargeId });
  if (told.refund) await list(chargeId, "out");
}

async function list(id: string, direction: "in" | "out"): Promise<void> {
  const at = test.clock.now();
  test.stars.list.push({ id, stars: 100, telegramId: person, direction, payload: "", at });
  await test.topups.sweepStars();
}

async function spend(buyerId: string, amountMicros: bigint): Promise<void> {
  const why = { key: "spent", actor: "test", reason: "test", at: test.clock.now() };
  await inTransaction(database.db, (tx) => adjust(tx, { ...why, buyerId, amountMicros: -amountMicros }));
}

describe("the soak's judge of money", () => {
  it("is content with a payment and its refund", async () => {
    await pay("c1", { payment: true });
    expect(await money()).toEqual([]);
    await refund("c1", { refund: true });
    expect(await money()).toEqual([]);
  });

  it("finds a payment that was not credited", async () => {
    await pay("c1", { payment: false });
    expect(await money()).toContain("each payment is credited once");
  });

  it("finds a credit that nobody paid for", async () => {
    await pay("c1", { payment: true });
    witness = createWitness({ telegram: { events: telegram }, providers: new Map() });
    expect(await money()).toContain("only what was paid is credited");
  });

  it("finds a refund that was not booked, and one that never was", async () => {
    await pay("c1", { payment: true });
    await refund("c1", { refund: false });
    expect(await money()).toEqual([
      "a refund is booked",
      "a refund is booked once, and only a refund",
      "what people have is what they paid and did not spend",
    ]);
  });

  it("finds money that came from nowhere or went nowhere", async () => {
    await spend(await pay("c1", { payment: true }), 5_000n);
    expect(await money()).toEqual(["what people have is what they paid and did not spend"]);
  });

  it("finds a paid Crypto Pay invoice that was not credited", async () => {
    await buyers.meet({ telegramId: person, language: "en" });
    witness.invoices.set("7", { userId: person, amountMicros: 5_000_000n });
    expect(await money()).toContain("each payment is credited once");
  });

  it("finds a claim of which operators were told something else than what is stored", async () => {
    const { id: buyerId } = await buyers.meet({ telegramId: person, language: "en" });
    const input = { buyerId, chatId: person, amountMicros: 5_000_000n, resume: null };
    const begun = await test.topups.beginManual(input);
    if (begun.kind !== "begun") throw new Error("not begun");
    const { topupId } = begun.invoice;
    const proof = { topupId, buyerId, note: "receipt 1x1", fileId: null, fileUniqueId: null };
    const claimed = await test.topups.claimManual(proof);
    if (claimed.kind !== "begun") throw new Error("not claimed");
    const { claimId } = claimed.invoice;
    await test.topups.decideManual({
      claimId,
      operatorTelegramId: 1,
      approve: true,
      reason: null,
      updateId: null,
      authorise: async () => undefined,
    });
    witness.decisions.set("receipt 1x1", new Set(["approved"]));
    expect(await money()).toEqual([]);
    witness.decisions.set("receipt 1x1", new Set(["approved", "rejected"]));
    expect(await money()).toEqual(["a claim is decided once"]);
  });
});

describe("the soak's judge of people", () => {
  const ban = (reason: string | null) =>
    inTransaction(database.db, (tx) => setBan(tx, { telegramId: person, reason, at: test.clock.now() }));

  it("finds a ban that is not there, and one that was lifted, before and after a deletion", async () => {
    const { id } = await buyers.meet({ telegramId: person, language: "en" });
    witness.bans.set(person, true);
    expect(await people()).toEqual(["a ban holds until it is lifted"]);
    await ban("test");
    expect(await people()).toEqual([]);
    await buyers.forget(id);
    expect(await people()).toEqual([]);
    await sql`UPDATE forgotten_people SET banned_at = NULL`.execute(database.db);
    expect(await people()).toEqual(["a ban holds until it is lifted"]);
  });

  it("finds a debt that a deletion lost", async () => {
    const id = await pay("c1", { payment: true });
    await spend(id, 1_300_000n);
    await refund("c1", { refund: true });
    await buyers.forget(id);
    expect(await people()).toEqual([]);
    await sql`UPDATE forgotten_people SET debt_micros = debt_micros - 1`.execute(database.db);
    expect(await people()).toEqual(["a debt outlives a deletion"]);
  });

  it("finds what a deletion left behind", async () => {
    const id = await pay("c1", { payment: true });
    await buyers.forget(id);
    expect(await people()).toEqual([]);
    await sql`INSERT INTO conversation_states (key, state, updated_at) VALUES (${String(person)}, '{}', now())`.execute(
      database.db,
    );
    expect(await people()).toEqual(["a deletion leaves nothing personal"]);
  });
});

describe("the soak's judge of late SMS", () => {
  const order = {
    id: "o1",
    chatId: person,
    deletedAt: null,
    codes: ["7000001"],
    withheldCodes: ["7000001"],
    isLateCharged: false,
  };
  const paid = { ...order, withheldCodes: [], isLateCharged: true };
  const judged = (fact: typeof order, isShown: boolean): string[] =>
    promises(judgeLateSms([fact], { isShown: () => isShown }));

  it("is content with a code that is kept back, and with one that was paid for and shown", () => {
    expect(judged(order, false)).toEqual([]);
    expect(judged(paid, true)).toEqual([]);
  });

  it("finds a late code that was shown for nothing", () => {
    expect(judged(order, true)).toEqual(["a late code is free for nobody"]);
  });

  it("finds a late code that was paid for and not shown", () => {
    expect(judged(paid, false)).toEqual(["who pays for a late code has seen it"]);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TranscriptMessage } from "../../sandbox/telegram/index.ts";
import { act, at, encodePlace, type Place } from "../../src/bot/desk/place.ts";
import { newId, shortenId } from "../../src/core/ids.ts";
import { type BotShop, startBotShop } from "../support/bot.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDesk, ownerId, type TestDesk } from "../support/desk.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

const GROUP = -1_002_000_000_077;

let database: TestDatabase;
let desk: TestDesk;
let money: TestTopups;
let shop: BotShop;
let message: TranscriptMessage;

beforeAll(async () => {
  database = await createTestDatabase();
  money = await createTestTopups(database.db, { operatorChatIds: [ownerId] });
  desk = createTestDesk(database, createTestClock(), [ownerId], { topups: money.topups });
});
afterAll(() => database.close());

beforeEach(async () => {
  const { door, services } = desk;
  shop = await startBotShop(
    {},
    { desk: { door, staff: services.staff, searchPlace: null }, operatorsChat: GROUP },
  );
  shop.telegram.group({ id: GROUP });
  shop.telegram.user({ id: ownerId }).start();
  await shop.idle();
  await shop.bot.api.sendMessage(GROUP, "A receipt");
  const [sent] = shop.telegram.messages(GROUP);
  if (!sent) throw new Error("nothing was sent");
  message = sent;
});
afterEach(() => shop.close());

/** Taps a button of the group's message that leads to this place. */
async function tap(telegramId: number, place: Place | string) {
  const user = shop.telegram.user({ id: telegramId });
  const data = typeof place === "string" ? place : encodePlace(place);
  const result = await user.pressData(message, data);
  await shop.idle();
  return result.answer;
}
const privately = (id: number) => shop.telegram.messages(id).filter(({ from }) => from.isBot);
const untouched = () => {
  expect(shop.telegram.messages(GROUP)).toEqual([message]);
};

async function receipt(): Promise<string> {
  const { buyerId, telegramId } = await money.buyer();
  const begun = await money.topups.beginManual({
    buyerId,
    chatId: telegramId,
    amountMicros: 5_000_000n,
    resume: null,
  });
  if (begun.kind !== "begun") throw new Error("not begun");
  const { topupId } = begun.invoice;
  const note = `transfer ${newId()}`;
  const claimed = await money.topups.claimManual({
    topupId,
    buyerId,
    note,
    fileId: null,
    fileUniqueId: null,
  });
  if (claimed.kind !== "begun") throw new Error("not claimed");
  return shortenId(claimed.invoice.claimId);
}

describe("a tap in the operators' group", () => {
  it("opens what it leads to in the private chat of whoever tapped, and changes nothing in the group", async () => {
    await receipt();
    const answer = await tap(ownerId, at("q"));
    expect(answer?.text).toBe("I have opened it in our private chat.");
    expect(privately(ownerId).at(-1)?.text).toContain("Queue");
    untouched();
  });

  it("approves a receipt once, whoever taps and however often", async () => {
    const accountant = await desk.appoint("accountant");
    shop.telegram.user({ id: accountant }).start();
    await shop.idle();
    const short = await receipt();
    const answers = await Promise.all([
      tap(ownerId, act("q", "a", short)),
      tap(accountant, act("q", "a", short)),
      tap(ownerId, act("q", "a", short)),
    ]);
    const credited = await database.db
      .selectFrom("transfers")
      .select("id")
      .where("kind", "=", "topup")
      .where("created_at", ">=", money.clock.now())
      .execute();
    expect(credited).toHaveLength(1);
    expect(answers.filter((answer) => answer?.text === "Approved.")).not.toHaveLength(0);
    untouched();
  });

  it("by somebody who is no staff does nothing at all, and tells them nothing", async () => {
    const stranger = shop.telegram.user();
    stranger.start();
    await shop.idle();
    const before = privately(stranger.id).length;
    for (const place of [at("h"), at("q"), act("q", "a", await receipt()), at("g", "yesterday")]) {
      const answer = await tap(stranger.id, place);
      expect(answer).toEqual({ showAlert: false });
    }
    expect(privately(stranger.id)).toHaveLength(before);
    untouched();
  });

  it("by staff without the right for it is refused to them alone, and stands in the audit log", async () => {
    const support = await desk.appoint("support");
    shop.telegram.user({ id: support }).start();
    await shop.idle();
    const answer = await tap(support, act("q", "a", await receipt()));
    expect(answer?.text).toContain("Your role does not allow this.");
    expect(privately(support).at(-1)?.text).not.toContain("$5");
    untouched();
    const rows = await database.db
      .selectFrom("audit_log")
      .select("actor")
      .where("actor", "=", `operator:${support}`)
      .where("action", "=", "lacked the right")
      .execute();
    expect(rows.length).toBeGreaterThan(0);
  });

  it("by staff who have never opened the bot leads them to it", async () => {
    const accountant = await desk.appoint("accountant");
    const answer = await tap(accountant, at("q"));
    expect(answer?.url).toBe("https://t.me/numstore_bot?start=desk");
    untouched();
  });

  it("that asks for something typed is asked in the private chat, and answered there", async () => {
    const { buyerId } = await money.buyer();
    await money.topups.openDispute({ buyerId, text: "Where is my money?" });
    const { id } = await database.db.selectFrom("disputes").select("id").executeTakeFirstOrThrow();
    await tap(ownerId, act("q", "w", shortenId(id)));
    const owner = shop.telegram.user({ id: ownerId });
    await shop.press(owner, "Go on");
    await shop.say(owner, "It is on its way.");
    untouched();
    const owed = await database.db
      .selectFrom("outbox")
      .select("payload")
      .where("buyer_id", "=", buyerId)
      .execute();
    const drafted = privately(ownerId)
      .map(({ text }) => text)
      .join("\n");
    expect(`${JSON.stringify(owed)}${drafted}`).toContain("It is on its way.");
  });

  it("on a forged button, or on one of the shop's own, does nothing", async () => {
    for (const data of ["Dzz!zz:zz", "D", "1h", "x".repeat(64), "settings/0/0/0/"]) {
      expect(await tap(ownerId, data), data).toBeDefined();
    }
    untouched();
  });

  it("in another group is answered as ever: write privately", async () => {
    const other = shop.telegram.group();
    await shop.bot.api.sendMessage(other.id, "hello");
    const [sent] = shop.telegram.messages(other.id);
    const before = privately(ownerId).length;
    const owner = shop.telegram.user({ id: ownerId });
    const result = await owner.pressData(sent ?? 0, encodePlace(at("q")));
    expect(result.answer?.text).toBe("Message me privately.");
    expect(privately(ownerId)).toHaveLength(before);
  });
});

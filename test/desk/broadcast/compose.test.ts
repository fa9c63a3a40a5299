import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { act, at } from "../../../src/bot/desk/place.ts";
import { buttonUrl } from "../../../src/core/broadcasts.ts";
import { shortenId } from "../../../src/core/ids.ts";
import { type BroadcastWorld, createBroadcastWorld } from "../../support/broadcast.ts";
import { labels, otherOwnerId, ownerId } from "../../support/desk.ts";

let world: BroadcastWorld;
beforeAll(async () => {
  world = await createBroadcastWorld();
});
afterAll(() => world.close());
beforeEach(() => world.empty());

const list = at("bc");
const operatorChat = () => world.telegram.messages(ownerId).filter(({ from }) => from.isBot);

async function write(text: string, language: RegExp = /all other languages/): Promise<void> {
  await world.owner.open(at("bc", "v", shortenId((await world.last()).id)));
  await world.owner.press(/Texts/);
  await world.owner.press(language);
  await world.owner.type(text);
}

async function begin(): Promise<void> {
  await world.owner.open(list);
  await world.owner.press("+ New");
}

describe("a broadcast at the desk", () => {
  it("goes out in each reader's language, with picture and button, as the operator saw it", async () => {
    const [english, russian, arabic] = [
      await world.person(),
      await world.person({ language: "ru" }),
      await world.person({ language: "ar" }),
    ];
    await begin();
    await write("<b>New</b>: numbers from Chile");
    await write("<b>Новое</b>: номера Чили", /Русский/);
    await world.owner.press(/Picture/);
    const picture = world.telegram.user({ id: ownerId }).sendPhoto(new Uint8Array([1, 2, 3]));
    await world.owner.sendPhoto(picture.fileId ?? "");
    await world.owner.press(/Button/);
    await world.owner.type("Look\nb_wa_CL");
    const preview = operatorChat().findLast(({ text }) => text.startsWith("New"));
    await world.owner.press(/Send/);
    expect(world.owner.card.html).toContain("People: 3");
    await world.owner.press(/Confirm/);
    await world.owner.type("3");
    expect(world.owner.card.html).toContain("Started: 3 people.");
    await world.run();

    expect(world.got(english)).toEqual(["New: numbers from Chile"]);
    expect(world.got(russian)).toEqual(["Новое: номера Чили"]);
    // Without a text of its own: the one for all other languages, with a button in the reader's language.
    expect(world.got(arabic)).toEqual(["New: numbers from Chile"]);
    const seen = english.user.lastMessage();
    expect(seen?.fileId).toBe(picture.fileId);
    expect(seen?.entities).toEqual([{ type: "bold", offset: 0, length: 3 }]);
    expect(seen?.buttons.flat()[0]).toMatchObject({
      text: "Look",
      url: "https://t.me/numstore_bot?start=b_wa_CL",
    });
    for (const part of ["text", "entities", "buttons", "fileId"] as const)
      expect(preview?.[part], part).toEqual(seen?.[part]);
    expect(await world.last()).toMatchObject({ state: "done", planned: 3, sent: 3, blocked: 0, failed: 0 });
  });

  it("shows Telegram's own words about broken HTML, says what to do, and saves nothing", async () => {
    await begin();
    await write("<b>open");
    expect(world.owner.card.html).toMatch(
      /Nothing was saved.*can&#39;t parse|Nothing was saved.*can't parse entities/,
    );
    expect(world.owner.card.html).toContain("Close every tag");
    expect((await world.last()).content.texts).toEqual({});
    // The question is still open.
    await world.owner.type("<b>shut</b>");
    expect((await world.last()).content.texts).toEqual({ any: "<b>shut</b>" });
  });

  it("takes a text of 4096 characters, and under a picture of 1024", async () => {
    await begin();
    await write("x".repeat(4097));
    expect((await world.last()).content.texts).toEqual({});
    await write("x".repeat(4096));
    expect((await world.last()).content.texts.any).toHaveLength(4096);
    await world.owner.press(/Picture/);
    const picture = world.telegram.user({ id: ownerId }).sendPhoto(new Uint8Array([1]));
    await world.owner.sendPhoto(picture.fileId ?? "");
    expect(world.owner.card.html).toContain("1,024 characters");
    expect((await world.last()).content.photoFileId).toBeNull();
    await write(`<b>${"x".repeat(1024)}</b>`);
    await world.owner.press(/Picture/);
    await world.owner.sendPhoto(picture.fileId ?? "");
    expect((await world.last()).content.photoFileId).toBe(picture.fileId);
  });

  it("saves nothing while Telegram does not answer", async () => {
    await begin();
    world.telegram.faults.add({
      method: "sendMessage",
      action: { kind: "status", status: 500, description: "down" },
    });
    await write("Hello");
    expect(world.owner.card.html).toContain("Nothing was saved");
    expect((await world.last()).content.texts).toEqual({});
  });

  it("a button leads to a page or to Telegram, and nowhere else", () => {
    expect(buttonUrl("https://example.com/a?b=1", "bot")).toBe("https://example.com/a?b=1");
    expect(buttonUrl("http://example.com", "bot")).toBe("http://example.com/");
    expect(buttonUrl("t.me/shop", "bot")).toBe("https://t.me/shop");
    expect(buttonUrl("b_wa_GB", "bot")).toBe("https://t.me/bot?start=b_wa_GB");
    for (const bad of [
      "javascript:alert(1)",
      "tg://user?id=1",
      "ftp://example.com",
      "https://user:pass@example.com",
      "https://localhost",
      "https://exa mple.com",
      "",
      "two words",
    ])
      expect(buttonUrl(bad, "bot"), bad).toBeUndefined();
  });

  it("cannot be started while some readers would have no text, or for nobody", async () => {
    await world.person({ language: "ru" });
    await begin();
    expect(labels(world.owner.card)).not.toContain("Send");
    await write("Привет", /Русский/);
    expect(labels(world.owner.card)).not.toContain("Send");
    expect(world.owner.card.html).toContain("Some readers have no text");
    await world.owner.press(/For whom/);
    await world.owner.press("ru");
    expect(world.owner.card.html).toContain("1 people now");
    await world.owner.press(/Never bought/);
    await world.owner.open(at("bc", "v", shortenId((await world.last()).id)));
    expect(labels(world.owner.card)).toContain("Send");
    await world.owner.press(/For whom/);
    await world.owner.press(/Bought in the last 7 days/);
    await world.owner.open(act("bc", "s", shortenId((await world.last()).id)));
    expect(world.owner.card.html).toContain("it is for nobody");
  });

  it("is not started by a wrong count, nor by whoever may only write drafts", async () => {
    await world.people(2);
    const support = world.desk.operator(await world.desk.appoint("support"));
    world.telegram.user({ id: support.telegramId }).start();
    await support.open(list);
    await support.press("+ New");
    await support.press(/Texts/);
    await support.press(/all other languages/);
    await support.type("Hello");
    expect(labels(support.card)).not.toContain("Send");
    const { id } = await world.last();
    await support.open(act("bc", "s", shortenId(id)));
    expect(support.card.html).toContain("Your role does not allow this.");
    await world.owner.open(act("bc", "s", shortenId(id)));
    await world.owner.press(/Confirm/);
    await world.owner.type("3");
    expect(world.owner.card.html).toContain("Nothing was done");
    expect((await world.last()).state).toBe("draft");
  });

  it("is started as it was looked at: not after another operator changed it, and not twice", async () => {
    await world.people(2);
    await begin();
    await write("Hello");
    const short = shortenId((await world.last()).id);
    const other = world.desk.operator(otherOwnerId);
    world.telegram.user({ id: otherOwnerId }).start();
    await world.owner.open(act("bc", "s", short));
    await world.owner.press(/Confirm/);
    await other.open(act("bc", "t", short, "any"));
    await other.type("Something else");
    await world.owner.type("2");
    expect(world.owner.card.html).toContain("Something has changed");

    for (const operator of [world.owner, other]) {
      await operator.open(act("bc", "s", short));
      await operator.press(/Confirm/);
    }
    await Promise.all([world.owner.type("2"), other.type("2")]);
    const started = await world.db
      .selectFrom("audit_log")
      .select("id")
      .where("action", "=", "broadcast started")
      .execute();
    await world.run();
    expect(await world.last()).toMatchObject({ state: "done", sent: 2 });
    expect(started.length).toBeGreaterThan(0);
    const ofThis = await world.db
      .selectFrom("audit_log")
      .select("id")
      .where("action", "=", "broadcast started")
      .where("subject", "=", (await world.last()).id)
      .execute();
    expect(ofThis).toHaveLength(1);
    // What runs or has ended is no draft any more.
    await world.owner.open(act("bc", "px", short));
    expect(world.owner.card.html).toContain("Not possible as it stands");
    await world.owner.open(act("bc", "dx", short));
    expect(world.owner.card.html).toContain("no such thing");
  });

  it("two operators who write at the same moment do not overwrite each other", async () => {
    await begin();
    const short = shortenId((await world.last()).id);
    const other = world.desk.operator(otherOwnerId);
    world.telegram.user({ id: otherOwnerId }).start();
    await world.owner.open(act("bc", "t", short, "any"));
    await other.open(act("bc", "t", short, "any"));
    await Promise.all([world.owner.type("mine"), other.type("theirs")]);
    const cards = [world.owner.card.html, other.card.html];
    const saved = (await world.last()).content.texts.any;
    const refused = cards.filter((html) => html.includes("Something has changed"));
    // One after the other is no trouble; at the same moment one of them is told.
    expect((await world.last()).version).toBe(3 - refused.length);
    expect(["mine", "theirs"]).toContain(saved);
  });

  it("forged buttons do nothing: other people's ids, ids of nothing, words that no button has", async () => {
    const stranger = world.desk.operator(42);
    expect(await stranger.open(list)).toBeUndefined();
    expect(await stranger.open(act("bc", "n"))).toBeUndefined();
    const nothing = shortenId("00000000-0000-7000-8000-000000000000");
    for (const name of ["s", "h", "g", "x", "k", "e", "t", "tx", "p", "px", "b", "bx", "w", "r", "dx"]) {
      for (const arg of [nothing, "~", "x".repeat(22)]) {
        const reply = await world.owner.open(act("bc", name, arg, "zz"));
        expect(reply, `${name} ${arg}`).toBeDefined();
      }
    }
    expect(await world.desk.services.broadcasts.list({ limit: 9, offset: 0 })).toEqual([]);
    await begin();
    await world.owner.open(act("bc", "w", shortenId((await world.last()).id), "everybody"));
    expect((await world.last()).audience).toEqual({ segment: "all", language: null });
  });

  it("everything that is done to it stands in the audit log, without its words", async () => {
    await world.people(1);
    await world.start("Secret words");
    const { id } = await world.last();
    await world.run();
    const rows = await world.db
      .selectFrom("audit_log")
      .selectAll()
      .where("subject", "=", id)
      .orderBy("at")
      .orderBy("id")
      .execute();
    expect(rows.map(({ action }) => action)).toEqual([
      "broadcast begun",
      "broadcast changed",
      "broadcast started",
    ]);
    expect(JSON.stringify(rows.map(({ before, after }) => [before, after]))).not.toContain("Secret");
    expect(rows[2]?.after).toMatchObject({ people: 1, segment: "all" });
  });
});

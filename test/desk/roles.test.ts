import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { act, at } from "../../src/bot/desk/place.ts";
import { hasRight, type Right, type Role } from "../../src/core/staff.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDesk, type TestDesk } from "../support/desk.ts";

/*
 * Every screen of the desk and each of its actions, as every kind of person. Generated from the list of screens: a new
 * screen is tried without a line here.
 */
const people = ["owner", "support", "accountant", "removed", "buyer"] as const;
const clock = createTestClock();
let database: TestDatabase;
let desk: TestDesk;

beforeAll(async () => {
  database = await createTestDatabase();
  desk = createTestDesk(database, clock);
});
afterAll(() => database.close());

const refused = "Your role does not allow this.";
const mayUse = (person: (typeof people)[number], right: Right): boolean =>
  person !== "removed" && person !== "buyer" && hasRight(person satisfies Role, right);

describe.each(people)("as %s", (person) => {
  it("every screen opens for whom it is meant, and for nobody else", async () => {
    const telegramId = await desk.person(person);
    for (const screen of desk.screens) {
      const reply = await desk.operator(telegramId).open(at(screen.id));
      if (person === "removed" || person === "buyer") expect(reply, screen.id).toBeUndefined();
      else if (reply?.kind !== "card") expect.unreachable(`${screen.id} shows no card`);
      else if (mayUse(person, screen.right)) expect(reply.card.html, screen.id).not.toContain(refused);
      else expect(reply.card.html, screen.id).toContain(refused);
    }
  });

  it("every action is done for whom it is meant, and for nobody else", async () => {
    for (const screen of desk.screens) {
      for (const [name, action] of Object.entries(screen.actions ?? {})) {
        // A person each: whoever asks too often for what they may not is told to the owners.
        const telegramId = await desk.person(person);
        const typed = action.takes === "text" ? { text: "7", photoFileId: null, forwardedFrom: null } : null;
        const reply = await desk.door.knock({
          telegramId,
          place: act(screen.id, name),
          updateId: 1,
          typed,
          botName: "bot",
        });
        const where = `${screen.id}!${name}`;
        if (person === "removed" || person === "buyer") expect(reply, where).toBeUndefined();
        else if (mayUse(person, action.right)) expect(textOf(reply), where).not.toContain(refused);
        else expect(textOf(reply), where).toContain(refused);
      }
    }
  });

  it("no button takes what has to be typed, and nothing typed presses a button", async () => {
    const telegramId = await desk.person(person);
    for (const screen of desk.screens) {
      for (const [name, action] of Object.entries(screen.actions ?? {})) {
        const typed = action.takes === "tap" ? { text: "7", photoFileId: null, forwardedFrom: null } : null;
        const reply = await desk.door.knock({
          telegramId,
          place: act(screen.id, name),
          updateId: 1,
          typed,
          botName: "bot",
        });
        if (reply) expect(textOf(reply)).toContain("out of date");
        else expect(["removed", "buyer"]).toContain(person);
      }
    }
  });
});

it("screens and actions have ids that no other has, and a right", () => {
  const ids = desk.screens.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids[0]).toBe("h");
});

function textOf(reply: Awaited<ReturnType<TestDesk["door"]["knock"]>>): string {
  return reply && reply.kind !== "file" ? reply.card.html : "";
}

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { createAuthenticator } from "../../src/reseller/authenticate.ts";
import { createApiKeys, type MadeKey } from "../../src/reseller/keys.ts";
import { createGuessGuard } from "../../src/reseller/limits.ts";
import { createWebhookNetwork } from "../../src/reseller/webhooks/network.ts";
import { createWebhooks } from "../../src/reseller/webhooks/webhooks.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
let database: TestDatabase;
let people = 870_000;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** Keys and the door that asks for them, as two processes would have them. */
async function setUp() {
  const { db } = database;
  const clock = createTestClock();
  const logger = createTestLogger();
  const guard = createGuessGuard(clock);
  const door = createAuthenticator({ db, clock, logger, guard, onWrongKey: () => undefined });
  const webhooks = createWebhooks({
    db,
    clock,
    network: createWebhookNetwork(),
    signingKey: () => Buffer.alloc(32),
    onCall: () => undefined,
  });
  const keys = createApiKeys({ db, clock, webhooks, termsVersion: 1, onChange: door.forget });
  const { id: buyerId } = await upsertBuyer(db, {
    telegramId: ++people,
    languageCode: "en",
    at: clock.now(),
  });
  await keys.acceptTerms(buyerId);
  const isLetIn = async (text: string, address: string | null = "203.0.113.7") =>
    (await door.authenticate({ keys: [text], address, client: null })).kind === "known";
  return { clock, keys, buyerId, isLetIn };
}

let shop: Awaited<ReturnType<typeof setUp>>;
beforeEach(async () => {
  shop = await setUp();
});

function made(result: MadeKey): Extract<MadeKey, { kind: "made" }> {
  if (result.kind !== "made") throw new Error(result.kind);
  return result;
}

it("a key that is replaced works beside the new one for a day, to the second, and then never again", async () => {
  const { clock, keys, buyerId, isLetIn } = shop;
  const old = made(await keys.create(buyerId, "tool"));
  const next = made(await keys.rotate(buyerId, old.key.id));
  expect(next.key.name).toBe("tool");
  await clock.advance(DAY_MS - 1_000);
  expect([await isLetIn(old.text), await isLetIn(next.text)]).toEqual([true, true]);
  await clock.advance(1_000);
  expect([await isLetIn(old.text), await isLetIn(next.text)]).toEqual([false, true]);
  expect((await keys.list(buyerId)).map(({ id }) => id)).toEqual([next.key.id]);
});

it("a key that was replaced is not replaced again, and one that is revoked is over at once", async () => {
  const { keys, buyerId, isLetIn } = shop;
  const old = made(await keys.create(buyerId, "tool"));
  const next = made(await keys.rotate(buyerId, old.key.id));
  expect((await keys.rotate(buyerId, old.key.id)).kind).toBe("not_found");
  expect(await isLetIn(old.text)).toBe(true);
  expect(await keys.revoke(buyerId, old.key.id)).toBe(true);
  expect([await isLetIn(old.text), await isLetIn(next.text)]).toEqual([false, true]);
});

it("a key with a list of addresses counts from there alone, and nowhere while the address is not known", async () => {
  const { keys, buyerId, isLetIn } = shop;
  const { text, key } = made(await keys.create(buyerId, "tool"));
  await keys.change(buyerId, key.id, { cidrs: ["10.0.0.0/8", "2001:db8::/32"] });
  expect(await isLetIn(text, "10.1.2.3")).toBe(true);
  expect(await isLetIn(text, "2001:db8::7")).toBe(true);
  expect(await isLetIn(text, "::ffff:10.1.2.3")).toBe(true);
  expect(await isLetIn(text, "203.0.113.7")).toBe(false);
  expect(await isLetIn(text, null)).toBe(false);
});

it("a right key is let in however many wrong ones came from its address before", async () => {
  const { keys, buyerId, isLetIn } = shop;
  const { text } = made(await keys.create(buyerId, "tool"));
  const wrong = `${text.slice(0, -5)}${text.at(-5) === "A" ? "B" : "A"}${text.slice(-4)}`;
  for (let count = 0; count < 150; count += 1) expect(await isLetIn(wrong)).toBe(false);
  expect(await isLetIn(text)).toBe(true);
});

import { afterAll, beforeAll, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { encodeAction } from "../../src/bot/callback-data.ts";
import { banBuyer } from "../../src/db/queries/buyers.ts";
import { errors } from "../../src/texts/en/errors.ts";
import { reseller as texts } from "../../src/texts/en/reseller.ts";
import { type ResellerWorld, startResellerWorld, type TestReseller } from "../support/reseller-world.ts";

/** An address that may be set. Nothing is owed to it while it is. */
const PUBLIC = "https://93.184.216.34/hook";

let world: ResellerWorld;
beforeAll(async () => {
  world = await startResellerWorld();
});
afterAll(() => world.close());

interface Person extends TestReseller {
  readonly user: PretendUser;
}

/** A buyer with a key, in the chat. */
async function newPerson(): Promise<Person> {
  const reseller = await world.newReseller();
  const user = world.world.telegram.user({ id: reseller.telegramId, languageCode: "en" });
  user.start();
  await expect.poll(() => textsOf(user)).not.toEqual([]);
  return { ...reseller, user };
}

const textsOf = (user: PretendUser): string[] =>
  user.messages().flatMap(({ from, text }) => (from.isBot ? [text] : []));
const reads = (user: PretendUser, what: string | RegExp) =>
  expect
    .poll(() => textsOf(user).join("\n---\n"), { timeout: 5_000 })
    .toMatch(typeof what === "string" ? plain(what) : what);
/** A text as a person reads it: without its markup. */
const plain = (html: string): RegExp =>
  new RegExp(html.replaceAll(/<[^>]+>/g, "").replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));

const hookOf = async ({ keyId }: TestReseller) =>
  await world.database.db
    .selectFrom("api_webhooks")
    .selectAll()
    .where("chain_id", "=", keyId)
    .executeTakeFirst();
const owedTo = ({ keyId }: TestReseller) =>
  world.database.db.selectFrom("webhook_deliveries").select("kind").where("chain_id", "=", keyId).execute();

async function setHook({ user, keyId }: Person): Promise<string> {
  user.send(`/api ${keyId} webhook ${PUBLIC}`);
  await reads(user, texts.messages.apiHookSecret);
  const secret = /whsec_[A-Za-z0-9+/=]+/.exec(textsOf(user).join("\n"))?.[0];
  if (secret === undefined) throw new Error("no secret was shown");
  return secret;
}

async function tap(user: PretendUser, kind: "apiKey" | "apiHookTest", keyId: string): Promise<void> {
  const message = user.messages().findLast(({ from }) => from.isBot);
  if (!message) throw new Error("the chat is empty");
  await user.pressData(message, encodeAction({ kind, keyId }));
}

it("an address that is typed is set; its secret is shown once, removed in a minute, stored nowhere and never logged", async () => {
  const person = await newPerson();
  const { user, keyId } = person;
  const secret = await setHook(person);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect((await hookOf(person))?.url).toBe(PUBLIC);
  await reads(user, `Webhook: ${PUBLIC}`);
  world.clock.setSpeed(600);
  await expect.poll(() => textsOf(user).join(), { timeout: 10_000 }).not.toContain(secret);
  world.clock.setSpeed(1);
  await tap(user, "apiKey", keyId);
  await reads(user, `Webhook: ${PUBLIC}`);
  const bare = secret.slice("whsec_".length);
  const shown = world.world.telegram
    .calls()
    .filter(({ params }) => JSON.stringify(params).includes(bare))
    .map(({ method }) => method);
  expect(shown).toEqual(["sendMessage"]);
  expect(JSON.stringify(world.logger.lines)).not.toContain(bare);
  expect(JSON.stringify(await hookOf(person))).not.toContain(bare);
});

it("setting the address again makes another secret, and “-” takes the webhook away", async () => {
  const person = await newPerson();
  const { user, keyId } = person;
  const first = await setHook(person);
  user.send(`/api ${keyId} webhook ${PUBLIC}`);
  await expect
    .poll(
      () =>
        new Set(
          textsOf(user)
            .join("\n")
            .match(/whsec_\S+/g),
        ).size,
      { timeout: 5_000 },
    )
    .toBe(2);
  expect(textsOf(user).join("\n")).toContain(first);
  user.send(`/api ${keyId} webhook -`);
  await expect.poll(() => hookOf(person)).toBeUndefined();
  await expect.poll(() => textsOf(user).filter((text) => text.includes("Webhook: "))).toEqual([]);
});

it.each([
  "",
  "http://93.184.216.34/",
  "https://127.0.0.1/hook",
  "https://a:b@93.184.216.34/",
  "nonsense",
  "https://",
])("the address “%s” is refused in a sentence, and the one before stays", async (address) => {
  const person = await newPerson();
  await setHook(person);
  const before = await hookOf(person);
  person.user.send(`/api ${person.keyId} webhook ${address}`);
  await reads(person.user, texts.messages.apiHookRefused);
  expect(await hookOf(person)).toEqual(before);
});

it("the test button makes one call, and the key's card shows what came of it", async () => {
  const person = await newPerson();
  const { user, keyId } = person;
  await setHook(person);
  await reads(user, `Webhook: ${PUBLIC}`);
  // Never called: it is an address of this machine by now.
  await world.database.db
    .updateTable("api_webhooks")
    .set({ url: "https://127.0.0.1/hook" })
    .where("chain_id", "=", keyId)
    .execute();
  await tap(user, "apiHookTest", keyId);
  await reads(user, texts.messages.apiHookSent);
  await expect.poll(async () => (await hookOf(person))?.last_result).toBe("forbidden address");
  expect(await owedTo(person)).toEqual([]);
  await tap(user, "apiKey", keyId);
  await reads(user, /last call: .+ · forbidden address/);
});

it("the test button of an old card calls nothing and promises nothing once the webhook is off", async () => {
  const person = await newPerson();
  const { user, keyId } = person;
  await setHook(person);
  const row = { off_at: world.clock.now() };
  await world.database.db.updateTable("api_webhooks").set(row).where("chain_id", "=", keyId).execute();
  await tap(user, "apiHookTest", keyId);
  await reads(user, /off after a day of failures/);
  expect(textsOf(user).join()).not.toMatch(plain(texts.messages.apiHookSent));
  expect(await owedTo(person)).toEqual([]);
});

it("the id of another buyer's key changes nothing, tells nothing and calls nobody, typed or in a forged button", async () => {
  const victim = await newPerson();
  await setHook(victim);
  const before = await hookOf(victim);
  const { user } = await newPerson();
  for (const address of ["https://93.184.216.35/mine", "-"]) {
    const count = textsOf(user).length;
    user.send(`/api ${victim.keyId} webhook ${address}`);
    await reads(user, texts.messages.apiNotUnderstood);
    await expect.poll(() => textsOf(user).length).toBeGreaterThanOrEqual(count);
  }
  await tap(user, "apiKey", victim.keyId);
  await reads(user, "Keys: 1 of 5");
  await tap(user, "apiHookTest", victim.keyId);
  await world.sped(() => world.clock.sleep(3_000));
  expect(textsOf(user).join()).not.toContain(PUBLIC);
  expect(textsOf(user).join()).not.toMatch(plain(texts.messages.apiHookSent));
  expect(await hookOf(victim)).toEqual(before);
});

it("a banned buyer sets, removes and tests no webhook", async () => {
  const person = await newPerson();
  const { user, keyId, buyerId } = person;
  await setHook(person);
  const before = await hookOf(person);
  await banBuyer(world.database.db, buyerId, "test", world.clock.now());
  user.send(`/api ${keyId} webhook https://93.184.216.35/mine`);
  user.send(`/api ${keyId} webhook -`);
  await tap(user, "apiHookTest", keyId);
  user.send("/api");
  await expect
    .poll(() => textsOf(user).filter((text) => plain(errors.buyer_banned).test(text)).length)
    .toBe(3);
  expect(await hookOf(person)).toEqual(before);
  expect(await owedTo(person)).toEqual([]);
});

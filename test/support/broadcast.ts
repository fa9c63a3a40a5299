import {
  type PretendTelegram,
  type PretendUser,
  startPretendTelegram,
} from "../../sandbox/telegram/index.ts";
import { createShowBroadcast } from "../../src/bot/outbox/broadcast.ts";
import { createOutboxSender } from "../../src/bot/outbox/send.ts";
import { createTelegramApi } from "../../src/bot/telegram-api.ts";
import { createBuyers } from "../../src/buyers/buyers.ts";
import type { Checkpoint } from "../../src/core/checkpoint.ts";
import { newId } from "../../src/core/ids.ts";
import type { Database } from "../../src/db/client.ts";
import { selectBroadcast } from "../../src/db/queries/broadcasts.ts";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { feedBroadcasts } from "../../src/desk/broadcast/feed.ts";
import { languages } from "../../src/texts/index.ts";
import { createOutboxWorker, type OutboxWorker } from "../../src/workers/outbox-worker.ts";
import { createFakeCatalog, createFakeOrders } from "./bot-fakes.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { createTestDesk, type Operator, ownerId, type TestDesk } from "./desk.ts";
import { createTestLogger } from "./logger.ts";
import { emptyOutbox, noLimits } from "./owed-messages.ts";

export interface Reader {
  readonly id: string;
  readonly user: PretendUser;
}

/** A desk, an outbox and a feeder on a real database, and a pretend Telegram with people. */
export interface BroadcastWorld {
  readonly database: TestDatabase;
  readonly db: Database;
  readonly clock: TestClock;
  readonly telegram: PretendTelegram;
  readonly desk: TestDesk;
  /** An owner who has opened the chat. */
  readonly owner: Operator;
  /** Forgets people, broadcasts and messages. */
  empty(): Promise<void>;
  person(options?: { language?: string; madeAgoMs?: number }): Promise<Reader>;
  people(count: number): Promise<Reader[]>;
  /** Somebody bought, and a code arrived, so many days ago. */
  bought(reader: Reader, daysAgo: number): Promise<void>;
  /** A process that sends: all that is lost with it is in here. */
  worker(options?: { db?: Database; checkpoint?: Checkpoint }): OutboxWorker;
  feed(db?: Database): ReturnType<typeof feedBroadcasts>;
  /** Feeds and sends until nothing moves any more. */
  run(): Promise<void>;
  /** What this person got from the bot, oldest first. */
  got(reader: Reader): string[];
  /** The broadcast that was made last. */
  last(): Promise<NonNullable<Awaited<ReturnType<typeof selectBroadcast>>>>;
  /** Writes a text for all languages and starts it, by the taps of the owner. */
  start(text?: string): Promise<void>;
  close(): Promise<void>;
}

export async function createBroadcastWorld(): Promise<BroadcastWorld> {
  const database = await createTestDatabase();
  const { db } = database;
  const clock = createTestClock();
  const telegram = await startPretendTelegram({ clock });
  const { token, apiRoot } = telegram;
  const api = createTelegramApi({ token, apiRoot, clock, waitsForFloods: false });
  const desk = createTestDesk(database, clock, undefined, { showBroadcast: createShowBroadcast(api) });
  const owner = desk.operator(ownerId);
  telegram.user({ id: ownerId }).start();
  const catalog = createFakeCatalog(clock);
  const logger = createTestLogger();

  const worker: BroadcastWorld["worker"] = (options = {}) =>
    createOutboxWorker({
      db: options.db ?? db,
      clock,
      logger,
      limits: noLimits,
      operatorChatIds: [ownerId],
      ...(options.checkpoint && { checkpoint: options.checkpoint }),
      send: createOutboxSender({
        api,
        clock,
        logger,
        catalog: catalog.catalog,
        orders: createFakeOrders(clock, catalog.state.quotes).orders,
        buyers: createBuyers({ db: options.db ?? db, clock }),
        cardHashes: { get: async () => null, set: async () => undefined },
        claims: { load: async () => undefined },
        disputes: { load: async () => undefined },
        dailyReport: desk.services.dailyReport,
        operatorsGroup: null,
        broadcasts: { find: (id) => selectBroadcast(options.db ?? db, id) },
      }),
    });
  const sender = worker();
  const feed: BroadcastWorld["feed"] = (through = db) =>
    feedBroadcasts({
      db: through,
      clock,
      languages: languages.map(({ language }) => language),
      onMessages: () => undefined,
    });
  const last: BroadcastWorld["last"] = async () => {
    const [row] = await desk.services.broadcasts.list({ limit: 1, offset: 0 });
    if (!row) throw new Error("there is no broadcast");
    return row;
  };
  const person: BroadcastWorld["person"] = async ({ language = "en", madeAgoMs = 60_000 } = {}) => {
    const user = telegram.user({ languageCode: language });
    user.start();
    const at = new Date(clock.now().getTime() - madeAgoMs);
    const { id } = await upsertBuyer(db, { telegramId: user.id, languageCode: language, at });
    return { id, user };
  };
  const run: BroadcastWorld["run"] = async () => {
    for (let quiet = 0; quiet < 2; ) {
      await clock.advance(1_000);
      const isBusy = (await feed()) === "more";
      const sent = await sender.step();
      await sender.settled();
      quiet = isBusy || sent > 0 ? 0 : quiet + 1;
    }
  };
  return {
    database,
    db,
    clock,
    telegram,
    desk,
    owner,
    worker,
    feed,
    run,
    last,
    person,
    async empty() {
      await emptyOutbox(db);
      await db.deleteFrom("broadcast_recipients").execute();
      await db.deleteFrom("broadcasts").execute();
      await db
        .updateTable("buyers")
        .set({ banned_at: new Date(0) })
        .execute();
    },
    async people(count) {
      const made: Reader[] = [];
      for (let index = 0; index < count; index += 1) made.push(await person());
      return made;
    },
    bought: (reader, daysAgo) =>
      insertBought(db, reader, new Date(clock.now().getTime() - daysAgo * 86_400_000)),
    got: ({ user }) =>
      user
        .messages()
        .filter(({ from }) => from.isBot)
        .map(({ text }) => text),
    async start(text = "Hello") {
      await owner.open({ screen: "bc", action: null, args: [] });
      await owner.press("+ New");
      await owner.press(/Texts/);
      await owner.press(/all other languages/);
      await owner.type(text);
      await owner.press(/Send/);
      await owner.press(/Confirm/);
      const [, count = ""] = /type <b>(\d+)<\/b>/.exec(owner.card.html) ?? [];
      await owner.type(count);
    },
    async close() {
      await telegram.close();
      await database.close();
    },
  };
}

let numbers = 1;

async function insertBought(db: Database, { id }: Reader, at: Date): Promise<void> {
  await db
    .insertInto("orders")
    .values({
      id: newId(),
      buyer_id: id,
      quote_id: newId(),
      service_id: "wa",
      country_id: "GB",
      state: "finished",
      price_micros: 390_000n,
      cost_ceiling_micros: 370_000n,
      provider: "alpha",
      upstream_id: `bought-${numbers++}`,
      phone: `+4477${String(numbers).padStart(8, "0")}`,
      placed_at: at,
      rented_at: at,
      received_at: at,
      closed_at: at,
      chat_id: 1n,
    })
    .execute();
}

import { performance } from "node:perf_hooks";
import process from "node:process";
import { sql } from "kysely";
import { type PretendTelegram, realLimits, startPretendTelegram } from "../sandbox/telegram/index.ts";
import { createShowBroadcast } from "../src/bot/outbox/broadcast.ts";
import { createTelegramApi } from "../src/bot/telegram-api.ts";
import { floodWaitMs } from "../src/bot/telegram-errors.ts";
import { systemClock } from "../src/core/clock.ts";
import { newId } from "../src/core/ids.ts";
import type { OutboxMessage, OwedMessage, SendOutcome } from "../src/core/messages.ts";
import type { Database } from "../src/db/client.ts";
import { insertBroadcast, selectBroadcast, startBroadcast } from "../src/db/queries/broadcasts.ts";
import { enqueue } from "../src/db/queries/outbox.ts";
import { inTransaction } from "../src/db/transaction.ts";
import { FEED_EVERY_MS, feedBroadcasts } from "../src/desk/broadcast/feed.ts";
import { createLoop } from "../src/workers/loop.ts";
import { createOutboxWorker, type OutboxWorker } from "../src/workers/outbox-worker.ts";
import type { Bench, BenchContext } from "./support/bench.ts";
import { createCountingLogger } from "./support/logger.ts";
import { busiest, maximum, median, percentile } from "./support/statistics.ts";

const PEOPLE = Number(process.env.BENCH_BROADCAST_PEOPLE ?? 10_000);
const CODE_CHATS = 500;
const QUIET_CODES = 40;
const CODE_EVERY_MS = 1_000;
const OPERATOR = 1;

export const broadcast: Bench = {
  name: "broadcast",
  about: "a broadcast to 10,000 people under Telegram's limits, and codes meanwhile",
  async run(context) {
    const scene = await startScene(context);
    try {
      const quietMs: number[] = [];
      for (let index = 0; index < QUIET_CODES; index += 1) quietMs.push(await codeDelay(scene));
      scene.everyMs.length = 0;
      const begunAtMs = performance.now();
      const id = await begin(scene.db);
      const besideMs: number[] = [];
      let row = await selectBroadcast(scene.db, id);
      while (row?.state === "running") {
        besideMs.push(await codeDelay(scene));
        row = await selectBroadcast(scene.db, id);
      }
      const tookSeconds = (performance.now() - begunAtMs) / 1000;
      const refused = scene.telegram.calls("sendMessage").filter(({ status }) => status === 429).length;
      context.table(
        "a broadcast at a pretend Telegram with its real limits",
        ["people", "sent", "seconds", "per s", "all messages per s", "most in 1 s", "429"],
        [
          [
            PEOPLE,
            row?.sent ?? 0,
            tookSeconds,
            (row?.sent ?? 0) / tookSeconds,
            scene.everyMs.length / tookSeconds,
            busiest(scene.everyMs, 1000),
            refused,
          ],
        ],
      );
      context.table(
        "a code, from its commit to its chat, seconds (goal: at most 0.5 more beside a broadcast)",
        ["", "codes", "p50", "p95", "p99", "max"],
        [delays("nothing else", quietMs), delays("beside the broadcast", besideMs)],
      );
    } finally {
      await scene.close();
    }
  },
};

function delays(name: string, tookMs: readonly number[]) {
  const seconds = [median(tookMs), percentile(tookMs, 95), percentile(tookMs, 99), maximum(tookMs)].map(
    (ms) => ms / 1000,
  );
  return [name, tookMs.length, ...seconds];
}

interface Scene {
  readonly db: Database;
  readonly telegram: PretendTelegram;
  readonly worker: OutboxWorker;
  readonly everyMs: number[];
  /** The next chat for a code: each waits for its own limits only. */
  codeChat: number;
  close(): Promise<void>;
}

/** The feeder and the sender as the shop runs them, beside a pretend Telegram in the same process. */
async function startScene(context: BenchContext): Promise<Scene> {
  const { db } = await context.database();
  const telegram = await startPretendTelegram({ clock: systemClock, limits: realLimits });
  for (let chatId = 1; chatId <= PEOPLE + CODE_CHATS; chatId += 1) telegram.user({ id: chatId }).start();
  await insertPeople(db);
  const everyMs: number[] = [];
  telegram.events.subscribe((event) => {
    if (event.type === "message_sent" && event.message.from.isBot) everyMs.push(performance.now());
  });
  const logger = createCountingLogger();
  const { token, apiRoot } = telegram;
  const api = createTelegramApi({ token, apiRoot, clock: systemClock, waitsForFloods: false });
  const worker = createOutboxWorker({
    db,
    clock: systemClock,
    logger,
    operatorChatIds: [],
    send: createSend(db, api),
  });
  const feeder = createLoop({
    name: "broadcasts",
    everyMs: FEED_EVERY_MS.underWay,
    run: async () =>
      (await feedBroadcasts({ db, clock: systemClock, languages: ["en"], onMessages: worker.wake })) ===
      "more"
        ? "again"
        : "idle",
    clock: systemClock,
    logger,
  });
  worker.start();
  feeder.start();
  return {
    db,
    telegram,
    worker,
    everyMs,
    codeChat: PEOPLE + 1,
    async close() {
      await Promise.all([worker.stop(), feeder.stop()]);
      await telegram.close();
    },
  };
}

/** A broadcast is read and written as in the shop; a code has short words, because there are no orders here. */
function createSend(db: Database, api: ReturnType<typeof createTelegramApi>) {
  const show = createShowBroadcast(api);
  return async ({ chatId, message }: OwedMessage): Promise<SendOutcome> => {
    try {
      if (message.kind !== "broadcast") {
        await api.sendMessage(chatId, "code");
        return { kind: "sent" };
      }
      const row = await selectBroadcast(db, message.broadcastId);
      if (row?.state !== "running") return { kind: "drop", reason: "gone" };
      const shown = await show(chatId, row.content, ["any"]);
      return shown.kind === "shown" ? { kind: "sent" } : { kind: "retry", reason: "outage" };
    } catch (error) {
      const afterMs = floodWaitMs(error);
      return afterMs === undefined
        ? { kind: "retry", reason: "outage" }
        : { kind: "retry", reason: "flood", afterMs };
    }
  };
}

async function insertPeople(db: Database): Promise<void> {
  await sql`
    INSERT INTO buyers (id, telegram_id, language, created_at)
    SELECT gen_random_uuid(), n, 'en', now() - interval '1 day' FROM generate_series(1, ${PEOPLE}::integer) AS n`.execute(
    db,
  );
}

async function begin(db: Database): Promise<string> {
  const id = newId();
  const at = new Date();
  const content = {
    texts: { any: "<b>New</b>: numbers from Chile, from $0.20." },
    photoFileId: null,
    button: { label: "Look", url: "https://t.me/numstore_bot?start=b_wa_CL" },
  };
  const audience = { segment: "all", language: null } as const;
  await insertBroadcast(db, { id, content, audience, madeBy: OPERATOR, at });
  await inTransaction(db, (tx) => startBroadcast(tx, { id, version: 1, by: OPERATOR, at }));
  return id;
}

/** How long a code takes, in milliseconds, after a pause. */
async function codeDelay(scene: Scene): Promise<number> {
  await systemClock.sleep(CODE_EVERY_MS / 2 + Math.random() * CODE_EVERY_MS);
  const chatId = scene.codeChat;
  scene.codeChat = PEOPLE + 1 + ((chatId - PEOPLE) % CODE_CHATS);
  const message: OutboxMessage = {
    kind: "order_code",
    orderId: newId(),
    smsId: newId(),
    chargedMicros: null,
    availableMicros: "0",
  };
  const came = new Promise<void>((resolve) => {
    const unsubscribe = scene.telegram.events.subscribe((event) => {
      if (event.type !== "message_sent" || event.message.chatId !== chatId || event.message.text !== "code")
        return;
      unsubscribe();
      resolve();
    });
  });
  const begunAtMs = performance.now();
  await enqueue(scene.db, { chatId, buyerId: null, message, dedupeKey: null, at: new Date() });
  scene.worker.wake();
  await came;
  return performance.now() - begunAtMs;
}

import { performance } from "node:perf_hooks";
import { sql } from "kysely";
import { type PretendTelegram, realLimits, startPretendTelegram } from "../sandbox/telegram/index.ts";
import { createTelegramApi } from "../src/bot/telegram-api.ts";
import { floodWaitMs } from "../src/bot/telegram-errors.ts";
import { systemClock } from "../src/core/clock.ts";
import { newId } from "../src/core/ids.ts";
import type { OutboxMessage, OwedMessage, SendOutcome } from "../src/core/messages.ts";
import { telegramLimits } from "../src/core/telegram-limits.ts";
import type { Database } from "../src/db/client.ts";
import { enqueue } from "../src/db/queries/outbox.ts";
import { claimMessages } from "../src/db/queries/outbox-claims.ts";
import { createOutboxWorker, type OutboxWorker } from "../src/workers/outbox-worker.ts";
import type { Bench, BenchContext } from "./support/bench.ts";
import { createCountingLogger } from "./support/logger.ts";
import { owedChats, oweMany, walkAllQueues } from "./support/owed.ts";
import { busiest, maximum, median, percentile } from "./support/statistics.ts";

const CODES = 1_000;
const PROBES = 20;
const PATIENCE_MS = 120_000;
const RUNS = 30;

export const send: Bench = {
  name: "send",
  about: "owed messages under Telegram's limits: codes at once, codes beside a crowd, and what a claim costs",
  async run(context) {
    context.table(
      `messages at a pretend Telegram with its real limits (goals: ${CODES} codes in ≤ 40 s, the first in ≤ 0.5 s; beside a crowd ≤ 0.5 s)`,
      ["scenario", "codes", "first s", "p50 s", "p95 s", "last s", "most in 1 s", "429"],
      [
        await codesAtOnce(context, 1),
        await codesAtOnce(context, 2),
        await codesBesideCrowd(context, { chats: 20_000, rows: 100_000 }),
        await codesBesideCrowd(context, { chats: 1, rows: 100_000 }),
      ],
    );
    context.table(
      `one claim of what Telegram allows at once (${telegramLimits.burst} messages), median of ${RUNS}`,
      ["waiting", "claim ms", "max ms", "a walk over all queues, as before, ms"],
      [
        await claims(context, { chats: 20, rows: 100 }),
        await claims(context, { chats: 2_000, rows: 10_000 }),
        await claims(context, { chats: 20_000, rows: 100_000 }),
        await claims(context, { chats: 1, rows: 100_000 }),
      ],
    );
  },
};

interface Scene {
  readonly db: Database;
  readonly telegram: PretendTelegram;
  readonly workers: readonly OutboxWorker[];
  /** When each message with a code came to its chat. */
  readonly cameAtMs: Map<number, number>;
  readonly everyMs: number[];
  close(): Promise<void>;
}

/** Workers as the shop runs them. The words are short; all else is real: claims, HTTP, settling. */
async function startScene(context: BenchContext, replicas: number): Promise<Scene> {
  const { db } = await context.database();
  const telegram = await startPretendTelegram({ clock: systemClock, limits: realLimits });
  for (let chatId = 1; chatId <= owedChats; chatId += 1) telegram.user({ id: chatId }).start();
  const cameAtMs = new Map<number, number>();
  const everyMs: number[] = [];
  telegram.events.subscribe((event) => {
    if (event.type !== "message_sent" || !event.message.from.isBot) return;
    everyMs.push(performance.now());
    if (event.message.text === "code") cameAtMs.set(event.message.chatId, performance.now());
  });
  const api = createTelegramApi({
    token: telegram.token,
    apiRoot: telegram.apiRoot,
    clock: systemClock,
    waitsForFloods: false,
  });
  const sendOne = async ({ chatId, message }: OwedMessage): Promise<SendOutcome> => {
    try {
      await api.sendMessage(chatId, message.kind === "order_code" ? "code" : "news");
      return { kind: "sent" };
    } catch (error) {
      const afterMs = floodWaitMs(error);
      return afterMs === undefined
        ? { kind: "retry", reason: "outage" }
        : { kind: "retry", reason: "flood", afterMs };
    }
  };
  const deps = { db, clock: systemClock, logger: createCountingLogger(), operatorChatIds: [], send: sendOne };
  const workers = Array.from({ length: replicas }, () => createOutboxWorker(deps));
  return {
    db,
    telegram,
    workers,
    cameAtMs,
    everyMs,
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await telegram.close();
    },
  };
}

async function codesAtOnce(context: BenchContext, replicas: number) {
  const scene = await startScene(context, replicas);
  try {
    for (const worker of scene.workers) worker.start();
    await oweMany(scene.db, { kind: "order_code", chats: CODES, rows: CODES });
    const begunAtMs = performance.now();
    for (const worker of scene.workers) worker.wake();
    await untilCame(scene, CODES);
    const tookMs = [...scene.cameAtMs.values()].map((atMs) => atMs - begunAtMs);
    return row(scene, `${CODES} chats at once, ${replicas} replica${replicas > 1 ? "s" : ""}`, tookMs);
  } finally {
    await scene.close();
  }
}

async function codesBesideCrowd(context: BenchContext, crowd: { chats: number; rows: number }) {
  const scene = await startScene(context, 1);
  const [worker] = scene.workers;
  try {
    await oweMany(scene.db, { kind: "operator_notice", ...crowd });
    worker?.start();
    await systemClock.sleep(2_000);
    const tookMs: number[] = [];
    for (let index = 0; index < PROBES; index += 1) {
      // Chats that the crowd does not reach: a chat's own limit is another matter.
      const chatId = owedChats - index;
      await systemClock.sleep(500 + Math.random() * 500);
      const begunAtMs = performance.now();
      const message: OutboxMessage = {
        kind: "order_code",
        orderId: newId(),
        smsId: newId(),
        chargedMicros: null,
        availableMicros: "0",
      };
      await enqueue(scene.db, { chatId, buyerId: null, message, dedupeKey: null, at: new Date() });
      worker?.wake();
      await untilCame(scene, index + 1);
      tookMs.push((scene.cameAtMs.get(chatId) ?? Number.NaN) - begunAtMs);
    }
    return row(scene, `beside ${crowd.rows} news to ${crowd.chats} chats`, tookMs);
  } finally {
    await scene.close();
  }
}

async function untilCame(scene: Scene, count: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (scene.cameAtMs.size < count && performance.now() < deadline) await systemClock.sleep(5);
}

function row(scene: Scene, scenario: string, tookMs: readonly number[]) {
  const seconds = [Math.min(...tookMs), median(tookMs), percentile(tookMs, 95), maximum(tookMs)].map(
    (ms) => ms / 1000,
  );
  const refused = scene.telegram.calls("sendMessage").filter(({ status }) => status === 429).length;
  return [scenario, tookMs.length, ...seconds, busiest(scene.everyMs, 1000), refused];
}

async function claims(context: BenchContext, crowd: { chats: number; rows: number }) {
  const { db } = await context.database();
  await oweMany(db, { kind: "operator_notice", ...crowd });
  const claimMs: number[] = [];
  const walkMs: number[] = [];
  // Far enough apart for the limits to be full again.
  let now = Date.now() + 60_000;
  for (let run = 0; run < RUNS; run += 1) {
    now += 1_000;
    const claim = { now: new Date(now), limit: 30, limitOfOthers: 24, leaseMs: 60_000, leaseToken: newId() };
    let begunAtMs = performance.now();
    await claimMessages(db, { ...claim, limits: telegramLimits });
    claimMs.push(performance.now() - begunAtMs);
    begunAtMs = performance.now();
    await walkAllQueues(db, new Date(now), 30);
    walkMs.push(performance.now() - begunAtMs);
    await sql`UPDATE outbox SET lease_until = NULL, sent_at = now() WHERE lease_until IS NOT NULL`.execute(
      db,
    );
    await sql`UPDATE outbox_queues SET in_hand = NULL, lease_until = NULL WHERE in_hand IS NOT NULL`.execute(
      db,
    );
  }
  return [`${crowd.rows} news, ${crowd.chats} chats`, median(claimMs), maximum(claimMs), median(walkMs)];
}

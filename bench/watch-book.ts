import process from "node:process";
import { sql } from "kysely";
import { systemClock } from "../src/core/clock.ts";
import type { Database } from "../src/db/client.ts";
import { acquireLease } from "../src/db/queries/leases.ts";
import { readList } from "../src/orders/watching/list-round.ts";
import { plan } from "../src/orders/watching/policy/plan.ts";
import { openSession } from "../src/orders/watching/session.ts";
import type { Observation, Provider } from "../src/providers/port/provider.ts";
import { createScriptedProvider } from "../test/support/scripted-provider.ts";
import type { Bench } from "./support/bench.ts";
import { createCountingLogger } from "./support/logger.ts";
import { median } from "./support/statistics.ts";

const OPEN_ORDERS = 10_000;
const PAGE = 100;
const ROUNDS = 5;

export const watchBook: Bench = {
  name: "watch-book",
  about: `what ${OPEN_ORDERS} watched orders cost the watcher: reading them, choosing, and a list without news`,
  async run(context) {
    const { db } = await context.database();
    await open(db);
    const provider: Provider = { ...createScriptedProvider("alpha", { checkMany: true }), checkMany: pages };
    const lease = await acquireLease(db, "watch:alpha", "bench", 60_000);
    if (!lease) throw new Error("there is no lease");
    global.gc?.();
    const before = process.memoryUsage().rss;
    const watching = { db, clock: systemClock };
    const [loadMs, session] = await cpuOf(() =>
      openSession(watching, provider, { lease, isHeld: () => true }),
    );
    const heldMb = (process.memoryUsage().rss - before) / 2 ** 20;
    let stored = 0;
    const deps = { clock: systemClock, logger: createCountingLogger(), checkpoint: () => undefined };
    const store = async (): Promise<void> => {
      stored += 1;
    };
    const listMs: number[] = [];
    const planMs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      listMs.push(
        (
          await cpuOf(() => readList({ deps, provider, book: session.book, store, isHeld: session.isHeld }))
        )[0],
      );
      planMs.push((await cpuOf(async () => chooseOnce(session, provider)))[0]);
    }
    context.table(
      `${session.book.orders.size} open orders; CPU of this process, median of ${ROUNDS} (goal of a list: ≤ 300 ms)`,
      ["what", "CPU ms", "orders stored"],
      [
        ["reading all orders at a takeover", loadMs, "-"],
        [`a list of ${OPEN_ORDERS / PAGE} pages without news`, median(listMs), stored],
        ["choosing 20 single checks, four times a second", median(planMs), "-"],
      ],
    );
    context.note(`Memory for the orders: about ${heldMb.toFixed(0)} MB.`);
  },
};

function chooseOnce(session: Awaited<ReturnType<typeof openSession>>, provider: Provider): void {
  plan(session.book.orders, {
    now: systemClock.now(),
    capabilities: { ...provider.capabilities, checkMany: false },
    waits: session.waits,
    budget: 20,
    ratePerSecond: 20,
    lists: "none",
    areWebhooksTrusted: false,
  });
}

/** The milliseconds of CPU that something takes, in this process. */
async function cpuOf<T>(work: () => Promise<T>): Promise<[number, T]> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1_000, result];
}

const silent: Observation = { status: "waiting", sms: [] };

async function* pages(ids: readonly string[]): AsyncGenerator<ReadonlyMap<string, Observation>> {
  for (let at = 0; at < ids.length; at += PAGE) {
    yield new Map(ids.slice(at, at + PAGE).map((id) => [id, silent]));
  }
}

async function open(db: Database): Promise<void> {
  await sql`INSERT INTO buyers (id, telegram_id, created_at) VALUES (md5('buyer')::uuid, 1, now())`.execute(
    db,
  );
  await sql`
    INSERT INTO orders (id, buyer_id, quote_id, service_id, country_id, state, price_micros, cost_ceiling_micros, provider,
      upstream_id, phone, cost_micros, placed_at, rented_at, expires_at, next_check_at, chat_id)
    SELECT gen_random_uuid(), md5('buyer')::uuid, gen_random_uuid(), 'wa', 'GB', 'waiting', 1, 1, 'alpha', 'u' || n, '+44' || n,
      1, at, at, at + interval '20 minutes', now(), 5
    FROM generate_series(1, ${OPEN_ORDERS}) AS n, LATERAL (SELECT now() - n * interval '0.1 s' AS at) AS t`.execute(
    db,
  );
  await sql`ANALYZE orders`.execute(db);
}

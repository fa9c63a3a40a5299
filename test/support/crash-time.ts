import pg from "pg";
import type { Replica } from "../../sandbox/soak/replica.ts";
import type { Clock } from "../../src/core/clock.ts";
import { systemClock } from "../../src/core/clock.ts";
import { createTestClock } from "./clock.ts";

/** How far time moves in a step, and how long (really) the steps are apart at least. */
export interface Pace {
  readonly stepMs: number;
  readonly apartMs: number;
}

/** Five times as fast as life: somebody is tapping, and what they see must not grow old under their finger. */
export const calm: Pace = { stepMs: 100, apartMs: 20 };
/** Fifty times: nobody has anything left to do but to wait. */
export const hurried: Pace = { stepMs: 1_000, apartMs: 20 };

/** A database that stays busy this long while time stands still is waiting for something. */
const LOOKS = 200;
const LOOK_AGAIN_MS = 5;

/** One time for the test's own servers, the database and the shop's process. */
export interface SharedTime {
  readonly clock: Clock;
  setPace(pace: Pace): void;
  /** The process that is moved along; until it has answered a step, time stands still. */
  drive(replica: Replica): void;
  /**
   * Looks at every step until there is something. Rejects after so much of this time, as soon as `isOver`, and when time
   * cannot go on.
   */
  until<Found>(
    look: () => Found | undefined | Promise<Found | undefined>,
    limit: { readonly ms: number; readonly isOver?: () => boolean },
  ): Promise<Found>;
  stop(): Promise<void>;
}

/**
 * Time in steps. The next one is taken when the shop's process has run what the last one woke and the database works on
 * nothing: on a machine that has no time for them, time goes slower, and no deadline passes because of that.
 */
export async function startSharedTime(connectionString: string): Promise<SharedTime> {
  const clock = createTestClock(new Date());
  const database = await attachDatabase(connectionString, clock.now());
  let pace = hurried;
  let replica: Replica | undefined;
  const stopped = new AbortController();

  async function step(): Promise<void> {
    const now = new Date(clock.now().getTime() + pace.stepMs);
    await database.setTime(now);
    await clock.advance(pace.stepMs);
    if (replica?.isAlive()) await replica.ask({ nowMs: now.getTime() });
    await systemClock.sleep(pace.apartMs);
    for (let look = 1; look < LOOKS && (await database.isBusy()); look += 1)
      await systemClock.sleep(LOOK_AGAIN_MS);
  }

  async function run(): Promise<void> {
    try {
      while (!stopped.signal.aborted) await step();
    } catch (error) {
      stopped.abort(error);
    }
  }

  const running = run();
  return {
    clock,
    setPace(next) {
      pace = next;
    },
    drive(next) {
      replica = next;
    },
    async until(look, { ms, isOver = () => false }) {
      const deadline = clock.now().getTime() + ms;
      for (;;) {
        const found = await look();
        if (found !== undefined) return found;
        stopped.signal.throwIfAborted();
        if (isOver()) throw new Error("the shop is gone");
        if (clock.now().getTime() > deadline) throw new Error(`nothing in ${ms} ms of the shop's time`);
        await clock.sleep(1, stopped.signal);
      }
    },
    async stop() {
      stopped.abort();
      await running;
      await database.close();
    },
  };
}

/** The database's clock for every later connection: `now()` of the schema `public` stands before PostgreSQL's own. */
async function attachDatabase(connectionString: string, start: Date) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const name = pg.escapeIdentifier(client.database ?? "");
  await client.query(`
    CREATE SCHEMA stepped;
    CREATE UNLOGGED TABLE stepped.time (at timestamptz NOT NULL);
    CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM stepped.time';
    CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT at FROM stepped.time';
    ALTER DATABASE ${name} SET search_path = public, pg_catalog`);
  await client.query("INSERT INTO stepped.time VALUES ($1)", [start]);
  return {
    async setTime(at: Date): Promise<void> {
      await client.query({ name: "set time", text: "UPDATE stepped.time SET at = $1", values: [at] });
    },
    async isBusy(): Promise<boolean> {
      const text = `SELECT FROM pg_stat_activity WHERE datname = current_database()
        AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle' LIMIT 1`;
      return (await client.query({ name: "is busy", text })).rowCount !== 0;
    },
    close: () => client.end(),
  };
}

import { performance } from "node:perf_hooks";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Executor } from "./client.ts";
import { selectDatabaseTime } from "./queries/server.ts";

/** A machine further off than this is reported. */
const MAX_SKEW_MS = 5_000;
/** An answer that took longer says too little about the time: the next measurement will do. */
const LONGEST_ROUND_TRIP_MS = 1_000;
/** Smaller differences are noise. */
const NOISE_MS = 5;
const FIRST_TRIES = 5;

export interface DatabaseClock extends Clock {
  /** How far the machine's clock was ahead of the database's when it was last measured; negative: behind. */
  aheadMs(): number;
  /** Asks the database for its time. Rejects when it does not answer; the time then goes on from the last measurement. */
  measure(): Promise<void>;
}

export interface DatabaseClockDeps {
  readonly db: Executor;
  /** The machine's own clock: it sleeps, and what it shows is compared with the database's. */
  readonly machine: Clock;
  readonly logger: Logger;
  /** Milliseconds since any moment, by a clock that nobody sets. */
  readonly steadyMs?: () => number;
}

/**
 * The database's time, in this process. Replicas on several machines compare times in shared rows (request budgets, owed
 * messages, what may be purged), so all of them must mean the same by "now", and a machine whose clock is wrong must not
 * decide anything by it. Between two measurements time is counted by the machine's steady clock, so that setting the
 * machine's clock changes nothing. A measurement that agrees with the time so far, as exactly as its round trip allows,
 * changes nothing either: time does not jump to and fro.
 *
 * Resolves after the first measurement. Call `measure` about once a minute.
 */
export async function createDatabaseClock(deps: DatabaseClockDeps): Promise<DatabaseClock> {
  const { db, machine, logger, steadyMs = () => performance.now() } = deps;
  let anchor: { readonly databaseMs: number; readonly steadyMs: number } | undefined;
  let aheadMs = 0;
  let isFarOff = false;

  const nowMs = (): number => (anchor ? anchor.databaseMs + steadyMs() - anchor.steadyMs : 0);

  async function read(): Promise<number> {
    const before = steadyMs();
    const databaseMs = (await selectDatabaseTime(db)).getTime();
    const after = steadyMs();
    const roundTripMs = after - before;
    if (anchor && roundTripMs > LONGEST_ROUND_TRIP_MS) return roundTripMs;
    const measured = { databaseMs, steadyMs: (before + after) / 2 };
    const measuredNowMs = measured.databaseMs + after - measured.steadyMs;
    if (Math.abs(measuredNowMs - nowMs()) > Math.max(roundTripMs, NOISE_MS)) anchor = measured;
    aheadMs = machine.now().getTime() - measuredNowMs;
    return roundTripMs;
  }

  function report(): void {
    const wasFarOff = isFarOff;
    isFarOff = Math.abs(aheadMs) > MAX_SKEW_MS;
    if (isFarOff === wasFarOff) return;
    const facts = { aheadMs: Math.round(aheadMs) };
    if (isFarOff) logger.warn(facts, "this machine's clock is wrong: the database's time is used instead");
    else logger.info(facts, "this machine's clock is right again");
  }

  async function measure(): Promise<void> {
    await read();
    report();
  }

  for (let attempt = 1; (await read()) > LONGEST_ROUND_TRIP_MS && attempt < FIRST_TRIES; attempt += 1) {
    anchor = undefined;
  }
  report();
  return {
    now: () => new Date(Math.round(nowMs())),
    steadyMs: () => machine.steadyMs(),
    sleep: (ms, signal) => machine.sleep(ms, signal),
    aheadMs: () => aheadMs,
    measure,
  };
}

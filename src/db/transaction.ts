import pg from "pg";
import { backoffMs } from "../core/backoff.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Database, Tx } from "./client.ts";

const DEADLOCK_DETECTED = "40P01";
const SERIALIZATION_FAILURE = "40001";
const UNIQUE_VIOLATION = "23505";
const CHECK_VIOLATION = "23514";

const MAX_ATTEMPTS = 4;
const RETRY_BACKOFF = { baseMs: 20, maxMs: 500 };

/**
 * Runs `work` in one READ COMMITTED transaction: commits what it returns, rolls back what it throws.
 * A deadlock or serialization failure undoes everything, so the whole of `work` runs again, three times at
 * most; therefore it must not do anything that a rollback does not undo. A connection lost during COMMIT is
 * not repeated: the outcome is unknown, and only the caller's own keys can tell.
 */
export async function inTransaction<Result>(
  db: Database,
  work: (tx: Tx) => Promise<Result>,
  clock: Clock = systemClock,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().setIsolationLevel("read committed").execute(work);
    } catch (error) {
      if (!isConflict(error) || attempt >= MAX_ATTEMPTS) throw error;
      await clock.sleep(backoffMs(attempt, RETRY_BACKOFF));
    }
  }
}

/** Data, constraints, features, syntax and names: what the statement asks for is wrong, whenever it is asked. */
const PERMANENT_CODES = /^(?:0A|21|22|23|42)/;

/**
 * Whether a failed transaction would fail in the same way each time: a constraint is violated, the statement is wrong,
 * or the code that ran in it is. Everything else (a server that is away, full, read-only or too slow) may pass.
 */
export function isPermanent(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return PERMANENT_CODES.test(error.code ?? "");
  // The driver's own errors are plain ones, or the system's with a code; classes of their own are the code's.
  return !(error instanceof Error) || (error.constructor !== Error && !("code" in error && isSystemCode(error.code)));
}

function isSystemCode(code: unknown): boolean {
  return typeof code === "string" && /^E[A-Z]+$/.test(code);
}

function isConflict(error: unknown): boolean {
  const code = errorCode(error);
  return code === DEADLOCK_DETECTED || code === SERIALIZATION_FAILURE;
}

/** Whether the database refused a second row of its kind; `constraint` narrows it to one index by name. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, UNIQUE_VIOLATION, constraint);
}

/** Whether a CHECK refused the row; `constraint` narrows it to one by name. */
export function isCheckViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, CHECK_VIOLATION, constraint);
}

function isViolation(error: unknown, code: string, constraint: string | undefined): boolean {
  if (!(error instanceof pg.DatabaseError) || error.code !== code) return false;
  return constraint === undefined || error.constraint === constraint;
}

function errorCode(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

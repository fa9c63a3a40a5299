import pg from "pg";
import { backoffMs } from "../core/backoff.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Database, Tx } from "./client.ts";

const DEADLOCK_DETECTED = "40P01";
const SERIALIZATION_FAILURE = "40001";
const UNIQUE_VIOLATION = "23505";
const CHECK_VIOLATION = "23514";
const DUPLICATE_TABLE = "42P07";
/** A table brings a type of its own name: it may be visible before the table is. */
const DUPLICATE_TYPE = "42710";

const MAX_ATTEMPTS = 4;
const RETRY_BACKOFF = { baseMs: 20, maxMs: 500 };

/**
 * Runs `work` in one READ COMMITTED transaction: commits what it returns, rolls back what it throws.
 * After a deadlock or serialization failure `work` runs again from the start, three times at most; so it must do nothing
 * that a rollback does not undo. After a connection lost during COMMIT it does not: the outcome is unknown, and only the
 * caller's own keys can tell.
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

/** Runs reads that must agree with each other: all of them see the database as it was at the first one. */
export async function inOneMoment<Result>(db: Database, read: (tx: Tx) => Promise<Result>): Promise<Result> {
  return await db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(read);
}

/** Connection exceptions, and a server that shuts down or starts (PostgreSQL, appendix A). */
const CONNECTION_CODES = /^(?:08|57P0[1-3])/;
/** Errors of the pg library that have no code. */
const CONNECTION_WORDS =
  /^(?:Connection terminated|Client has encountered a connection error|timeout exceeded when|Query read timeout)/;

/** Whether the database went away; what the last statement did is then unknown. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return CONNECTION_CODES.test(error.code ?? "");
  return error instanceof Error && (isSystemError(error) || CONNECTION_WORDS.test(error.message));
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
  return !(error instanceof Error) || (error.constructor !== Error && !isSystemError(error));
}

/** An error of the operating system, such as ECONNREFUSED. */
function isSystemError(error: Error): boolean {
  return "code" in error && typeof error.code === "string" && /^E[A-Z]+$/.test(error.code);
}

function isConflict(error: unknown): boolean {
  const code = errorCode(error);
  return code === DEADLOCK_DETECTED || code === SERIALIZATION_FAILURE;
}

/** Whether a unique index refused the row; `constraint` limits the question to one index. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, UNIQUE_VIOLATION, constraint);
}

/** Whether a CHECK refused the row; `constraint` limits the question to one CHECK. */
export function isCheckViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, CHECK_VIOLATION, constraint);
}

/** Whether a CREATE met the same creation by somebody else; how it shows depends on how far that one had come. */
export function isCreatedMeanwhile(error: unknown): boolean {
  const code = errorCode(error);
  return code === UNIQUE_VIOLATION || code === DUPLICATE_TABLE || code === DUPLICATE_TYPE;
}

function isViolation(error: unknown, code: string, constraint: string | undefined): boolean {
  if (!(error instanceof pg.DatabaseError) || error.code !== code) return false;
  return constraint === undefined || error.constraint === constraint;
}

function errorCode(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

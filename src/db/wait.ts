import { sql } from "kysely";
import { z } from "zod";
import { backoffMs } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "./client.ts";

const OLDEST_SERVER = 150_000;
const MAX_ATTEMPTS = 30;
const BACKOFF = { baseMs: 250, maxMs: 5_000 };

/** SQLSTATE classes and codes where waiting does not help: wrong password, no such role or database, bad setting. */
const PERMANENT_CODES = /^(28|3D|22|42)/;

export interface WaitOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Waits until the database of DATABASE_URL answers, about two minutes at most, because containers start in any order.
 * Throws at once where waiting does not help (wrong password, unknown database, a server that is too old), and when
 * the signal aborts.
 */
export async function waitForDatabase(options: WaitOptions): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    options.signal.throwIfAborted();
    try {
      return await checkServer(options.db);
    } catch (error) {
      if (isPermanent(error))
        throw new Error(`The database refused us: ${messageOf(error)}`, { cause: error });
      if (attempt >= MAX_ATTEMPTS) {
        throw new Error(`The database of DATABASE_URL cannot be reached: ${reasonOf(error)}`, {
          cause: error,
        });
      }
      const waitMs = backoffMs(attempt, BACKOFF);
      options.logger.warn({ attempt, waitMs, reason: reasonOf(error) }, "database not reachable yet");
      await options.clock.sleep(waitMs, options.signal);
    }
  }
}

class UnsuitableServerError extends Error {}

async function checkServer(db: Database): Promise<void> {
  const result = await sql`SELECT current_setting('server_version_num')::int AS version`.execute(db);
  const { version } = z.object({ version: z.number() }).parse(result.rows[0]);
  if (version < OLDEST_SERVER) {
    throw new UnsuitableServerError(`PostgreSQL 15 or later is needed, the server says ${version}`);
  }
}

function isPermanent(error: unknown): boolean {
  if (error instanceof UnsuitableServerError) return true;
  const code = codeOf(error);
  return code !== undefined && (code === "ERR_INVALID_URL" || PERMANENT_CODES.test(code));
}

/** Node reports a host with several addresses as an AggregateError without a message of its own. */
function reasonOf(error: unknown): string {
  return messageOf(error) || (codeOf(error) ?? "no answer");
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { BucketName, Turn } from "../../reseller/limits.ts";
import type { Reseller } from "../../reseller/reseller.ts";
import type { ApiContext } from "./request.ts";

/** One request as the metrics count it; `action` is a name from our own list or "other", `outcome` a word of ours. */
export interface ApiRequestRecord {
  readonly dialect: "handler_api" | "oxgel";
  readonly action: string;
  readonly outcome: string;
  readonly durationMs: number;
}

/** What each dialect of the resellers' API is served with. */
export interface DialectDeps {
  readonly reseller: Reseller;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whose X-Forwarded-For counts. */
  readonly isTrustedProxy: (address: string) => boolean;
  readonly onRequest: (record: ApiRequestRecord) => void;
  readonly onLimited: (limit: BucketName | "wrong_key") => void;
}

/** Waits for the turn. Where it would come too late: the seconds after which the client may ask again. */
export async function takeTurn(
  { clock, onLimited }: DialectDeps,
  turn: Turn,
  limit: BucketName | "wrong_key",
): Promise<number | undefined> {
  if (turn.kind === "go") {
    if (turn.afterMs > 0) await clock.sleep(turn.afterMs);
    return undefined;
  }
  onLimited(limit);
  return turn.retryAfterSeconds;
}

/** Whether the client has gone before its answer. The signal is made for those who ask for it: polls are many and do not. */
export interface Gone {
  readonly signal: AbortSignal;
}

function createGone(): Gone & { tell(): void } {
  let isTold = false;
  let controller: AbortController | undefined;
  return {
    get signal() {
      controller ??= new AbortController();
      if (isTold) controller.abort();
      return controller.signal;
    },
    tell() {
      isTold = true;
      controller?.abort();
    },
  };
}

/**
 * Runs what a request asks for. The number of an order that the result `tells` counts as told when the answer was handed
 * to the connection, and not before.
 */
export async function runTelling<Result extends { readonly tells?: string }>(
  { reseller, logger }: DialectDeps,
  { env: { outgoing } }: ApiContext,
  keyId: string,
  run: (gone: Gone) => Promise<Result>,
): Promise<Result> {
  const gone = createGone();
  let isClosed = false;
  let tells: string | undefined;
  outgoing.once("close", () => {
    isClosed = true;
    if (!outgoing.writableFinished) gone.tell();
    if (tells === undefined) return;
    const news = outgoing.writableFinished ? reseller.told(tells) : reseller.untold(tells);
    news.catch((error: unknown) => logger.error({ keyId, err: error }, "a number was not marked as told"));
  });
  const result = await run(gone);
  tells = result.tells;
  if (tells !== undefined && isClosed) await reseller.untold(tells);
  return result;
}

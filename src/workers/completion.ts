import { createBatcher } from "../core/batcher.ts";
import type { Clock } from "../core/clock.ts";
import type { Database } from "../db/client.ts";
import { type ClaimedUpdate, completeUpdates } from "../db/queries/inbox.ts";

/** While others are in hand, an update that was handled waits so long for them: one statement then completes several. */
const TOGETHER_MS = 20;

export interface CompletionDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** Others are in hand, which may be handled in a moment. */
  readonly hasCompany: () => boolean;
  /** A lane that was taken until now may hold another update. */
  readonly onNext: () => void;
  readonly togetherMs?: number;
}

export interface Completion {
  /** Marks an update as handled. False: its claim was lost, another replica has it. */
  complete(update: ClaimedUpdate): Promise<boolean>;
  /** New updates were stored. */
  announce(): void;
}

/** Completes updates, many by one statement, and tells when a claim is worth its while: mostly the lanes are empty then. */
export function createCompletion(deps: CompletionDeps): Completion {
  const { db, clock, togetherMs = TOGETHER_MS } = deps;
  /** How often new updates were announced. */
  let announced = 0;

  async function completeAll(done: readonly ClaimedUpdate[]): Promise<ReadonlySet<number>> {
    const before = announced;
    const { ours, isFollowed } = await completeUpdates(db, done, clock.now());
    // What was announced meanwhile may be of one of these lanes: the statement may have begun too early to see it, and its
    // own claim too early to find the lane free.
    if (isFollowed || announced !== before) deps.onNext();
    return ours;
  }

  const completing = createBatcher(completeAll, () =>
    deps.hasCompany() ? clock.sleep(togetherMs) : undefined,
  );

  return {
    complete: async (update) => (await completing(update)).has(update.updateId),
    announce() {
      announced += 1;
    },
  };
}

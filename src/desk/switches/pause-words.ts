import type { Clock } from "../../core/clock.ts";
import type { ShopErrorCode } from "../../core/errors.ts";
import type { Database } from "../../db/client.ts";
import { type PauseRow, selectPauses } from "../../db/queries/switches.ts";

/**
 * What operators have written for buyers about a pause, kept in memory, because it is looked at with every update. Whether
 * something is paused is decided by the database alone.
 */
export interface PauseWords {
  /** Reads the words again. */
  refresh(): Promise<void>;
  /** The sentences with the operator's own words in this language where there are some. */
  in<Errors extends Readonly<Record<ShopErrorCode, string>>>(errors: Errors, language: string): Errors;
}

export function createPauseWords({ db, clock }: { db: Database; clock: Clock }): PauseWords {
  let pauses: readonly PauseRow[] = [];
  return {
    async refresh() {
      pauses = await selectPauses(db, clock.now());
    },
    in(errors, language) {
      const own = pauses.flatMap(({ kind, words }) => {
        const text = words[language];
        return text === undefined || kind === "api"
          ? []
          : [[kind === "sales" ? "sales_paused" : "topups_paused", text]];
      });
      return own.length === 0 ? errors : { ...errors, ...Object.fromEntries(own) };
    },
  };
}

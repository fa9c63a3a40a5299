import type { Clock } from "../core/clock.ts";
import type { Database } from "../db/client.ts";
import * as queries from "../db/queries/conversation-states.ts";

/** Where the chat keeps a person's open question and the list they look at: one JSON value a key, read with the buyer (buyers.ts). */
export interface ConversationStates {
  write(key: string, state: unknown): Promise<void>;
  delete(key: string): Promise<void>;
}

export function createConversationStates({ db, clock }: { db: Database; clock: Clock }): ConversationStates {
  return {
    write: (key, state) => queries.writeConversationState(db, key, state, clock.now()),
    delete: (key) => queries.deleteConversationState(db, key),
  };
}

import type { Clock } from "../core/clock.ts";
import type { Database } from "../db/client.ts";
import * as queries from "../db/queries/conversation-states.ts";

/** Where typed questions keep how far they got: one JSON value a key. A person's question is read with the buyer (buyers.ts). */
export interface ConversationStates {
  /** For keys that are not a person's question. The caller parses it. */
  read(key: string): Promise<unknown>;
  write(key: string, state: unknown): Promise<void>;
  delete(key: string): Promise<void>;
}

export function createConversationStates({ db, clock }: { db: Database; clock: Clock }): ConversationStates {
  return {
    read: (key) => queries.readConversationState(db, key),
    write: (key, state) => queries.writeConversationState(db, key, state, clock.now()),
    delete: (key) => queries.deleteConversationState(db, key),
  };
}

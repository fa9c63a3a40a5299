import type { Catalog } from "../catalog/catalog.ts";
import type { Checkpoint } from "../core/checkpoint.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import type { Provider } from "../providers/port/provider.ts";
import type { Slots } from "./buying/slots.ts";
import type { OrderLimits } from "./limits.ts";
import type { OrderEvents } from "./order-events.ts";
import type { AnswerStore } from "./store-answer.ts";

export interface OrderDefaults {
  /** Used only where the provider does not say. */
  readonly cancelAfterMs: number;
  readonly lifetimeMs: number;
}

export interface OrderDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly catalog: Catalog;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly limits: OrderLimits;
  readonly defaults: OrderDefaults;
  readonly termsVersion: number;
  /** How many purchases are with a provider at once; the others wait their turn here. */
  readonly slots: Slots;
  readonly checkpoint: Checkpoint;
  /** Chat messages were committed: send them now rather than at the next tick. */
  readonly onMessages: () => void;
  /**
   * How much less a provider's balance is than our books say, while `doubts` purchases there are in doubt; undefined:
   * it does not tell, or money is moving there just now. Rejects with a ProviderError.
   */
  readonly missingAt: (provider: Provider, doubts: number) => Promise<bigint | undefined>;
  /** Stores what providers tell only once. */
  readonly answers: AnswerStore;
  /** An order was replaced by a new one, which is to be placed: now rather than at the next sweep. */
  readonly onReplaced?: (orderId: string) => void;
  /** For the metrics. */
  readonly events?: OrderEvents;
  /** Who gets notices: chat ids of operators. */
  readonly operatorChatIds: readonly number[];
}

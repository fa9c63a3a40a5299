import type { Api } from "grammy";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { ClaimsAndDisputes } from "../../operations/claims-and-disputes.ts";
import type { BotDeps } from "../bot-deps.ts";

/** What a card showed last, so that an edit that would change nothing is not sent. */
interface CardHashes {
  get(orderId: string): Promise<string | null>;
  set(orderId: string, hash: string): Promise<void>;
}

export interface OutboxDeps
  extends Pick<BotDeps, "orders" | "catalog" | "clock" | "logger">,
    ClaimsAndDisputes {
  readonly api: Api;
  readonly checkpoint?: Checkpoint;
  readonly buyers: Pick<BotDeps["buyers"], "find" | "findByTelegramId" | "markBlocked">;
  readonly cardHashes: CardHashes;
}

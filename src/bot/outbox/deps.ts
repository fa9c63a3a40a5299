import type { Api } from "grammy";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { ClaimsAndDisputes } from "../../operations/claims-and-disputes.ts";
import type { CardHashes } from "../../orders/card-hashes.ts";
import type { BotDeps } from "../bot-deps.ts";

export interface OutboxDeps
  extends Pick<BotDeps, "orders" | "catalog" | "clock" | "logger">,
    ClaimsAndDisputes {
  readonly api: Api;
  readonly checkpoint?: Checkpoint;
  readonly buyers: Pick<BotDeps["buyers"], "find" | "findByTelegramId" | "markBlocked">;
  readonly cardHashes: CardHashes;
}

import type { Api } from "grammy";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { OutboxMessage } from "../../core/messages.ts";
import type { BotDeps, DisputeView, ManualClaimView } from "../deps.ts";

/** A message that somebody is owed, as the outbox hands it over. */
export interface OwedMessage {
  readonly id: bigint;
  readonly chatId: number;
  readonly buyerId: string | null;
  readonly message: OutboxMessage;
  /** Earlier tries. */
  readonly attempts: number;
}

/** "flood" as a reason to retry means that Telegram named the wait; "blocked" ends all that the chat is owed. */
export type SendOutcome =
  | { readonly kind: "sent" }
  | { readonly kind: "retry"; readonly afterMs: number; readonly reason: string }
  | { readonly kind: "drop"; readonly reason: string };

/** What a card showed last, so that an edit that would change nothing is not sent. */
interface CardHashes {
  get(orderId: string): Promise<string | null>;
  set(orderId: string, hash: string): Promise<void>;
}

export interface OutboxDeps extends Pick<BotDeps, "orders" | "catalog" | "clock" | "logger"> {
  readonly api: Api;
  readonly checkpoint?: Checkpoint;
  readonly buyers: Pick<BotDeps["buyers"], "find" | "findByTelegramId" | "markBlocked">;
  readonly cardHashes: CardHashes;
  readonly claims: { load(claimId: string): Promise<ManualClaimView | undefined> };
  readonly disputes: { load(disputeId: string): Promise<DisputeView | undefined> };
}

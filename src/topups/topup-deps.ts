import type { Checkpoint } from "../core/checkpoint.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import type { CryptoPay } from "./crypto-pay-client.ts";
import type { GatewayName } from "./topups.ts";

/** The two Bot API calls that money needs. Rejections carry Telegram's description. */
export interface StarsApi {
  /** Resolves also when the charge was refunded before. Rejects with StarsRefundRefused when Telegram will never do it. */
  refund(telegramId: number, chargeId: string): Promise<void>;
  /** A page of the bot's Star transactions in chronological order. */
  transactions(offset: number, limit: number): Promise<readonly StarTransaction[]>;
}

export class StarsRefundRefused extends Error {
  override readonly name = "StarsRefundRefused";
}

export interface StarTransaction {
  readonly id: string;
  readonly stars: number;
  readonly at: Date;
  /** "in": a buyer paid (`payload` is our invoice's); "out": a refund; anything else is not ours to book. */
  readonly direction: "in" | "out" | "other";
  readonly telegramId: number | null;
  readonly payload: string | null;
}

/** Something happened to a top-up, told for the metrics. */
export interface TopupEvent {
  readonly gateway: GatewayName;
  readonly outcome: "begun" | "refused" | "credited" | "rejected" | "refunded";
  /** Money that was credited or taken back; null for the other outcomes. */
  readonly amountMicros: bigint | null;
}

export interface TopupDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly gateways: readonly GatewayName[];
  /** What a Star buys, as it is set now. */
  readonly starValueMicros: () => bigint;
  readonly stars: StarsApi;
  readonly cryptoPay: CryptoPay | null;
  readonly checkpoint: Checkpoint;
  readonly onMessages: () => void;
  readonly operatorChatIds: readonly number[];
  readonly onTopup?: (event: TopupEvent) => void;
}

import type { BotDeps } from "../bot/bot-deps.ts";
import { createOutboxSender } from "../bot/outbox/send.ts";
import { createTelegramApi } from "../bot/telegram-api.ts";
import type { Checkpoint } from "../core/checkpoint.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import { createClaimsAndDisputes } from "../operations/claims-and-disputes.ts";
import { createCardHashes } from "../orders/card-hashes.ts";
import { createOutboxWorker, type OutboxWorker } from "../workers/outbox-worker.ts";
import type { Config } from "./config/config.ts";
import type { ShopDesk } from "./desk.ts";
import type { Metrics } from "./metrics/metrics.ts";

interface ShopOutboxDeps {
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly checkpoint: Checkpoint;
}

/** The worker that sends what the shop owes to buyers. */
export function createShopOutbox(
  deps: ShopOutboxDeps,
  parts: { chat: BotDeps; dailyReport: ShopDesk["services"]["dailyReport"] },
): OutboxWorker {
  const { config, db, clock, logger, metrics, checkpoint } = deps;
  // A chat that has to wait must not keep a sender busy meanwhile: the outbox tries it again later.
  const onCall = metrics.requests.telegramCall;
  const api = createTelegramApi({ ...config.telegram, clock, onCall, waitsForFloods: false });
  const { orders, catalog, buyers } = parts.chat;
  const { claims, disputes } = createClaimsAndDisputes(db);
  const cardHashes = createCardHashes(db);
  const send = createOutboxSender({
    orders,
    catalog,
    buyers,
    claims,
    disputes,
    dailyReport: parts.dailyReport,
    cardHashes,
    clock,
    logger,
    api,
    checkpoint,
  });
  return createOutboxWorker({
    db,
    clock,
    logger,
    send,
    operatorChatIds: config.adminIds,
    onSettled: metrics.messages.message,
    checkpoint,
  });
}

import type { BotDeps } from "../bot/bot-deps.ts";
import { createBuyers } from "../buyers/buyers.ts";
import { createConversationStates } from "../buyers/conversation-states.ts";
import { createOperatorActions } from "../operations/operator-actions.ts";
import type { Orders, OrdersForOperators } from "../orders/orders.ts";
import { TERMS_VERSION } from "../texts/index.ts";
import type { TopupJobs } from "../topups/create-topups.ts";
import type { Topups } from "../topups/topups.ts";
import { createWalletReader } from "../wallet/reader.ts";
import { createDesk } from "./desk.ts";
import type { ServiceDeps } from "./services.ts";

const HOUR_MS = 3_600_000;

type ChatParts = Pick<BotDeps, "catalog" | "stockAlerts" | "referral"> & {
  orders: Orders & OrdersForOperators;
  topups: Topups & TopupJobs;
};

/** What the chat calls. */
export function createChatDeps(
  deps: Pick<ServiceDeps, "config" | "db" | "clock" | "logger">,
  { onMessages, ...parts }: ChatParts & { onMessages: () => void },
): BotDeps {
  const { config, db, clock, logger } = deps;
  const { orders, topups } = parts;
  const base = { db, clock, topups, ownerIds: config.adminIds, onMessages };
  const desk = createDesk({ ...base, orders });
  return {
    ...parts,
    wallet: createWalletReader(db),
    buyers: createBuyers({ db, clock, referralTerms: config.referral }),
    conversationStates: createConversationStates({ db, clock }),
    operatorActions: createOperatorActions({ ...base, require: desk.staff.require }),
    desk,
    config: {
      termsVersion: TERMS_VERSION,
      supportContact: config.supportContact,
      smsRetentionHours: Math.round(config.smsRetentionMs / HOUR_MS),
    },
    clock,
    logger,
  };
}

import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { createOutboxSender } from "../../src/bot/outbox/send.ts";
import {
  type OutboxMessage,
  type OwedMessage,
  outboxMessageSchema,
  type SendOutcome,
} from "../../src/core/messages.ts";
import type { ManualClaimView } from "../../src/operations/claims-and-disputes.ts";
import type { OrderView } from "../../src/orders/orders.ts";
import { type BotShop, startBotShop } from "./bot.ts";

export interface OutboxShop {
  readonly shop: BotShop;
  readonly user: PretendUser;
  readonly buyerId: string;
  /** What the cards showed last, by order. */
  readonly hashes: Map<string, string>;
  readonly claims: Map<string, ManualClaimView>;
  /** Sends a message to the buyer, or to somebody else. */
  send(
    message: OutboxMessage,
    change?: Partial<Pick<OwedMessage, "chatId" | "buyerId" | "isHeld">>,
  ): Promise<SendOutcome>;
  /** An order of the buyer. */
  order(change?: Partial<OrderView>): OrderView;
}

/** A shop with one buyer who has said hello, and the sender of owed messages. */
export async function startOutboxShop(): Promise<OutboxShop> {
  const shop = await startBotShop();
  const user = shop.telegram.user({ languageCode: "en" });
  await shop.say(user, "/start");
  const buyerId = shop.fakes.buyers.state.known.get(user.id)?.id ?? "";
  const hashes = new Map<string, string>();
  const claims = new Map<string, ManualClaimView>();
  const sender = createOutboxSender({
    ...shop.fakes.deps,
    api: shop.bot.api,
    cardHashes: {
      get: async (id) => hashes.get(id) ?? null,
      set: async (id, hash) => void hashes.set(id, hash),
    },
    claims: { load: async (id) => claims.get(id) },
    operatorsGroup: null,
    broadcasts: { find: async () => undefined },
    dailyReport: {
      read: async () => {
        throw new Error("there is no report in these tests");
      },
    },
    disputes: {
      load: async () => ({ buyerTelegramId: 5, text: "<where> is my money", createdAt: new Date() }),
    },
  });
  return {
    shop,
    user,
    buyerId,
    hashes,
    claims,
    send: (message, change = {}) =>
      sender({
        id: 1n,
        chatId: user.id,
        buyerId,
        message: outboxMessageSchema.parse(message),
        attempts: 0,
        isHeld: () => true,
        ...change,
      }),
    order: (change = {}) => shop.fakes.orders.add({ buyerId, chatId: user.id, ...change }),
  };
}

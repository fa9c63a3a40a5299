import type { User } from "grammy/types";
import type { Clock } from "../../src/core/clock.ts";
import { type ChatStore, createChatStore, type NewMessage } from "./chat-state.ts";
import { createEventHub, type EventHub } from "./events.ts";
import { createFileStore, type FileStore } from "./files.ts";
import { createForumStore, type ForumStore } from "./forums.ts";
import { createPending, type Pending } from "./pending.ts";
import { createPolling, type Polling } from "./polling.ts";
import { createProfile, type Profile } from "./profile.ts";
import { createRateLimit, type RateLimit } from "./rate-limit.ts";
import { createStarLedger, type StarLedger } from "./stars.ts";
import type { Invoice, Limits, StoredMessage } from "./types.ts";
import { createUpdateQueue, type UpdateQueue } from "./update-queue.ts";
import { createWebhook, type Webhook } from "./webhook.ts";
import { toWireMessage, type WireObject } from "./wire.ts";

/** The lifetime of callback and inline queries. The real one is not documented; a minute is an assumption. */
const QUERY_LIFETIME_MS = 60_000;
/** Bot API: a pre-checkout query must be answered within 10 seconds. */
const CHECKOUT_LIFETIME_MS = 10_000;

export interface CallbackAnswer {
  readonly text: string | undefined;
  readonly showAlert: boolean;
  readonly url: string | undefined;
}

export interface InlineAnswer {
  readonly results: readonly InlineResult[];
  readonly nextOffset: string;
}

/** One result of an inline query. `content` is the message that it sends. */
export interface InlineResult {
  readonly id: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly content: NewMessage["content"];
  readonly buttons: NewMessage["buttons"];
}

type CheckoutAnswer = { readonly ok: true } | { readonly ok: false; readonly errorMessage: string };

/** The state of one pretend Telegram. It survives restarts of the bot. */
export interface World {
  readonly clock: Clock;
  readonly bot: User & { readonly username: string };
  readonly events: EventHub;
  readonly chats: ChatStore;
  readonly queue: UpdateQueue;
  readonly polling: Polling;
  readonly webhook: Webhook;
  readonly stars: StarLedger;
  readonly callbacks: Pending<CallbackAnswer>;
  readonly inlineQueries: Pending<InlineAnswer>;
  readonly checkouts: Pending<CheckoutAnswer>;
  /** Invoices behind links, by link. */
  readonly invoiceLinks: Map<string, Invoice>;
  readonly files: FileStore;
  readonly forums: ForumStore;
  readonly profile: Profile;
  readonly rateLimit: RateLimit;
  /** The message as the Bot API shows it. */
  wire(message: StoredMessage): WireObject;
  close(): void;
}

export function createWorld(options: { clock: Clock; bot: World["bot"]; limits: Limits }): World {
  const { clock, bot } = options;
  const events = createEventHub();
  const queue = createUpdateQueue(clock);
  const chats = createChatStore({ clock, events });
  const webhook = createWebhook({ clock, queue, events });
  const callbacks = createPending<CallbackAnswer>(clock, QUERY_LIFETIME_MS, 4_100_000_000_000_001n);
  const inlineQueries = createPending<InlineAnswer>(clock, QUERY_LIFETIME_MS, 5_100_000_000_000_001n);
  const checkouts = createPending<CheckoutAnswer>(clock, CHECKOUT_LIFETIME_MS, 6_100_000_000_000_001n);

  return {
    clock,
    bot,
    events,
    chats,
    queue,
    webhook,
    callbacks,
    inlineQueries,
    checkouts,
    polling: createPolling({ queue, events }),
    stars: createStarLedger(clock),
    invoiceLinks: new Map(),
    files: createFileStore(),
    forums: createForumStore(),
    profile: createProfile(bot.first_name),
    rateLimit: createRateLimit(clock, options.limits),
    wire(message) {
      const reply = message.replyToMessageId;
      const original = reply === undefined ? undefined : chats.get(message.chatId, reply);
      return toWireMessage(message, { chat: chats.find(message.chatId), bot, original });
    },
    close() {
      webhook.close();
      callbacks.closeAll();
      inlineQueries.closeAll();
      checkouts.closeAll();
    },
  };
}

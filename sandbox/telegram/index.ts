import type { User } from "grammy/types";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import { createCallLog } from "./call-log.ts";
import type { EventHub } from "./events.ts";
import { createFaultQueue, type FaultQueue } from "./faults.ts";
import type { Topic } from "./forums.ts";
import { bookRefund } from "./payments.ts";
import { type PersonOptions, toUser } from "./people.ts";
import type { BotCommand } from "./profile.ts";
import { createApi, listen } from "./server.ts";
import { toTranscript } from "./transcript.ts";
import type { ApiCall, Limits, TranscriptMessage } from "./types.ts";
import { createPretendUser, type PretendUser } from "./user.ts";
import { type MessageMatch, type WaitOptions, waitForMessage } from "./watch.ts";
import type { WireObject } from "./wire.ts";
import { createWorld } from "./world.ts";

export { realLimits } from "./rate-limit.ts";
export type { InlineButton, TelegramEvent, TranscriptMessage } from "./types.ts";
export type { PretendUser } from "./user.ts";

const DEFAULT_TOKEN = "7000000001:pretend-telegram-token";
const FIRST_USER_ID = 800_000_001;
const FIRST_GROUP_ID = -1_002_000_000_001;

export interface PretendTelegramOptions {
  readonly clock: Clock;
  readonly host?: string;
  /** 0, or left out, takes a free port. */
  readonly port?: number;
  readonly token?: string;
  readonly botUsername?: string;
  readonly limits?: Limits;
}

/** A group that the bot is in. */
export interface PretendGroup {
  readonly id: number;
  /** The bot is put out: sends are refused. */
  kick(): void;
  invite(): void;
  topics(): readonly Topic[];
  deleteTopic(threadId: number): void;
  /** Topics are switched on or off. */
  setForum(isForum: boolean): void;
}

/** A pretend Bot API server with pretend users. */
export interface PretendTelegram {
  /** For `TELEGRAM_API_ROOT` or grammY's `client.apiRoot`. */
  readonly apiRoot: string;
  readonly token: string;
  readonly bot: User & { readonly username: string };
  readonly events: Pick<EventHub, "subscribe">;
  readonly faults: Pick<FaultQueue, "add" | "clear">;
  /** The user with that id, made on first use. */
  user(options?: PersonOptions): PretendUser;
  group(options?: { id?: number; title?: string; isForum?: boolean }): PretendGroup;
  /** All messages of a chat as they are now. */
  messages(chatId: number): TranscriptMessage[];
  waitForMessage(chatId: number, match: MessageMatch, options?: WaitOptions): Promise<TranscriptMessage>;
  /** API calls the bot made, oldest first; the newest 10,000 are kept. */
  calls(method?: string): ApiCall[];
  clearCalls(): void;
  /** Queues any fields under the next update id, which it returns. */
  pushUpdate(fields: WireObject): number;
  /** Delivers the newest update again under its old id, which it returns. */
  duplicateLastUpdate(): number;
  /** Updates that the bot has not confirmed yet. */
  pendingUpdates(): number;
  /** What the bot has set about itself for speakers of that language. */
  profile(languageCode: string): {
    readonly name: string;
    readonly description: string;
    readonly picture: Uint8Array | undefined;
  };
  /** The commands a client would list in this user's private chat. */
  commandsFor(user: PretendUser): readonly BotCommand[];
  readonly stars: {
    balance(): number;
    /** A refund that the bot did not request, such as one by Telegram's support. */
    refundOutside(userId: number, chargeId: string): void;
  };
  /** The bytes behind a file id of the transcript. */
  fileBytes(fileId: string): Uint8Array | undefined;
  close(): Promise<void>;
}

/** Starts a server. Servers share no state. */
export async function startPretendTelegram(options: PretendTelegramOptions): Promise<PretendTelegram> {
  const token = options.token ?? DEFAULT_TOKEN;
  const host = options.host ?? "127.0.0.1";
  const bot = {
    id: Number(/^\d+/.exec(token)?.[0] ?? 7_000_000_001),
    is_bot: true,
    first_name: "Numstore",
    username: options.botUsername ?? "numstore_bot",
  };
  const world = createWorld({ clock: options.clock, bot, limits: options.limits ?? {} });
  const faults = createFaultQueue();
  const log = createCallLog();
  const { server, port } = await listen(createApi({ world, token, faults, log }), host, options.port ?? 0);
  const users = new Map<number, PretendUser>();
  let nextUserId = FIRST_USER_ID;
  let nextGroupId = FIRST_GROUP_ID;

  return {
    apiRoot: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    token,
    bot,
    events: world.events,
    faults,
    user(person = {}) {
      const id = person.id ?? nextUserId++;
      const known = users.get(id);
      if (known) return known;
      const created = createPretendUser(world, toUser(person, id), person.isKnown ? "open" : "new");
      users.set(id, created);
      return created;
    },
    group(group = {}) {
      const id = group.id ?? nextGroupId--;
      world.chats.open({ id, type: "supergroup", title: group.title ?? "Group" }, "open");
      if (group.isForum) world.forums.set(id, true);
      return {
        id,
        kick: () => world.chats.setStatus(id, "kicked"),
        invite: () => world.chats.setStatus(id, "open"),
        topics: () => world.forums.list(id),
        deleteTopic: (threadId) => world.forums.remove(id, threadId),
        setForum: (isForum) => world.forums.set(id, isForum),
      };
    },
    messages: (chatId) => world.chats.list(chatId).map(toTranscript),
    waitForMessage: (chatId, match, wait) => waitForMessage(world, chatId, match, wait),
    calls: log.list,
    clearCalls: log.clear,
    pushUpdate: world.queue.pushRaw,
    duplicateLastUpdate: world.queue.repeatLast,
    pendingUpdates: world.queue.pending,
    profile(languageCode) {
      const { profile, files } = world;
      const photo = profile.photo();
      return {
        name: profile.text("name", languageCode),
        description: profile.text("description", languageCode),
        picture: photo === undefined ? undefined : files.bytes(photo),
      };
    },
    commandsFor: ({ user }) => world.profile.commandsFor(user.id, user.language_code ?? ""),
    stars: {
      balance: world.stars.balance,
      refundOutside: (userId, chargeId) => bookRefund(world, userId, chargeId),
    },
    fileBytes: world.files.bytes,
    async close() {
      world.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      // Lets handlers of closed connections finish before this call returns.
      await systemClock.sleep(0);
    },
  };
}

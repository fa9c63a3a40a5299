import type { Update } from "grammy/types";
import {
  type PretendTelegram,
  type PretendUser,
  startPretendTelegram,
  type TranscriptMessage,
} from "../../sandbox/telegram/index.ts";
import { createBot, type ShopBot } from "../../src/bot/bot.ts";
import type { BotConfig, BotDeps } from "../../src/bot/bot-deps.ts";
import type { Referral } from "../../src/buyers/referrals.ts";
import type { Promotions } from "../../src/promotions/promotions.ts";
import { createFakeCatalog, createFakeOrders, createFakeStockAlerts } from "./bot-fakes.ts";
import {
  createFakeBuyers,
  createFakeConversationStates,
  createFakeOperatorActions,
  createFakeTopups,
  createFakeWallet,
} from "./bot-fakes-money.ts";
import { createTestClock } from "./clock.ts";
import { createFakeDesk } from "./desk-fakes.ts";
import { createTestLogger } from "./logger.ts";

export const operatorId = 700_000_001;

export interface BotShop extends AsyncDisposable {
  readonly telegram: PretendTelegram;
  readonly bot: ShopBot;
  readonly fakes: ReturnType<typeof createFakes>;
  /** Resolves when every update so far has been handled to its end. */
  idle(): Promise<void>;
  /** Sends a text and waits until it is handled. */
  say(user: PretendUser, text: string): Promise<void>;
  /** Presses a button of the newest message that has it, and waits until the tap is handled. */
  press(user: PretendUser, label: string | RegExp): Promise<string | undefined>;
  /** The newest message of the bot in this person's chat. */
  last(user: PretendUser): TranscriptMessage;
  readonly rejected: unknown[];
  close(): Promise<void>;
}

export function labelsOf(message: TranscriptMessage): string[] {
  return message.buttons.flat().map(({ text }) => text);
}

interface BotParts {
  readonly referral?: Referral | null;
  readonly promotions?: Promotions;
}

/** No code is any good. */
const noPromotions: Promotions = { redeem: async () => ({ kind: "refused", code: "unknown" }) };

function createFakes(config: Partial<BotConfig>, { referral = null, promotions = noPromotions }: BotParts) {
  const clock = createTestClock();
  const logger = createTestLogger();
  const catalog = createFakeCatalog(clock);
  const orders = createFakeOrders(clock, catalog.state.quotes);
  const stockAlerts = createFakeStockAlerts();
  const topups = createFakeTopups(clock);
  const wallet = createFakeWallet();
  const conversations = createFakeConversationStates();
  const buyers = createFakeBuyers(conversations.read);
  const operatorActions = createFakeOperatorActions();
  const deps: BotDeps = {
    catalog: catalog.catalog,
    apiKeys: null,
    stockAlerts: stockAlerts.stockAlerts,
    orders: orders.orders,
    topups: topups.topups,
    promotions,
    wallet: wallet.wallet,
    buyers: buyers.buyers,
    referral,
    conversationStates: conversations.states,
    operatorActions: operatorActions.operatorActions,
    desk: createFakeDesk([operatorId]),
    operatorsChat: null,
    pauseWords: { in: (errors) => errors },
    config: {
      termsVersion: 1,
      supportContact: "@shop",
      smsRetentionHours: 24,
      ...config,
    },
    clock,
    logger,
  };
  return {
    clock,
    logger,
    catalog,
    stockAlerts,
    orders,
    topups,
    buyers,
    wallet,
    conversations,
    operatorActions,
    deps,
  };
}

/** The real bot, talking HTTP to a pretend Telegram, above services in memory. Nobody is paid for friends by default. */
export async function startBotShop(config: Partial<BotConfig> = {}, parts: BotParts = {}): Promise<BotShop> {
  const fakes = createFakes(config, parts);
  const telegram = await startPretendTelegram({ clock: fakes.clock });
  const bot = createBot({ ...fakes.deps, token: telegram.token, apiRoot: telegram.apiRoot });
  await bot.setUp();
  await bot.introduce();
  telegram.clearCalls();
  const rejected: unknown[] = [];
  const stop = new AbortController();
  const pumping = pump(bot, stop.signal, rejected);

  const idle = async (): Promise<void> => {
    while (telegram.pendingUpdates() > 0) await nextQuietPoll(telegram);
  };
  const withButton = (user: PretendUser, label: string | RegExp): TranscriptMessage => {
    const found = user
      .messages()
      .findLast((message) => labelsOf(message).some((text) => matches(text, label)));
    if (!found)
      throw new Error(`no button ${label}; the chat has ${user.messages().flatMap(labelsOf).join(" | ")}`);
    return found;
  };
  const close = async (): Promise<void> => {
    stop.abort();
    await telegram.close();
    await pumping;
  };
  return {
    telegram,
    bot,
    fakes,
    rejected,
    idle,
    say: async (user, text) => {
      user.send(text);
      await idle();
    },
    press: async (user, label) => {
      const message = withButton(user, label);
      const result = await user.press(message, (button) => matches(button.text, label));
      await idle();
      return result.answer?.text;
    },
    last: (user) => {
      const found = user.messages().findLast(({ from }) => from.isBot);
      if (!found) throw new Error("the bot has not written");
      return found;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function matches(text: string, label: string | RegExp): boolean {
  return typeof label === "string" ? text === label : label.test(text);
}

/** Resolves when the bot asks for updates and there are none. */
function nextQuietPoll(telegram: PretendTelegram): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = telegram.events.subscribe((event) => {
      if (event.type !== "poll_waiting") return;
      unsubscribe();
      resolve();
    });
  });
}

/** Confirms a batch only after it was handled; one person's updates in order, persons side by side. */
async function pump(bot: ShopBot, signal: AbortSignal, rejected: unknown[]): Promise<void> {
  let offset = 0;
  while (!signal.aborted) {
    let updates: Update[];
    try {
      updates = await bot.api.getUpdates({ offset, timeout: 30 });
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    const lanes = new Map<number, Promise<void>>();
    for (const update of updates) {
      offset = update.update_id + 1;
      const lane = update.callback_query?.from.id ?? update.message?.from?.id ?? 0;
      const before = lanes.get(lane) ?? Promise.resolve();
      const handled = before
        .then(() => bot.handleUpdate(update))
        .catch((error: unknown) => void rejected.push(error));
      lanes.set(lane, handled);
    }
    await Promise.all(lanes.values());
  }
}

/** What Telegram allows a bot to send, as the shop keeps to it. */
export interface TelegramLimits {
  /** All chats: this many at once, then one each `intervalMs`. */
  readonly burst: number;
  readonly intervalMs: number;
  /** One chat: codes may use a longer burst than everything else, so that they find room. */
  readonly chatCodeBurst: number;
  readonly chatBurst: number;
  readonly chatIntervalMs: number;
  /** The same in a group: after the burst, one message each. */
  readonly groupIntervalMs: number;
  /** Cards of one chat. All its other messages count here too, but do not wait for it. */
  readonly cardBurst: number;
  readonly cardIntervalMs: number;
}

const PER_SECOND = 30;
const BURST = 3;

/**
 * Telegram names "about 30 messages a second" for a bot and "about one a second" for a chat, with short bursts
 * (core.telegram.org/bots/faq, "My bot is hitting limits"); edits and sends of a chat share about 20 edits a minute, as its
 * developers say (tdlib/telegram-bot-api, issue 648). In any second at most 30 messages leave, in any minute at most 16
 * cards of a chat: the other four are left for codes. A group takes 20 messages a minute.
 *
 * Only owed messages take from the budget. Answers to taps and commands go out at once and take nothing: Telegram does not
 * count answers to taps and sets no total for answers to people, a statement more for each tap would cost more than it
 * saves, and a rush of taps must not delay codes. If somebody's own taps use up their chat, Telegram names a wait, and only
 * that chat waits.
 */
export const telegramLimits: TelegramLimits = {
  burst: BURST,
  intervalMs: 1000 / (PER_SECOND - BURST),
  chatCodeBurst: 5,
  chatBurst: 3,
  chatIntervalMs: 1000,
  groupIntervalMs: 3600,
  cardBurst: 6,
  cardIntervalMs: 6000,
};

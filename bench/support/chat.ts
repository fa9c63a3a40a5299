import { performance } from "node:perf_hooks";
import type { PretendTelegram, PretendUser, TranscriptMessage } from "../../sandbox/telegram/index.ts";
import { systemClock } from "../../src/core/clock.ts";

const PATIENCE_MS = 60_000;

/** Texts by which the cards of a purchase are recognised (English). */
export const screens = {
  services: "What do you need a code for?",
  countries: "choose a country",
  confirm: "is held; you pay only",
  order: "waiting for the code",
} as const;

export interface Shown {
  readonly message: TranscriptMessage;
  /** By performance.now(), when the pretend Telegram had sent or edited it. */
  readonly atMs: number;
}

/** Runs an action and waits for the next message or edit in this chat that contains `text`. */
export async function untilShown(
  telegram: PretendTelegram,
  user: PretendUser,
  text: string,
  act: () => unknown,
): Promise<Shown> {
  const patience = new AbortController();
  let unsubscribe: () => void = () => undefined;
  try {
    const shown = new Promise<Shown>((resolve) => {
      unsubscribe = telegram.events.subscribe((event) => {
        if (event.type !== "message_sent" && event.type !== "message_edited") return;
        const { message } = event;
        if (message.chatId !== user.id || !message.from.isBot || !message.text.includes(text)) return;
        resolve({ message, atMs: performance.now() });
      });
    });
    const acting = (async () => await act())();
    // The action may end after the message; here only its failure matters.
    const failed = new Promise<never>((_, reject) => void acting.catch(reject));
    const late = systemClock.sleep(PATIENCE_MS, patience.signal).then(() => undefined);
    const found = await Promise.race([shown, late, failed]);
    if (found) return found;
    throw new Error(`"${text}" was not shown; the chat ends with: ${user.lastMessage()?.text.slice(0, 300)}`);
  } finally {
    unsubscribe();
    patience.abort();
  }
}

export interface Tapped extends Shown {
  /** From the tap to the end of the button's spinner. */
  readonly answeredMs: number;
  /** From the tap to the message that shows the result. */
  readonly shownMs: number;
}

/** Presses the first button whose label contains `label`, and waits for the expected message. */
export async function tapUntil(
  telegram: PretendTelegram,
  user: PretendUser,
  on: TranscriptMessage,
  label: string,
  text: string,
): Promise<Tapped> {
  let tappedAtMs = 0;
  let answeredMs = Number.NaN;
  let pressed: Promise<void> = Promise.resolve();
  const shown = await untilShown(telegram, user, text, () => {
    tappedAtMs = performance.now();
    pressed = user
      .press(on, (button) => button.text.includes(label))
      .then(({ answer }) => {
        if (answer !== undefined) answeredMs = performance.now() - tappedAtMs;
      });
    return pressed;
  });
  await pressed;
  return { ...shown, answeredMs, shownMs: shown.atMs - tappedAtMs };
}

/** Buys a number by typed search. Resolves with the message that shows the number. */
export async function buyTyping(
  telegram: PretendTelegram,
  user: PretendUser,
  wanted: string,
): Promise<Tapped> {
  const confirm = await untilShown(telegram, user, screens.confirm, () => user.send(wanted));
  return await tapUntil(telegram, user, confirm.message, " · $", screens.order);
}

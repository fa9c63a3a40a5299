import type { PretendUser, TranscriptMessage } from "../../sandbox/telegram/index.ts";
import type { CrashWorld } from "../support/crash-world.ts";

/** By the shop's time. */
const WAIT_MS = 60_000;
const ASK_AGAIN_MS = 10_000;

/** A person who presses what is there, and again when nothing came of it: the shop may be dead just now. */
export interface Buyer {
  readonly user: PretendUser;
  say(text: string): void;
  /** Says it until the answer reads like that. */
  ask(text: string, answer: RegExp): Promise<void>;
  /** Waits for the newest message with such a button and presses it; does not wait for the answer. */
  press(label: RegExp): Promise<void>;
  /** Waits for a message that says this, for a minute unless told otherwise. */
  read(text: RegExp, withinMs?: number): Promise<TranscriptMessage>;
  /** Waits for an invoice and pays it; returns the charge id. */
  pay(): Promise<string>;
  /** Waits for a number in the chat. */
  number(): Promise<string>;
}

/** A person of this world: a new one without an id. Nobody waits for a shop that is down. */
export function createBuyer({ outside, time, isDown }: CrashWorld, id?: number): Buyer {
  const user = outside.telegram.user(id === undefined ? {} : { id });
  /** What was there before this person last wrote is old. */
  let since = 0;
  const wait = (
    match: (message: TranscriptMessage) => boolean,
    withinMs = WAIT_MS,
  ): Promise<TranscriptMessage> =>
    time
      .until(() => user.messages().find((message) => message.messageId > since && match(message)), {
        ms: withinMs,
        isOver: isDown,
      })
      .catch((error: unknown) => {
        throw new Error(`${error} after: ${user.lastMessage()?.text}`);
      });
  const has = (message: TranscriptMessage, label: RegExp): boolean =>
    message.buttons.flat().some(({ text }) => label.test(text));
  return {
    user,
    say(text) {
      since = user.send(text).messageId;
    },
    async ask(text, answer) {
      for (let attempt = 1; ; attempt += 1) {
        since = user.send(text).messageId;
        const answered = await wait(({ from }) => from.isBot);
        if (answer.test(answered.text)) return;
        if (attempt === 30) throw new Error(`${text} was answered with: ${answered.text}`);
        // What an earlier scenario found sold out or broken is offered again after a while.
        await time.clock.sleep(ASK_AGAIN_MS);
      }
    },
    async press(label) {
      const message = await wait((candidate) => has(candidate, label));
      const newest = user.messages().findLast((candidate) => has(candidate, label)) ?? message;
      void user.press(newest, ({ text }) => label.test(text));
    },
    read: (text, withinMs) => wait((message) => message.from.isBot && text.test(message.text), withinMs),
    async pay() {
      const isOpen = (message: TranscriptMessage): boolean =>
        message.kind === "invoice" && message.invoice?.paid === false;
      for (let attempt = 1; ; attempt += 1) {
        const outcome = await user.payInvoice(await wait(isOpen));
        if (outcome.ok) return outcome.chargeId;
        if (attempt === 20) throw new Error(outcome.errorMessage);
      }
    },
    async number() {
      const { text } = await wait((message) => message.from.isBot && /\+\d{8,}/.test(message.text));
      return /\+\d{8,}/.exec(text)?.[0] ?? "";
    },
  };
}

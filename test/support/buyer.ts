import type { PretendUser, TranscriptMessage } from "../../sandbox/telegram/index.ts";

/** A person who shops by chat, waiting for messages and never for time. */
export interface Buyer {
  readonly user: PretendUser;
  say(text: string, result: string): Promise<TranscriptMessage>;
  /** Presses the first button whose label contains `label`, and waits for a message that shows the result. */
  tap(on: TranscriptMessage, label: string, result: string): Promise<TranscriptMessage>;
  start(): Promise<void>;
  topUp(stars?: number): Promise<void>;
  /** The question before the purchase. */
  chooseWhatsApp(): Promise<TranscriptMessage>;
  /** The card of a rented number. */
  buyWhatsApp(): Promise<TranscriptMessage>;
  /** The next message of the bot that contains the text. */
  hears(text: string): Promise<TranscriptMessage>;
}

export function createBuyer(user: PretendUser, timeoutMs = 15_000): Buyer {
  const wait = { timeoutMs };
  const has =
    (text: string) =>
    (message: TranscriptMessage): boolean =>
      message.from.isBot && message.text.includes(text);

  const buyer: Buyer = {
    user,
    async say(text, result) {
      const afterMessageId = user.lastMessage()?.messageId ?? 0;
      user.send(text);
      return await user.waitForMessage(has(result), { ...wait, afterMessageId });
    },
    async tap(on, label, result) {
      const shown = user.waitForMessage(has(result), wait);
      await user.press(on, (button) => button.text.includes(label), wait);
      return await shown;
    },
    async start() {
      user.start();
      await user.waitForMessage(has("Welcome"), wait);
    },
    async topUp(stars = 50) {
      const menu = await buyer.say("/topup", "Top up");
      const isOpenInvoice = (message: TranscriptMessage): boolean => message.invoice?.paid === false;
      const shown = user.waitForMessage(isOpenInvoice, wait);
      await user.press(menu, (button) => button.text.startsWith(`⭐${stars} `), wait);
      const receipt = user.waitForMessage(has("added."), wait);
      const outcome = await user.payInvoice(await shown);
      if (!outcome.ok) throw new Error("the payment was refused");
      await receipt;
    },
    async chooseWhatsApp() {
      return await buyer.say("whatsapp uk", "is held; you pay only");
    },
    async buyWhatsApp() {
      return await buyer.tap(await buyer.chooseWhatsApp(), " · $", "waiting for the code");
    },
    async hears(text) {
      return await user.waitForMessage(has(text), wait);
    },
  };
  return buyer;
}

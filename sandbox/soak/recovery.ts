import type { PretendTelegram } from "../telegram/index.ts";

/** How long it takes from a kill until the shop is seen to handle something again. */
export interface Recovery {
  killed(): void;
  /** The shop has handled something since the last kill. */
  isAtWork(): boolean;
  /** Real milliseconds, one for each kill that was followed by a sign of life. */
  readonly timesMs: readonly number[];
}

const signs = /^(answerCallbackQuery|answerPreCheckoutQuery|sendMessage|editMessageText|sendInvoice)$/;

export function createRecovery(telegram: Pick<PretendTelegram, "events">): Recovery {
  const timesMs: number[] = [];
  let open: number[] = [];
  telegram.events.subscribe((event) => {
    if (event.type !== "api_call" || !event.call.ok || !signs.test(event.call.method)) return;
    const now = Date.now();
    timesMs.push(...open.map((killedAt) => now - killedAt));
    open = [];
  });
  return { isAtWork: () => open.length === 0, killed: () => void open.push(Date.now()), timesMs };
}

import type { PretendTelegram } from "../telegram/index.ts";

/** How long it takes from a kill until the shop is seen to handle something again. */
export interface Recovery {
  killed(): void;
  /** The shop has done enough since the last kill to be in the middle of something. */
  isAtWork(): boolean;
  /** Real milliseconds, one for each kill that was followed by a sign of life. */
  readonly timesMs: readonly number[];
}

const signs = /^(answerCallbackQuery|answerPreCheckoutQuery|sendMessage|editMessageText|sendInvoice)$/;

/** Without this pace a slow machine would spend its time on starts, and no order would ever be in danger. */
const ENOUGH_SIGNS = 10;

export function createRecovery(telegram: Pick<PretendTelegram, "events">): Recovery {
  const timesMs: number[] = [];
  let open: number[] = [];
  let signsSinceKill = 0;
  telegram.events.subscribe((event) => {
    if (event.type !== "api_call" || !event.call.ok || !signs.test(event.call.method)) return;
    const now = Date.now();
    signsSinceKill += 1;
    timesMs.push(...open.map((killedAt) => now - killedAt));
    open = [];
  });
  return {
    killed() {
      open.push(Date.now());
      signsSinceKill = 0;
    },
    isAtWork: () => signsSinceKill >= ENOUGH_SIGNS,
    timesMs,
  };
}

import { systemClock } from "../../src/core/clock.ts";
import type { PretendUser, TranscriptMessage } from "../telegram/index.ts";

/** People who buy one number after another. */
export interface Shoppers {
  /** Taps that ended with a number on the card. */
  readonly bought: () => number;
  /** Resolves when everybody has finished the purchase they were at. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 40_000;

/** Each person buys what they want, waits for the number, rests, and begins again. */
export function startShoppers(
  people: readonly PretendUser[],
  { wanted, restMs }: { readonly wanted: readonly string[]; readonly restMs: number },
): Shoppers {
  const stopping = new AbortController();
  let bought = 0;
  const live = async (person: PretendUser, index: number): Promise<void> => {
    for (let turn = index; !stopping.signal.aborted; turn += 1) {
      try {
        await buy(person, wanted[turn % wanted.length] ?? "");
        bought += 1;
      } catch (error) {
        // No answer: the tap or the text was in the hands of a replica that died. People try again.
        if (!(error instanceof Error)) throw error;
      }
      await systemClock.sleep(restMs, stopping.signal);
    }
  };
  const living = people.map(live);
  return {
    bought: () => bought,
    async stop() {
      stopping.abort();
      await Promise.all(living);
    },
  };
}

async function buy(person: PretendUser, wanted: string): Promise<void> {
  const { messageId: afterMessageId } = person.send(wanted);
  const wait = { timeoutMs: PATIENCE_MS, afterMessageId };
  const confirm = await person.waitForMessage(shows("is held; you pay only"), wait);
  await person.press(confirm, (button) => button.text.includes("number"), { timeoutMs: PATIENCE_MS });
  await person.waitForMessage(shows("waiting for the code"), { ...wait, afterMessageId: afterMessageId });
}

const shows =
  (text: string) =>
  (message: TranscriptMessage): boolean =>
    message.from.isBot && message.text.includes(text);

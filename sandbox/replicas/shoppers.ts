import { systemClock } from "../../src/core/clock.ts";
import type { InlineButton, PretendTelegram, PretendUser, TranscriptMessage } from "../telegram/index.ts";

/** People who buy one number after another. */
export interface Shoppers {
  /** Taps that ended with a number on the card. */
  readonly bought: () => number;
  /** Resolves when everybody has finished the purchase they were at. */
  stop(): Promise<void>;
}

const FIRST_PERSON = 600_000_000;
const WELCOME_MS = 60_000;
const PATIENCE_MS = 40_000;

/** So many people who have started the bot and have money, which `fund` gives to a Telegram id. */
export async function gatherPeople(
  telegram: Pick<PretendTelegram, "user">,
  count: number,
  fund: (telegramId: number) => Promise<unknown>,
): Promise<readonly PretendUser[]> {
  const people: PretendUser[] = [];
  for (let id = FIRST_PERSON; id < FIRST_PERSON + count; id += 1) {
    await fund(id);
    people.push(telegram.user({ id, firstName: "Buyer" }));
  }
  for (const person of people) person.start();
  await Promise.all(people.map((person) => person.waitForMessage("Welcome", { timeoutMs: WELCOME_MS })));
  return people;
}

/** Each person buys what they want, waits for the code, rests, and begins again. */
export function startShoppers(
  people: readonly PretendUser[],
  { wanted, restMs }: { readonly wanted: readonly string[]; readonly restMs: number },
): Shoppers {
  const stopping = new AbortController();
  let bought = 0;
  const live = async (person: PretendUser, index: number): Promise<void> => {
    for (let turn = index; !stopping.signal.aborted; turn += 1) {
      try {
        await buy(person, wanted[turn % wanted.length] ?? "", () => {
          bought += 1;
        });
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

/** Buys a number, waits for its code and says that this was all. */
async function buy(person: PretendUser, wanted: string, onNumber: () => void): Promise<void> {
  const { messageId: afterMessageId } = person.send(wanted);
  const wait = { timeoutMs: PATIENCE_MS, afterMessageId };
  const confirm = await person.waitForMessage(shows("is held; you pay only"), wait);
  await person.press(confirm, (button) => button.text.includes("number"), { timeoutMs: PATIENCE_MS });
  const { messageId } = await person.waitForMessage(shows("waiting for the code"), wait);
  onNumber();
  await person.waitForMessage(
    (card) => card.messageId === messageId && card.buttons.flat().some(isDone),
    wait,
  );
  await person.press(messageId, isDone, { timeoutMs: PATIENCE_MS });
}

const isDone = ({ text }: InlineButton): boolean => text.includes("Close number");

const shows =
  (text: string) =>
  (message: TranscriptMessage): boolean =>
    message.from.isBot && message.text.includes(text);

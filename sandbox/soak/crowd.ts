import { setMaxListeners } from "node:events";
import type { Clock } from "../../src/core/clock.ts";
import type { PretendTelegram, PretendUser, TranscriptMessage } from "../telegram/index.ts";
import { createRandom, type Random } from "./random.ts";

/** Buyers who do what buyers do, in an order that the seed decides; what comes of it depends on the shop. */
export interface Crowd {
  start(): void;
  /** Resolves when everybody has finished what they were at. */
  pause(): Promise<void>;
  /** Real milliseconds from tap to answer; taps that were never answered are not in it. */
  readonly answersMs: readonly number[];
  readonly figures: { taps: number; unanswered: number; payments: number };
}

type Intent =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "go on" }
  | { readonly kind: "press"; readonly label: RegExp };

const wanted = ["whatsapp uk", "google poland", "openai usa", "tiktok uk", "whatsapp india"];
const goOn = [/^Pay \d+ Stars and buy/, /^(Get number|Accept and get number)/, /^Get (?!number)/];
/** Real time; a tap that was in the hands of a killed replica waits for its lease to run out. */
const TAP_MS = 6_000;
/** Older messages are out of sight. */
const SEEN = 25;
const DOUBLE_SHARE = 0.15;
const LOST_UPDATE_SHARE = 0.1;
const MAX_ANSWERS = 100_000;

export function createCrowd(deps: {
  telegram: PretendTelegram;
  clock: Clock;
  seed: number;
  size: number;
}): Crowd {
  const { telegram, clock, seed } = deps;
  const answersMs: number[] = [];
  const figures = { taps: 0, unanswered: 0, payments: 0 };
  const people = Array.from({ length: deps.size }, (_, index) => ({
    user: telegram.user({ firstName: `Buyer ${index + 1}` }),
    random: createRandom(seed * 1_000 + index),
  }));
  let pausing = new AbortController();
  let living: Promise<unknown> = Promise.resolve();

  async function tap(user: PretendUser, message: TranscriptMessage, label: RegExp): Promise<void> {
    figures.taps += 1;
    const before = Date.now();
    const result = await user.press(message, ({ text }) => label.test(text), { timeoutMs: TAP_MS });
    if (!result.answer) figures.unanswered += 1;
    else if (answersMs.length < MAX_ANSWERS) answersMs.push(Date.now() - before);
  }

  async function press(user: PretendUser, label: RegExp, isDouble: boolean): Promise<boolean> {
    const message = user
      .messages()
      .slice(-SEEN)
      .findLast(({ buttons }) => buttons.flat().some(({ text }) => label.test(text)));
    if (!message) return false;
    await Promise.all(Array.from({ length: isDouble ? 2 : 1 }, () => tap(user, message, label)));
    return true;
  }

  async function pay(user: PretendUser, deliver: boolean): Promise<boolean> {
    const open = user
      .messages()
      .slice(-SEEN)
      .findLast(({ kind, invoice }) => kind === "invoice" && invoice?.paid === false);
    if (!open) return false;
    const outcome = await user.payInvoice(open, { deliver });
    if (outcome.ok) figures.payments += 1;
    return true;
  }

  async function turn(user: PretendUser, random: Random): Promise<void> {
    // Always the same draws, so that what people mean to do does not depend on what the shop did.
    const intent = choose(random);
    const isDouble = random.isIn(DOUBLE_SHARE);
    const deliver = !random.isIn(LOST_UPDATE_SHARE);
    const product = random.pick(wanted);
    if (intent.kind === "say") return void user.send(intent.text);
    if (intent.kind === "press" && (await press(user, intent.label, isDouble))) return;
    if (await pay(user, deliver)) return;
    for (const label of goOn) if (await press(user, label, isDouble)) return;
    user.send(`/buy ${product}`);
  }

  async function live(user: PretendUser, random: Random, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const restMs = random.between(3_000, 25_000);
      await turn(user, random).catch((error: unknown) => {
        // A button that is gone between looking and pressing: people meet that too.
        if (!(error instanceof Error) || !/No such button|is not in the chat/.test(error.message))
          throw error;
      });
      await clock.sleep(restMs, signal);
    }
  }

  return {
    answersMs,
    figures,
    start() {
      pausing = new AbortController();
      setMaxListeners(people.length + 1, pausing.signal);
      const { signal } = pausing;
      living = Promise.all(people.map(({ user, random }) => live(user, random, signal)));
    },
    async pause() {
      pausing.abort();
      await living;
    },
  };
}

function choose(random: Random): Intent {
  const what = random.next();
  const product = random.pick(wanted);
  if (what < 0.5) return { kind: "go on" };
  if (what < 0.68) return { kind: "say", text: `/buy ${product}` };
  if (what < 0.76) return { kind: "press", label: /^Cancel$/ };
  if (what < 0.84) return { kind: "press", label: /^Another code$/ };
  if (what < 0.9) return { kind: "press", label: /^Done$/ };
  if (what < 0.94) return { kind: "press", label: /^100 Stars/ };
  return { kind: "say", text: random.pick(["/topup", "/topup", "/orders", "/balance"]) };
}

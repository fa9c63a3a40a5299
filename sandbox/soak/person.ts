import { systemClock } from "../../src/core/clock.ts";
import type { InlineButton, PretendUser, TranscriptMessage } from "../telegram/index.ts";
import type { Cashier } from "./cashier.ts";
import type { Turn } from "./habits.ts";
import type { Random } from "./random.ts";

export interface CrowdFigures {
  taps: number;
  unanswered: number;
  payments: number;
  /** Receipts of transfers that were sent. */
  receipts: number;
  /** People who had their data deleted and read the farewell. */
  farewells: number;
}

export interface Person {
  readonly user: PretendUser;
  readonly random: Random;
  readonly cashier: Cashier;
  readonly figures: CrowdFigures;
  /** Waits so long (real milliseconds) for an answer before doing something else. */
  readonly patienceMs: number;
  /** A tap was answered after so many real milliseconds. */
  readonly onAnswer: (ms: number) => void;
}

const goOn = [/^Pay ⭐\d+ and buy/, /^(Get number|Accept · get) · /, /^Get (?!number)/];
const LOOK_MS = 50;
/** Older messages are out of sight. */
const SEEN = 25;
const UNPAID_SHARE = 0.2;
const ways = { "crypto-pay": /^Crypto$/, manual: /^Transfer to the shop$/ } as const;

/** Does what the turn means to do, or whatever is possible instead. */
export async function takeTurn(person: Person, turn: Turn, signal: AbortSignal): Promise<void> {
  const { intent, isDouble } = turn;
  if (intent.kind === "say") return void person.user.send(intent.text);
  if (intent.kind === "leave") return await leave(person, signal);
  if (intent.kind === "top up") return await topUp(person, intent.gateway, signal);
  if (intent.kind === "press" && (await press(person, intent.label, isDouble))) return;
  if (await payStars(person, turn.isDelivered)) return;
  for (const label of goOn) if (await press(person, label, isDouble)) return;
  person.user.send(`/buy ${turn.product}`);
}

type Fits = (button: InlineButton) => boolean;

async function tap({ user, figures, patienceMs, onAnswer }: Person, message: TranscriptMessage, fits: Fits) {
  figures.taps += 1;
  const before = Date.now();
  const result = await user.press(message, fits, { timeoutMs: patienceMs });
  if (result.url !== undefined) return result;
  if (!result.answer) figures.unanswered += 1;
  else onAnswer(Date.now() - before);
  return result;
}

async function press(person: Person, label: RegExp, isDouble: boolean): Promise<boolean> {
  const fits: Fits = ({ text }) => label.test(text);
  const message = latest(person, ({ buttons }) => buttons.flat().some(fits));
  if (!message) return false;
  await Promise.all(Array.from({ length: isDouble ? 2 : 1 }, () => tap(person, message, fits)));
  return true;
}

function latest({ user }: Person, matches: (message: TranscriptMessage) => boolean) {
  return user
    .messages()
    .slice(-SEEN)
    .findLast((message) => message.from.isBot && matches(message));
}

async function payStars({ user, figures }: Person, deliver: boolean): Promise<boolean> {
  const open = user
    .messages()
    .slice(-SEEN)
    .findLast(({ kind, invoice }) => kind === "invoice" && invoice?.paid === false);
  if (!open) return false;
  const outcome = await user.payInvoice(open, { deliver });
  if (outcome.ok) figures.payments += 1;
  return true;
}

/** Waits until the bot shows something newer than `after` (an edit counts), in real time; undefined: it does not. */
async function seen(
  person: Person,
  matches: (message: TranscriptMessage) => boolean,
  signal: AbortSignal,
): Promise<TranscriptMessage | undefined> {
  for (const startedAt = Date.now(); Date.now() - startedAt < person.patienceMs && !signal.aborted; ) {
    const message = latest(person, matches);
    if (message) return message;
    await systemClock.sleep(LOOK_MS, signal);
  }
  return undefined;
}

function has(message: TranscriptMessage, label: RegExp, asks: boolean): boolean {
  return message.buttons
    .flat()
    .some(({ text, callback_data }) => label.test(text) && (callback_data !== undefined) === asks);
}

/** /privacy, and three taps. Whoever has open orders is refused. */
async function leave(person: Person, signal: AbortSignal): Promise<void> {
  const { messageId } = person.user.send("/privacy");
  const steps: readonly (readonly [RegExp, RegExp])[] = [
    [/^Delete my data$/, /./],
    [/^Delete my data$/, /^This deletes/],
    [/^Yes, delete my data$/, /./],
  ];
  for (const [label, text] of steps) {
    const card = await seen(
      person,
      (message) => message.messageId > messageId && has(message, label, true) && text.test(message.text),
      signal,
    );
    if (!card) return;
    await tap(person, card, (button) => label.test(button.text));
  }
  const farewell = await seen(
    person,
    ({ messageId: id, text }) => id > messageId && text.startsWith("Your data has been deleted"),
    signal,
  );
  if (farewell) person.figures.farewells += 1;
}

/** /topup, the way to pay, an amount; then the invoice is paid, or a receipt is sent. */
async function topUp(person: Person, gateway: "crypto-pay" | "manual", signal: AbortSignal): Promise<void> {
  const { messageId } = person.user.send("/topup");
  const isNew = ({ messageId: id }: TranscriptMessage): boolean => id > messageId;
  const way = ways[gateway];
  const menu = await seen(person, (message) => isNew(message) && has(message, way, true), signal);
  if (!menu) return;
  await tap(person, menu, ({ text }) => way.test(text));
  // The menu of a way to pay offers the other ways only.
  const isMenu = (message: TranscriptMessage): boolean =>
    isNew(message) && has(message, /^Pay \$/, true) && !has(message, way, true);
  const amounts = await seen(person, isMenu, signal);
  if (!amounts) return;
  const labels = amounts.buttons.flat().flatMap(({ text }) => (text.startsWith("Pay $") ? [text] : []));
  const label = person.random.pick(labels);
  await tap(person, amounts, ({ text }) => text === label);
  if (gateway === "manual") await sendReceipt(person, amounts, signal);
  else await payInvoice(person, messageId, signal);
}

async function sendReceipt(person: Person, after: TranscriptMessage, signal: AbortSignal): Promise<void> {
  const asks = await seen(
    person,
    ({ messageId, text }) => messageId > after.messageId && text.startsWith("Transfer $"),
    signal,
  );
  if (!asks) return;
  person.figures.receipts += 1;
  // A reference of its own, so that a decision can be told from others.
  person.user.send(`receipt ${person.user.id % 1_000}x${person.figures.receipts}`);
}

async function payInvoice(person: Person, after: number, signal: AbortSignal): Promise<void> {
  const isInvoice = (message: TranscriptMessage): boolean =>
    message.messageId > after && has(message, /^Pay \$/, false);
  const message = await seen(person, isInvoice, signal);
  if (!message || person.random.isIn(UNPAID_SHARE)) return;
  const { url } = await tap(person, message, ({ text }) => text.startsWith("Pay $"));
  const invoiceId = Number(/start=(\d+)/.exec(url ?? "")?.[1] ?? Number.NaN);
  if (Number.isInteger(invoiceId)) await person.cashier.pay(person.user.id, invoiceId, person.random, signal);
}

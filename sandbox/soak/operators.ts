import type { Clock } from "../../src/core/clock.ts";
import type { PretendTelegram, PretendUser, TranscriptMessage } from "../telegram/index.ts";
import { operatorIds } from "./outside.ts";
import { createRandom, type Random } from "./random.ts";
import type { Witness } from "./witness.ts";

/** The people in ADMIN_IDS: both decide about claims, the first also bans, lifts bans and refunds. */
export interface Operators {
  start(): void;
  /** Resolves when both have finished what they were at. */
  pause(): Promise<void>;
  readonly figures: { decisions: number; bans: number; "refunds asked for": number };
}

/** Real time. */
const TAP_MS = 6_000;
const SEEN = 60;
const APPROVED_SHARE = 0.65;
const BAN_SHARE = 0.25;
const REFUND_SHARE = 0.1;
/** Of the crowd, at most so many are banned at a time: the others should be able to buy. */
const BANNED_SHARE = 0.2;
const told: Readonly<Record<string, string>> = {
  "Approved.": "approved",
  "✅ Rejected. The buyer is told why.": "rejected",
};

interface Office {
  readonly witness: Witness;
  readonly buyerIds: readonly number[];
  readonly figures: Operators["figures"];
}

export function createOperators(deps: {
  telegram: PretendTelegram;
  clock: Clock;
  witness: Witness;
  buyerIds: readonly number[];
  seed: number;
}): Operators {
  const { telegram, clock, witness, buyerIds, seed } = deps;
  const office: Office = { witness, buyerIds, figures: { decisions: 0, bans: 0, "refunds asked for": 0 } };
  const people = operatorIds.map((id, index) => ({
    user: telegram.user({ id, firstName: `Operator ${index + 1}` }),
    random: createRandom(seed * 1_000 + 900 + index),
    isFirst: index === 0,
  }));
  let pausing = new AbortController();
  let working: Promise<unknown> = Promise.resolve();

  async function work({ user, random, isFirst }: (typeof people)[number], signal: AbortSignal) {
    user.start();
    while (!signal.aborted) {
      await clock.sleep(random.between(5_000, 30_000), signal);
      if (signal.aborted) return;
      await decide(office, user, random);
      if (isFirst) command(office, user, random);
    }
  }

  return {
    figures: office.figures,
    start() {
      pausing = new AbortController();
      const { signal } = pausing;
      working = Promise.all(people.map((person) => work(person, signal)));
    },
    async pause() {
      pausing.abort();
      await working;
    },
  };
}

async function decide({ witness, figures }: Office, user: PretendUser, random: Random): Promise<void> {
  const choice = random.isIn(APPROVED_SHARE) ? "Approve" : "Reject…";
  const claim = user
    .messages()
    .slice(-SEEN)
    .findLast((message) => hasButton(message, choice));
  if (!claim) return;
  const result =
    choice === "Approve"
      ? await user.press(claim, choice, { timeoutMs: TAP_MS })
      : await reject(user, claim, choice);
  const decision = told[result?.answer?.text ?? ""];
  const note = noteOf(claim);
  if (decision === undefined || note === undefined) return;
  figures.decisions += 1;
  witness.decisions.set(note, (witness.decisions.get(note) ?? new Set()).add(decision));
}

/** Reject, reason, confirm. Undefined: one of the steps was not answered, as while the shop is down. */
async function reject(user: PretendUser, claim: TranscriptMessage, choice: string) {
  const newest = user.lastMessage()?.messageId ?? claim.messageId;
  // The claim's own message, or a new one where that shows a picture.
  const next = (label: string) =>
    user
      .waitForMessage(
        (message) =>
          (message.messageId === claim.messageId || message.messageId > newest) && hasButton(message, label),
        { timeoutMs: TAP_MS },
      )
      .catch(() => undefined);
  let result = await user.press(claim, choice, { timeoutMs: TAP_MS });
  for (const label of ["The payment has not arrived.", "✅ Confirm"]) {
    const card = await next(label);
    if (!card) return undefined;
    result = await user.press(card, label, { timeoutMs: TAP_MS });
  }
  return result;
}

function hasButton({ buttons }: TranscriptMessage, label: string): boolean {
  return buttons.flat().some(({ text }) => text === label);
}

function noteOf({ text }: TranscriptMessage): string | undefined {
  return /^Note: (receipt \S+)$/m.exec(text)?.[1];
}

/** Commands of one person are carried out in their order, so the last word is what must hold when all is done. */
function command({ witness, buyerIds, figures }: Office, user: PretendUser, random: Random): void {
  const isBan = random.isIn(BAN_SHARE);
  const isRefund = random.isIn(REFUND_SHARE);
  const buyerId = random.pick(buyerIds);
  const charges = [...witness.charges.keys()];
  if (isRefund && charges.length > 0) {
    figures["refunds asked for"] += 1;
    return void user.send(`/refund ${random.pick(charges)}`);
  }
  if (!isBan) return;
  const banned = [...witness.bans].flatMap(([id, isBanned]) => (isBanned ? [id] : []));
  if (banned.length >= buyerIds.length * BANNED_SHARE) {
    const freed = random.pick(banned);
    witness.bans.set(freed, false);
    return void user.send(`/unban ${freed}`);
  }
  figures.bans += 1;
  witness.bans.set(buyerId, true);
  user.send(`/ban ${buyerId} soak`);
}

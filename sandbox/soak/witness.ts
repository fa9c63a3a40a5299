import type { MarketSms, RentalStatus } from "../providers/market-types.ts";
import type { PretendTelegram, TelegramEvent, TranscriptMessage } from "../telegram/index.ts";
import type { Outside } from "../world.ts";

/** An SMS that a pretend supplier has for one of its numbers. */
export interface WitnessedSms {
  readonly provider: string;
  readonly rentalId: string;
  readonly code: string;
  readonly at: Date;
  /** Told by a push only. */
  readonly isPushed: boolean;
  /** False: it is told by a push only, and the push did not get through. */
  isTold: boolean;
}

export interface Charge {
  readonly userId: number;
  readonly stars: number;
}

/** A paid Crypto Pay invoice. */
export interface PaidInvoice {
  readonly userId: number;
  readonly amountMicros: bigint;
}

/** What the outside world has seen, kept apart from anything the shop says. */
export interface Witness {
  readonly sms: readonly WitnessedSms[];
  /** Stars payments by charge id. */
  readonly charges: ReadonlyMap<string, Charge>;
  readonly refunds: ReadonlySet<string>;
  /** Paid Crypto Pay invoices by their id. */
  readonly invoices: Map<string, PaidInvoice>;
  /** What operators were told that they had decided ("approved", "rejected"), by the note of the claim. */
  readonly decisions: Map<string, Set<string>>;
  /** The operators' last word about a person, by Telegram id; true: a ban. */
  readonly bans: Map<number, boolean>;
  /** The code was in the chat at any time, in whatever message; null: in anybody's. */
  isShown(chatId: number | null, code: string): boolean;
  /** The shop could learn of an SMS of this number: by asking, or by a push that got through while it waited. */
  isAnyTold(provider: string, rentalId: string, closedAt: Date | null): boolean;
  /** The number was shown to somebody, who may have given it away since. */
  isNumberShown(phone: string): boolean;
  /** A webhook reached the shop, or did not: a push that was not accepted is lost by its sender. */
  forwarded(body: string, status: number): void;
  /** Messages with a code that were sent more than once, word for word. */
  toldTwice(): number;
}

/** Seven digits: no price and no year reads like that. */
const CODE = /\b\d{7}\b/g;
const PUSHED = /"otp_code":"(\d+)"/;
const PHONE = /\+\d{8,15}/g;

export function createWitness({
  telegram,
  providers,
}: Pick<Outside, "providers"> & { readonly telegram: Pick<PretendTelegram, "events"> }): Witness {
  const sms: WitnessedSms[] = [];
  const charges = new Map<string, Charge>();
  const refunds = new Set<string>();
  const rung = new Map<string, number>();
  const shown = new Set<string>();
  const smsByRental = new Map<string, WitnessedSms[]>();
  const numbers = new Set<string>();
  const byCode = new Map<string, WitnessedSms>();

  function read(message: TranscriptMessage, isNew: boolean): void {
    if (!message.from.isBot) return;
    for (const [phone] of message.text.matchAll(PHONE)) numbers.add(phone);
    const codes = new Set([...message.text.matchAll(CODE)].map(([code]) => code));
    for (const code of codes) shown.add(`${message.chatId} ${code}`).add(code);
    if (!isNew || message.silent || codes.size === 0) return;
    const key = `${message.chatId} ${message.text}`;
    rung.set(key, (rung.get(key) ?? 0) + 1);
  }

  telegram.events.subscribe((event: TelegramEvent) => {
    if (event.type === "message_sent") read(event.message, true);
    if (event.type === "message_edited") read(event.message, false);
    if (event.type === "invoice_paid")
      charges.set(event.chargeId, { userId: event.userId, stars: event.stars });
    if (event.type === "refunded") refunds.add(event.chargeId);
  });
  for (const [provider, { market, protocol }] of providers) {
    const isPushed = protocol === "push-gateway";
    market.onSms((rental: { id: string; status: RentalStatus }, { code, at }: MarketSms) => {
      if (code === null) return;
      const seen = { provider, rentalId: rental.id, code, at, isPushed, isTold: !isPushed };
      sms.push(seen);
      const rentalKey = `${provider} ${rental.id}`;
      smsByRental.set(rentalKey, [...(smsByRental.get(rentalKey) ?? []), seen]);
      byCode.set(code, seen);
    });
  }

  return {
    sms,
    charges,
    refunds,
    invoices: new Map(),
    decisions: new Map(),
    bans: new Map(),
    isShown: (chatId, code) => shown.has(chatId === null ? code : `${chatId} ${code}`),
    isAnyTold: (provider, rentalId, closedAt) =>
      (smsByRental.get(`${provider} ${rentalId}`) ?? []).some(
        (seen) => seen.isTold && !(seen.isPushed && closedAt !== null && seen.at > closedAt),
      ),
    isNumberShown: (phone) => numbers.has(phone),
    forwarded: (body, status) => {
      const code = status === 200 ? PUSHED.exec(body)?.[1] : undefined;
      const seen = code === undefined ? undefined : byCode.get(code);
      if (seen) seen.isTold = true;
    },
    toldTwice: () => [...rung.values()].filter((times) => times > 1).length,
  };
}

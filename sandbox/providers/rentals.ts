import { addMs, type Clock } from "../../src/core/clock.ts";
import type { AutoDeliver, MarketRental, MarketSms } from "./market-types.ts";
import type { Purse } from "./purse.ts";

export type SmsListener = (rental: MarketRental, sms: MarketSms) => void;

/** The rented numbers of a market. Due SMS and expiries are applied whenever a rental is read. */
export interface Rentals {
  nextSerial(): number;
  add(rental: MarketRental): void;
  find(id: string): MarketRental | undefined;
  /** The live rental of a number. */
  byPhone(phone: string): MarketRental | undefined;
  /** Newest first. */
  all(): readonly MarketRental[];
  active(): readonly MarketRental[];
  /** Applies everything that is due. */
  tick(): void;
  end(rental: MarketRental, status: "expired" | "finished" | "cancelled"): void;
  another(id: string): "requested" | "refused" | "unknown";
  finish(id: string): "finished" | "refused" | "unknown";
  deliver(idOrPhone: string, sms: { code: string | null; text: string | null }): boolean;
  onSms(listener: SmsListener): void;
  setAutoDeliver(policy: AutoDeliver | null): void;
}

interface Book {
  readonly clock: Clock;
  readonly purse: Purse;
  readonly byId: Map<string, MarketRental>;
  /** Those that have not ended. Lists are asked for often, and most numbers of a long run have ended. */
  readonly live: Set<MarketRental>;
  readonly newestByPhone: Map<string, MarketRental>;
  readonly listeners: SmsListener[];
  autoDeliver: AutoDeliver | null;
  serial: number;
}

const liveStates: readonly string[] = ["waiting", "received", "waiting_again"];

export function isLive(rental: MarketRental): boolean {
  return liveStates.includes(rental.status);
}

export function createRentals(clock: Clock, purse: Purse, autoDeliver: AutoDeliver | null): Rentals {
  const book: Book = {
    clock,
    purse,
    byId: new Map(),
    live: new Set(),
    newestByPhone: new Map(),
    listeners: [],
    autoDeliver,
    serial: 0,
  };
  return {
    nextSerial: () => {
      book.serial += 1;
      return book.serial;
    },
    add: (rental) => {
      const { autoDeliver } = book;
      const isServed = autoDeliver !== null && (autoDeliver.accepts?.() ?? true);
      rental.smsDueAt = isServed ? addMs(rental.createdAt, autoDeliver.afterMs) : null;
      book.byId.set(rental.id, rental);
      book.live.add(rental);
      book.newestByPhone.set(rental.phone, rental);
      book.purse.buy(rental);
    },
    find: (id) => find(book, id),
    byPhone: (phone) => byPhone(book, phone),
    all: () => all(book),
    active: () => active(book),
    tick: () => void active(book),
    end: (rental, status) => end(book, rental, status),
    another: (id) => another(book, id),
    finish: (id) => finish(book, id),
    deliver: (idOrPhone, sms) => {
      const rental = find(book, idOrPhone) ?? byPhone(book, idOrPhone);
      if (!rental || !isLive(rental)) return false;
      receive(book, rental, { ...sms, at: clock.now() });
      return true;
    },
    onSms: (listener) => void book.listeners.push(listener),
    setAutoDeliver: (policy) => {
      book.autoDeliver = policy;
    },
  };
}

/** False for a late purchase whose time has not come. */
function isVisible(book: Book, rental: MarketRental): boolean {
  return rental.createdAt <= book.clock.now();
}

function find(book: Book, id: string): MarketRental | undefined {
  const rental = book.byId.get(id);
  if (!rental || !isVisible(book, rental)) return undefined;
  settle(book, rental);
  return rental;
}

function byPhone(book: Book, phone: string): MarketRental | undefined {
  const rental = book.newestByPhone.get(phone);
  if (!rental) return undefined;
  settle(book, rental);
  return isLive(rental) ? rental : undefined;
}

function all(book: Book): MarketRental[] {
  const visible = [...book.byId.values()].filter((rental) => isVisible(book, rental));
  for (const rental of visible) settle(book, rental);
  return visible.reverse();
}

function active(book: Book): MarketRental[] {
  const visible = [...book.live].filter((rental) => isVisible(book, rental));
  for (const rental of visible) settle(book, rental);
  return visible.filter(isLive).reverse();
}

function settle(book: Book, rental: MarketRental): void {
  const now = book.clock.now();
  const isAwaited = rental.status === "waiting" || rental.status === "waiting_again";
  if (isAwaited && rental.smsDueAt && rental.smsDueAt <= now && rental.smsDueAt < rental.expiresAt) {
    const code = pretendCode(rental);
    receive(book, rental, { code, text: `Your verification code is ${code}`, at: rental.smsDueAt });
  }
  if (rental.expiresAt > now || !isLive(rental)) return;
  end(book, rental, rental.status === "waiting" ? "expired" : "finished");
}

/** A code of six digits, different for each SMS. Some start with a zero, as real ones do. */
function pretendCode(rental: MarketRental): string {
  const number = rental.serial * 7919 + rental.sms.length * 104_729 + 12_345;
  return String(number % 1_000_000).padStart(6, "0");
}

function receive(book: Book, rental: MarketRental, sms: MarketSms): void {
  rental.status = "received";
  rental.smsDueAt = null;
  rental.sms.push(sms);
  book.purse.smsCame(rental);
  for (const listener of book.listeners) listener(rental, sms);
}

function end(book: Book, rental: MarketRental, status: "expired" | "finished" | "cancelled"): void {
  rental.status = status;
  rental.smsDueAt = null;
  book.live.delete(rental);
  if (status === "finished" || rental.isKeptUnused) book.purse.capture(rental);
  else book.purse.refund(rental);
}

function another(book: Book, id: string): "requested" | "refused" | "unknown" {
  const rental = find(book, id);
  if (!rental) return "unknown";
  if (rental.status === "waiting_again") return "requested";
  if (rental.status !== "received") return "refused";
  rental.status = "waiting_again";
  rental.smsDueAt = book.autoDeliver && addMs(book.clock.now(), book.autoDeliver.afterMs);
  return "requested";
}

function finish(book: Book, id: string): "finished" | "refused" | "unknown" {
  const rental = find(book, id);
  if (!rental) return "unknown";
  if (rental.status === "finished") return "finished";
  if (rental.sms.length === 0 || !isLive(rental)) return "refused";
  end(book, rental, "finished");
  return "finished";
}

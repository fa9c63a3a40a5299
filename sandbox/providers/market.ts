import { addMs, type Clock } from "../../src/core/clock.ts";
import type {
  AutoDeliver,
  BuyOutcome,
  MarketCancelOutcome,
  MarketCountry,
  MarketLedgerEntry,
  MarketOffer,
  MarketPurchase,
  MarketRental,
  MarketService,
  MarketSms,
} from "./market-types.ts";
import { pretendPhone } from "./phones.ts";
import { createPurse } from "./purse.ts";
import { createRentals, isLive, type Rentals } from "./rentals.ts";

export interface MarketOptions {
  readonly clock: Clock;
  readonly services: readonly MarketService[];
  readonly countries: readonly MarketCountry[];
  readonly offers: readonly MarketOffer[];
  readonly balanceMicros?: bigint;
  /** When the money is taken: set aside at the purchase, or charged with the first SMS. Default "purchase". */
  readonly chargedAt?: "purchase" | "sms";
  /** A number without an SMS is not paid back at its end. Default false. */
  readonly keepsUnused?: boolean;
  readonly cancelAfterMs?: number;
  readonly lifetimeMs?: number;
  /** A number with an SMS can still be cancelled, with a refund. Default false. */
  readonly cancelAfterSms?: boolean;
  /** Automatic SMS. Null: SMS arrive only by `deliver`. */
  readonly autoDeliver?: AutoDeliver | null;
  readonly makeId?: (serial: number) => string;
}

/** The model of a pretend supplier: stock, money and rented numbers. A face adds the HTTP interface of a protocol. */
export interface Market {
  readonly clock: Clock;
  readonly services: readonly MarketService[];
  readonly countries: readonly MarketCountry[];
  readonly offers: readonly MarketOffer[];
  buy(purchase: MarketPurchase): BuyOutcome;
  find(id: string): MarketRental | undefined;
  /** Newest first. */
  rentals(): readonly MarketRental[];
  /** Rented numbers that have not ended, newest first. */
  active(): readonly MarketRental[];
  cancel(id: string): MarketCancelOutcome;
  another(id: string): "requested" | "refused" | "unknown";
  finish(id: string): "finished" | "refused" | "unknown";
  /** Delivers an SMS to a rental, by its id or phone number. False: no live rental matches. */
  deliver(idOrPhone: string, sms: { code?: string | null; text?: string | null }): boolean;
  onSms(listener: (rental: MarketRental, sms: MarketSms) => void): void;
  setAutoDeliver(policy: AutoDeliver | null): void;
  setStock(serviceCode: string, countryCode: string, stock: number): void;
  setPrice(serviceCode: string, countryCode: string, costMicros: bigint): void;
  /** Adds an offer. */
  addOffer(offer: MarketOffer): void;
  setBalance(balanceMicros: bigint): void;
  balance(): { balanceMicros: bigint; escrowMicros: bigint };
  /** Every movement of the balance. */
  ledger(): readonly MarketLedgerEntry[];
  /** What the operator has really paid: all numbers that got an SMS and were not refunded. */
  spentMicros(): bigint;
  /** The next purchase is carried out, but is visible only after this time. */
  makeNextBuyLate(afterMs: number): void;
  /** Applies everything that is due by the clock. */
  tick(): void;
}

const MINUTE_MS = 60_000;

interface Shelf {
  readonly options: MarketOptions;
  readonly offers: MarketOffer[];
  readonly rentals: Rentals;
  lateMs: number;
}

/** Creates a market with state of its own. */
export function createMarket(options: MarketOptions): Market {
  const { clock } = options;
  const purse = createPurse(clock, options.chargedAt ?? "purchase", options.balanceMicros ?? 1_000_000_000n);
  const rentals = createRentals(clock, purse, options.autoDeliver ?? null);
  const offers = options.offers.map((offer) => ({ ...offer }));
  const shelf: Shelf = { options, offers, rentals, lateMs: 0 };
  return {
    clock,
    services: options.services,
    countries: options.countries,
    offers,
    buy: (purchase) => {
      const outcome = choose(shelf, purchase);
      if ("kind" in outcome) return outcome;
      if (!purse.canPay(outcome.costMicros)) return { kind: "no_funds" };
      outcome.stock -= 1;
      return { kind: "bought", rental: rent(shelf, outcome, purchase) };
    },
    find: rentals.find,
    rentals: rentals.all,
    active: rentals.active,
    cancel: (id) => cancel(shelf, id),
    another: rentals.another,
    finish: rentals.finish,
    deliver: (idOrPhone, sms) =>
      rentals.deliver(idOrPhone, { code: sms.code ?? null, text: sms.text ?? null }),
    onSms: rentals.onSms,
    setAutoDeliver: rentals.setAutoDeliver,
    setStock: (serviceCode, countryCode, stock) => {
      offerOf(shelf, serviceCode, countryCode).stock = stock;
    },
    setPrice: (serviceCode, countryCode, costMicros) => {
      offerOf(shelf, serviceCode, countryCode).costMicros = costMicros;
    },
    addOffer: (offer) => void offers.push({ ...offer }),
    setBalance: purse.setBalance,
    balance: purse.balance,
    ledger: purse.ledger,
    spentMicros: () =>
      rentals.all().reduce((sum, rental) => sum + (purse.isPaid(rental) ? rental.costMicros : 0n), 0n),
    makeNextBuyLate: (afterMs) => {
      shelf.lateMs = afterMs;
    },
    tick: rentals.tick,
  };
}

/** The cheapest offer that fits, or why there is none. */
function choose(
  shelf: Shelf,
  purchase: MarketPurchase,
): MarketOffer | Exclude<BuyOutcome, { kind: "bought" }> {
  const { services, countries } = shelf.options;
  const { serviceCode, countryCode, operator, ceilingMicros } = purchase;
  if (!countries.some((country) => country.code === countryCode)) return { kind: "bad_country" };
  if (serviceCode !== null && !services.some((service) => service.code === serviceCode)) {
    return { kind: "bad_service" };
  }
  const [offer] = shelf.offers
    .filter(
      (row) => row.countryCode === countryCode && (serviceCode === null || row.serviceCode === serviceCode),
    )
    .filter((row) => row.stock > 0 && (!operator || row.operator === operator))
    .sort((a, b) => (a.costMicros < b.costMicros ? -1 : 1));
  if (!offer) return { kind: "no_stock" };
  const isTooDear = ceilingMicros !== undefined && offer.costMicros > ceilingMicros;
  return isTooDear ? { kind: "price_moved", minCostMicros: offer.costMicros } : offer;
}

function rent(shelf: Shelf, offer: MarketOffer, purchase: MarketPurchase): MarketRental {
  const { options, rentals } = shelf;
  const serial = rentals.nextSerial();
  const createdAt = addMs(options.clock.now(), shelf.lateMs);
  shelf.lateMs = 0;
  const country = options.countries.find((row) => row.code === offer.countryCode);
  const rental: MarketRental = {
    id: options.makeId?.(serial) ?? String(serial),
    serial,
    serviceCode: purchase.serviceCode,
    countryCode: offer.countryCode,
    operator: offer.operator,
    phone: freePhone(shelf, country?.phoneCode ?? "1", serial),
    costMicros: offer.costMicros,
    isKeptUnused: options.keepsUnused ?? false,
    createdAt,
    cancelOpensAt: addMs(createdAt, options.cancelAfterMs ?? 2 * MINUTE_MS),
    expiresAt: addMs(createdAt, options.lifetimeMs ?? 20 * MINUTE_MS),
    status: "waiting",
    sms: [],
    smsDueAt: null,
  };
  rentals.add(rental);
  return rental;
}

/** Two live rentals never share a number, as long as the range of the country has another. */
function freePhone(shelf: Shelf, phoneCode: string, serial: number): string {
  for (let step = 0; step < 1000; step += 1) {
    const phone = pretendPhone(phoneCode, serial + step);
    if (!shelf.rentals.byPhone(phone)) return phone;
  }
  return pretendPhone(phoneCode, serial);
}

function cancel(shelf: Shelf, id: string): MarketCancelOutcome {
  const rental = shelf.rentals.find(id);
  if (!rental) return { kind: "unknown" };
  if (!isLive(rental)) return { kind: "over" };
  if (rental.sms.length > 0 && !shelf.options.cancelAfterSms) return { kind: "has_sms" };
  const waitMs = rental.cancelOpensAt.getTime() - shelf.options.clock.now().getTime();
  if (waitMs > 0) return { kind: "too_early", retryAfterMs: waitMs };
  shelf.rentals.end(rental, "cancelled");
  return { kind: "cancelled", rental };
}

function offerOf(shelf: Shelf, serviceCode: string, countryCode: string): MarketOffer {
  const found = shelf.offers.find(
    (row) => row.serviceCode === serviceCode && row.countryCode === countryCode,
  );
  if (!found) throw new Error(`the pretend market has no offer ${serviceCode}/${countryCode}`);
  return found;
}

import { v7 } from "uuid";
import { addMs } from "../../src/core/clock.ts";
import { pretendPhone } from "../providers/phones.ts";
import type { Random } from "../soak/random.ts";
import {
  byShare,
  type Country,
  countries,
  type Service,
  type Shelf,
  type Supplier,
  services,
  suppliers,
} from "./goods.ts";
import type { PastBuyer } from "./people.ts";

export type PastState = "finished" | "expired" | "cancelled" | "failed";

export interface PastStep {
  readonly to: string;
  readonly cause: string;
  readonly actor: "buyer" | "system";
  readonly at: Date;
}

export interface PastTry {
  readonly provider: string;
  readonly serviceCode: string;
  readonly countryCode: string;
  readonly costMicros: bigint;
  readonly outcome: "rented" | "refused";
  readonly errorKind: string | null;
  readonly at: Date;
  readonly endedAt: Date;
}

/** An order that is over. */
export interface PastOrder {
  readonly id: string;
  readonly buyer: PastBuyer;
  readonly serviceId: string;
  readonly countryId: string;
  readonly state: PastState;
  readonly provider: string;
  readonly phone: string;
  readonly priceMicros: bigint;
  readonly costMicros: bigint;
  readonly keepsUnused: boolean;
  readonly placedAt: Date;
  readonly rentedAt: Date | null;
  readonly cancelAskedAt: Date | null;
  readonly smsAt: readonly Date[];
  readonly closedAt: Date;
  readonly tries: readonly PastTry[];
  readonly steps: readonly PastStep[];
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
const FIRST_DAY = 38;
const GROWTH_A_DAY = 1.1;
/** A bad day: fewer came, and more numbers stayed silent. */
const SLUMP_DAYS_AGO = 11;
/** What ended later may still be open. */
const SETTLED_MS = 30 * MINUTE_MS;
/** The demo's price rule: 30 % on top, at least two cents. */
const MARKUP_PERCENT = 30n;
const MIN_PROFIT_MICROS = 20_000n;

const UNSOLD = 0.02;
const SECOND_TRY = 0.09;
const IN_DOUBT = 0.008;
const SECOND_SMS = 0.1;
const GIVEN_BACK = 0.45;
const GIVEN_BACK_AT_ONCE = 0.33;

/** The orders of `days` days until half an hour ago, oldest first. More each day, most of them in the evening. */
export function pastOrders(
  random: Random,
  { now, days, people, shelf }: { now: Date; days: number; people: readonly PastBuyer[]; shelf: Shelf },
): PastOrder[] {
  const times: Date[] = [];
  for (let daysAgo = days; daysAgo > 0; daysAgo -= 1) {
    const usual = FIRST_DAY + (days - daysAgo) * GROWTH_A_DAY;
    const count = Math.round(usual * (daysAgo === SLUMP_DAYS_AGO ? 0.45 : 0.8 + random.next() * 0.4));
    for (let n = 0; n < count; n += 1)
      times.push(addMs(now, Math.round((eveningShare(random, now) - daysAgo) * DAY_MS)));
  }
  times.sort((a, b) => a.getTime() - b.getTime());
  return times
    .filter((at) => at.getTime() < now.getTime() - SETTLED_MS)
    .flatMap((at, serial) => {
      const here = people.filter(({ joinedAt }) => joinedAt < addMs(at, -10 * MINUTE_MS));
      // Regulars buy most.
      const buyer = here[Math.floor(here.length * random.next() ** 2)];
      const ware = chooseWare(random, shelf);
      const isSlump = Math.ceil((now.getTime() - at.getTime()) / DAY_MS) === SLUMP_DAYS_AGO;
      return buyer ? [orderOf(random, { at, serial, buyer, ware, shelf, isSlump })] : [];
    });
}

/** A moment of the 24 hours that follow the hour of `now`; few are at night (UTC). */
function eveningShare(random: Random, now: Date): number {
  for (;;) {
    const share = random.next();
    const hour = (now.getUTCHours() + share * 24) % 24;
    if (random.isIn(0.55 + 0.45 * Math.sin(((hour - 13) / 24) * 2 * Math.PI))) return share;
  }
}

interface Choice {
  readonly service: Service;
  readonly country: Country;
  readonly supplier: Supplier;
}

/** Somebody sells everything, so this ends. */
function chooseWare(random: Random, shelf: Shelf): Choice {
  for (;;) {
    const [service, country] = [byShare(random, services), byShare(random, countries)];
    const supplier = byShare(random, suppliers);
    if (shelf(supplier.name, service.id, country.id)) return { service, country, supplier };
  }
}

interface Occasion {
  readonly at: Date;
  readonly serial: number;
  readonly buyer: PastBuyer;
  readonly ware: Choice;
  readonly shelf: Shelf;
  readonly isSlump: boolean;
}

function orderOf(random: Random, occasion: Occasion): PastOrder {
  const { at, serial, buyer, ware } = occasion;
  const { service, country, supplier } = ware;
  const tries = triesOf(random, occasion);
  const last = tries.at(-1);
  if (!last) throw new Error("an order without a try");
  const costMicros = last.costMicros;
  const profitMicros = (costMicros * MARKUP_PERCENT + 99n) / 100n;
  const base = {
    id: idAt(random, at),
    buyer,
    serviceId: service.id,
    countryId: country.id,
    provider: supplier.name,
    phone: pretendPhone(country.phoneCode, serial * 7 + random.between(0, 6)),
    priceMicros: costMicros + (profitMicros > MIN_PROFIT_MICROS ? profitMicros : MIN_PROFIT_MICROS),
    costMicros,
    keepsUnused: supplier.keepsUnused,
    placedAt: at,
    tries,
  };
  const placed: PastStep = { to: "placing", cause: "tap", actor: "buyer", at };
  if (last.outcome === "refused") {
    const closedAt = last.endedAt;
    const failed: PastStep = { to: "failed", cause: "out_of_stock", actor: "system", at: closedAt };
    const nothing = { rentedAt: null, cancelAskedAt: null, smsAt: [], closedAt };
    return { ...base, ...nothing, state: "failed", steps: [placed, failed] };
  }
  const rented = rentedSteps(random, last.endedAt);
  const rentedAt = rented.at(-1)?.at ?? last.endedAt;
  const ending = endingOf(random, ware, rentedAt, occasion.isSlump);
  const { steps, ...facts } = ending;
  return { ...base, ...facts, rentedAt, steps: [placed, ...rented, ...steps] };
}

/** At most one supplier before the one that sold; none sells one order in fifty. */
function triesOf(random: Random, { at, ware, shelf }: Occasion): PastTry[] {
  const { service, country, supplier } = ware;
  const isUnsold = random.isIn(UNSOLD);
  const others = suppliers.filter(
    ({ name }) => name !== supplier.name && shelf(name, service.id, country.id),
  );
  const first = random.isIn(SECOND_TRY) || isUnsold ? [random.pick(others)] : [];
  let moment = addMs(at, 20);
  return [...first, supplier].flatMap(({ name }, index) => {
    const ware = shelf(name, service.id, country.id);
    if (!ware) return [];
    const isRefused = isUnsold || (first.length > 0 && index === 0);
    const startedAt = moment;
    moment = addMs(startedAt, random.between(180, 900));
    const errorKind = random.isIn(0.85) ? "no_stock" : "unavailable";
    const answer = isRefused
      ? ({ outcome: "refused", errorKind } as const)
      : ({ outcome: "rented", errorKind: null } as const);
    return [{ provider: name, ...ware, ...answer, at: startedAt, endedAt: moment }];
  });
}

function rentedSteps(random: Random, at: Date): PastStep[] {
  if (!random.isIn(IN_DOUBT)) return [{ to: "waiting", cause: "rented", actor: "system", at }];
  const foundAt = addMs(at, random.between(60, 150) * SECOND_MS);
  return [
    { to: "in_doubt", cause: "purchase: timeout", actor: "system", at },
    { to: "waiting", cause: "reconciled", actor: "system", at: foundAt },
  ];
}

type Ending = Pick<PastOrder, "state" | "cancelAskedAt" | "smsAt" | "closedAt" | "steps">;

function endingOf(
  random: Random,
  { service, country, supplier }: Choice,
  rentedAt: Date,
  isSlump: boolean,
): Ending {
  const chance = (country.delivery + service.delivery) * supplier.quality * (isSlump ? 0.7 : 1);
  if (random.isIn(chance)) return delivered(random, country.seconds * supplier.slowness, rentedAt);
  const isGivenBack = !supplier.keepsUnused && random.isIn(GIVEN_BACK);
  if (!isGivenBack) {
    const closedAt = addMs(rentedAt, supplier.lifetimeMinutes * MINUTE_MS);
    const expired: PastStep = { to: "expired", cause: "provider: expired", actor: "system", at: closedAt };
    return { state: "expired", cancelAskedAt: null, smsAt: [], closedAt, steps: [expired] };
  }
  const isAtOnce = random.isIn(GIVEN_BACK_AT_ONCE);
  const cancelAskedAt = addMs(
    rentedAt,
    isAtOnce ? random.between(20, 110) * SECOND_MS : random.between(3, 12) * MINUTE_MS,
  );
  const closedAt = addMs(cancelAskedAt, isAtOnce ? 2 * MINUTE_MS : 2 * SECOND_MS);
  const steps: PastStep[] = [
    { to: "cancelling", cause: "tap", actor: "buyer", at: addMs(closedAt, -SECOND_MS) },
    { to: "cancelled", cause: "cancel: cancelled", actor: "system", at: closedAt },
  ];
  return { state: "cancelled", cancelAskedAt, smsAt: [], closedAt, steps };
}

function delivered(random: Random, usualSeconds: number, rentedAt: Date): Ending {
  // Most come about when they usually do, a few take several times as long.
  const waitSeconds = Math.max(3, usualSeconds * Math.exp((random.next() + random.next() - 1) * 0.9));
  const firstAt = addMs(rentedAt, Math.round(waitSeconds * SECOND_MS));
  const first: PastStep = { to: "received", cause: "provider", actor: "system", at: firstAt };
  const askedAt = addMs(firstAt, random.between(20, 90) * SECOND_MS);
  const secondAt = addMs(askedAt, random.between(10, 60) * SECOND_MS);
  const isTwice = random.isIn(SECOND_SMS);
  const again: PastStep[] = isTwice
    ? [
        { to: "waiting_again", cause: "tap", actor: "buyer", at: askedAt },
        { to: "received", cause: "provider", actor: "system", at: secondAt },
      ]
    : [];
  const closedAt = addMs(isTwice ? secondAt : firstAt, random.between(30, 600) * SECOND_MS);
  const finished: PastStep = { to: "finished", cause: "tap", actor: "buyer", at: closedAt };
  const smsAt = isTwice ? [firstAt, secondAt] : [firstAt];
  return { state: "finished", cancelAskedAt: null, smsAt, closedAt, steps: [first, ...again, finished] };
}

/** A UUIDv7 of that moment, always the same for the same random numbers. */
export function idAt(random: Random, at: Date): string {
  const bytes = Uint8Array.from({ length: 16 }, () => random.between(0, 255));
  return v7({ msecs: at.getTime(), random: bytes });
}

import { formatUsd } from "../../src/core/money.ts";
import type { Database } from "../../src/db/client.ts";
import { selectDebtsByCharge, selectPersonMoney } from "./money-facts.ts";
import {
  type PersonFact,
  selectForbiddenOrders,
  selectPersonFacts,
  selectRemains,
  selectUnsure,
} from "./people-facts.ts";
import { broken, type Violation } from "./violation.ts";
import type { Witness } from "./witness.ts";

/** Bans hold, also over a deletion; who has their data deleted leaves nothing personal, and keeps what must count. */
export async function judgePeople(db: Database, witness: Witness, now: Date): Promise<Violation[]> {
  const people = await selectPersonFacts(db, now);
  const forbidden = await selectForbiddenOrders(db);
  const remains = await selectRemains(db);
  const unsure = await selectUnsure(db);
  return [
    ...forbidden.map((id) => broken("who is banned or forgotten buys nothing", `order ${id}`)),
    ...remains.map(({ buyerId, what }) =>
      broken("a deletion leaves nothing personal", `${buyerId}: ${what}`),
    ),
    ...people.flatMap((person) => judgePerson(person, witness, unsure)),
    ...(await judgeCarriedDebts(db, witness, people)),
  ];
}

function judgePerson(person: PersonFact, { bans }: Witness, unsure: ReadonlySet<number>): Violation[] {
  const { telegramId, isKnown, isBanned, traces } = person;
  const who = `person ${telegramId} (${isKnown ? "known" : "forgotten"})`;
  const violations: Violation[] = [];
  const isToBeBanned = bans.get(telegramId) ?? false;
  if (isBanned !== isToBeBanned && !unsure.has(telegramId)) {
    const detail = `${who} is ${isBanned ? "" : "not "}banned, the last word was ${isToBeBanned ? "a ban" : "none"}`;
    violations.push(broken("a ban holds until it is lifted", detail));
  }
  if (traces.length > 0) {
    violations.push(broken("a deletion leaves nothing personal", `${who}: ${traces.join(", ")}`));
  }
  const { forgottenPurchases, carriedPurchases, forgottenCancels, carriedCancels } = person;
  if (carriedPurchases < forgottenPurchases || carriedCancels < forgottenCancels) {
    const detail = `${who}: ${carriedPurchases} of ${forgottenPurchases} purchases, ${carriedCancels} of ${forgottenCancels} cancels`;
    violations.push(broken("limits count what was done before a deletion", detail));
  }
  return violations;
}

/** A person's debt, from the refunds that made it and what has paid it, is theirs today: as a buyer or under the hash. */
async function judgeCarriedDebts(
  db: Database,
  { charges }: Witness,
  people: readonly PersonFact[],
): Promise<Violation[]> {
  const money = new Map((await selectPersonMoney(db)).map((one) => [one.telegramId, one]));
  const made = new Map<number, bigint>();
  for (const [chargeId, micros] of await selectDebtsByCharge(db)) {
    const person = charges.get(chargeId)?.userId ?? 0;
    made.set(person, (made.get(person) ?? 0n) + micros);
  }
  return people.flatMap(({ telegramId, isKnown, carriedDebtMicros }) => {
    const { settledMicros = 0n, owesMicros = 0n } = money.get(telegramId) ?? {};
    const debtMicros = (made.get(telegramId) ?? 0n) - settledMicros;
    if (debtMicros === owesMicros + carriedDebtMicros) return [];
    const owes = `${formatUsd(owesMicros)} as a buyer and ${formatUsd(carriedDebtMicros)} under the hash`;
    const detail = `person ${telegramId} (${isKnown ? "known" : "forgotten"}) owes ${formatUsd(debtMicros)}, booked: ${owes}`;
    return [broken("a debt outlives a deletion", detail)];
  });
}

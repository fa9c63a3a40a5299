import { formatUsd } from "../../src/core/money.ts";
import type { Database } from "../../src/db/client.ts";
import {
  type ClaimFact,
  type PaymentFact,
  type PersonMoney,
  selectClaimFacts,
  selectDebtsByCharge,
  selectPaymentFacts,
  selectPersonMoney,
} from "./money-facts.ts";
import { starMicros } from "./outside.ts";
import { broken, type Violation } from "./violation.ts";
import type { Witness } from "./witness.ts";

/** Telegram's own list of payments and refunds against our credits and what we took back. */
export async function judgeStars(db: Database, witness: Witness): Promise<Violation[]> {
  const facts = (await selectPaymentFacts(db)).filter(({ gateway }) => gateway === "stars");
  const paid = new Map([...witness.charges].map(([id, { stars }]) => [id, BigInt(stars) * starMicros]));
  const violations = judgeCredits(facts, paid);
  for (const { chargeId, state, keptMicros } of facts) {
    const isRefunded = witness.refunds.has(chargeId);
    const amountMicros = paid.get(chargeId);
    if (isRefunded && state !== "refunded") {
      violations.push(broken("a refund is booked", `${chargeId} is ${state}`));
    }
    if (amountMicros === undefined || keptMicros === (isRefunded ? 0n : amountMicros)) continue;
    const detail = `${chargeId} (${state}): ${formatUsd(keptMicros)} of ${formatUsd(amountMicros)} kept`;
    violations.push(broken("a refund is booked once, and only a refund", detail));
  }
  return violations;
}

/** Crypto Pay's invoices and the operators' decisions against our credits, and every person's money. */
export async function judgeMoney(db: Database, witness: Witness): Promise<Violation[]> {
  const payments = await selectPaymentFacts(db);
  const of = (name: string): PaymentFact[] => payments.filter(({ gateway }) => gateway === name);
  const invoices = new Map([...witness.invoices].map(([id, { amountMicros }]) => [id, amountMicros]));
  const claims = await selectClaimFacts(db);
  const approved = claims.filter(({ decision }) => decision === "approved");
  return [
    ...judgeCredits(of("crypto-pay"), invoices),
    ...judgeCredits(of("manual"), new Map(approved.map((claim) => [claim.topupId, claim.amountMicros]))),
    ...judgeDecisions(witness, claims),
    ...(await judgePeoplesMoney(db, witness)),
  ];
}

/** Everything that was paid is credited once, in full; nothing else is. */
function judgeCredits(facts: readonly PaymentFact[], paid: ReadonlyMap<string, bigint>): Violation[] {
  const known = new Map(facts.map((fact) => [fact.chargeId, fact]));
  const violations = facts
    .filter(({ chargeId, credits }) => credits > 0 && !paid.has(chargeId))
    .map(({ gateway, chargeId }) => broken("only what was paid is credited", `${gateway} ${chargeId}`));
  for (const [chargeId, amountMicros] of paid) {
    const fact = known.get(chargeId);
    if (fact?.credits === 1 && fact.creditedMicros === amountMicros) continue;
    const credited = fact ? `${fact.credits} credits of ${formatUsd(fact.creditedMicros)}` : "no credit";
    const detail = `${chargeId} over ${formatUsd(amountMicros)}: ${credited}, ${fact?.state ?? "unknown"}`;
    violations.push(broken("each payment is credited once", detail));
  }
  return violations;
}

/** What operators were told that they had decided is what is stored. */
function judgeDecisions(witness: Witness, claims: readonly ClaimFact[]): Violation[] {
  return claims.flatMap(({ claimId, note, decision }) => {
    const told = note === null ? undefined : witness.decisions.get(note);
    if (told === undefined || (told.size === 1 && told.has(decision ?? ""))) return [];
    return [broken("a claim is decided once", `${claimId} is ${decision}, told ${[...told].join(" and ")}`)];
  });
}

/**
 * What people have, less what they owe, is what they paid and did not get back, less what they bought: nobody ends with
 * money that they gave back, and no money is lost when somebody has their data deleted and comes again.
 */
async function judgePeoplesMoney(db: Database, witness: Witness): Promise<Violation[]> {
  const debts = await selectDebtsByCharge(db);
  const paidBy = new Map<number, bigint>();
  const owedBy = new Map<number, bigint>();
  const add = (sums: Map<number, bigint>, person: number, micros: bigint): void =>
    void sums.set(person, (sums.get(person) ?? 0n) + micros);
  for (const [chargeId, { userId, stars }] of witness.charges) {
    if (!witness.refunds.has(chargeId)) add(paidBy, userId, BigInt(stars) * starMicros);
    add(owedBy, userId, debts.get(chargeId) ?? 0n);
  }
  for (const { userId, amountMicros } of witness.invoices.values()) add(paidBy, userId, amountMicros);
  const people = await selectPersonMoney(db);
  return people.flatMap((person) => {
    const { telegramId } = person;
    return judgePerson(person, paidBy.get(telegramId) ?? 0n, owedBy.get(telegramId) ?? 0n);
  });
}

function judgePerson(person: PersonMoney, paidMicros: bigint, madeDebtMicros: bigint): Violation[] {
  const { telegramId, hasMicros, spentMicros, settledMicros, owesMicros, availableMicros } = person;
  const violations: Violation[] = [];
  const debtMicros = madeDebtMicros - settledMicros;
  const inMicros = paidMicros + person.manualMicros + person.forgivenMicros;
  if (hasMicros - debtMicros !== inMicros - spentMicros) {
    const has = `has ${formatUsd(hasMicros)}, owes ${formatUsd(debtMicros)}`;
    const detail = `person ${telegramId} ${has}, paid ${formatUsd(inMicros)}, spent ${formatUsd(spentMicros)}`;
    violations.push(broken("what people have is what they paid and did not spend", detail));
  }
  const owes = `person ${telegramId} owes ${formatUsd(owesMicros)}`;
  if (owesMicros < 0n || debtMicros < 0n) violations.push(broken("no debt is paid twice", owes));
  if (owesMicros > 0n && (availableMicros ?? 0n) > 0n) {
    const detail = `${owes} and can spend ${formatUsd(availableMicros ?? 0n)}`;
    violations.push(broken("what comes in pays a debt first", detail));
  }
  return violations;
}

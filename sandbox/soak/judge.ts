import type { Clock } from "../../src/core/clock.ts";
import type { DatabaseHandle } from "../../src/db/client.ts";
import { findViolations } from "./invariants.ts";
import { judgeMoney } from "./judge-money.ts";
import { judgePeople } from "./judge-people.ts";
import { findLeaks } from "./leaks.ts";
import type { SoakOutside } from "./outside.ts";
import { listed } from "./suppliers.ts";
import type { Violation } from "./violation.ts";
import type { Witness } from "./witness.ts";

export interface Judged {
  readonly database: DatabaseHandle;
  readonly outside: SoakOutside;
  readonly witness: Witness;
  readonly clock: Clock;
  /** What all replicas have logged. */
  readonly logPath: string;
  readonly secrets: readonly string[];
}

/**
 * Real time at least, enough for a code that came last on a machine with other work; as long as a second look at Crypto
 * Pay takes. What is lost stays lost: patience hides nothing.
 */
const PATIENCE = { leastMs: 90_000, simulatedMs: 60_000 };

/** What does not hold, and does not after a while either: a code that has just come may still be on its way. */
export async function judge(stage: Judged, speed: number, wait: () => Promise<void>): Promise<Violation[]> {
  const patienceMs = Math.max(PATIENCE.leastMs, PATIENCE.simulatedMs / speed);
  for (const startedAt = Date.now(); ; ) {
    const violations = await lookAround(stage);
    if (violations.length === 0 || Date.now() - startedAt > patienceMs) return violations;
    await wait();
  }
}

async function lookAround({ database: { db }, outside, witness, clock }: Judged): Promise<Violation[]> {
  const now = clock.now();
  return [
    ...(await findViolations({ now, db, outside, witness, listed })),
    ...(await judgeMoney(db, witness)),
    ...(await judgePeople(db, witness, now)),
  ];
}

export async function judgeLog({ logPath, secrets, outside, witness }: Judged): Promise<Violation[]> {
  const phones = [...outside.providers.values()].flatMap(({ market }) =>
    market.rentals().map(({ phone }) => phone.slice(1)),
  );
  const codes = witness.sms.map(({ code }) => code);
  return await findLeaks(logPath, { secrets, phones, codes });
}

import type { Database } from "../../src/db/client.ts";
import type { Outside } from "../world.ts";
import { compareBooks, driftOf } from "./books.ts";
import type { Crowd } from "./crowd.ts";
import { selectFigures, selectOrderFacts, selectTimes } from "./facts.ts";
import type { Herd } from "./herd.ts";
import { CODES_ARRIVE } from "./invariants.ts";
import type { Operators } from "./operators.ts";
import { pairUp } from "./pairing.ts";
import type { Recovery } from "./recovery.ts";
import type { Support } from "./support.ts";
import type { Violation } from "./violation.ts";
import type { Witness } from "./witness.ts";

export interface Summarised {
  readonly database: { readonly db: Database };
  readonly outside: Outside;
  readonly herd: Herd;
  readonly witness: Witness;
  readonly crowd: Crowd;
  readonly operators: Operators;
  readonly support: Support;
  readonly recovery: Recovery;
}

/** The figures of a whole run. Times are real unless their name says simulated. */
export async function summary(
  stage: Summarised,
  violations: readonly Violation[],
): Promise<Record<string, number>> {
  const { database, outside, herd, witness, crowd, recovery } = stage;
  const shop = await selectFigures(database.db);
  const orders = await selectOrderFacts(database.db);
  const books = await compareBooks(database.db, outside, witness, pairUp(outside, orders), orders);
  const sum = (values: readonly bigint[]): number =>
    Number(values.reduce((total, value) => total + value, 0n));
  return {
    ...shop,
    ...herd.figures,
    ...crowd.figures,
    ...stage.operators.figures,
    ...stage.support.figures,
    "Crypto Pay invoices paid": witness.invoices.size,
    "drift, micro-dollars": sum(books.map(driftOf)),
    "possible losses told, micro-dollars": sum(books.map(({ possibleMicros }) => possibleMicros)),
    "booked at suppliers, micro-dollars": sum(books.map(({ bookedMicros }) => bookedMicros)),
    "sms upstream": witness.sms.length,
    "codes lost": violations.filter(({ promise }) => promise === CODES_ARRIVE).length,
    "messages with a code sent twice": witness.toldTwice(),
    "next sign of life p50 ms": percentile(recovery.timesMs, 50),
    "next sign of life p95 ms": percentile(recovery.timesMs, 95),
    "tap to answer p50 ms": percentile(crowd.answersMs, 50),
    "tap to answer p95 ms": percentile(crowd.answersMs, 95),
    ...simulated(await selectTimes(database.db)),
  };
}

function simulated(times: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(times).map(([name, seconds]) => [`simulated: ${name}`, seconds]));
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0);
}

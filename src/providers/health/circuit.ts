import type { ProviderErrorKind } from "../port/provider-error.ts";

/** The circuit breaker of one provider: its offers are hidden while the circuit is open. This file does no I/O. */
export interface Circuit {
  readonly state: "closed" | "open";
  /** Why the circuit is open, or the kind of the last failure. Null after a success. */
  readonly reason: ProviderErrorKind | null;
  /** Consecutive failures. Failed probes of an open circuit count too. */
  readonly failures: number;
  readonly openedAt: Date | null;
  /** When the next probe is due. Null while the circuit is closed. */
  readonly nextProbeAt: Date | null;
  /** When operators were last told that the circuit opened. */
  readonly toldAt: Date | null;
}

/** `tell` is what operators should be told. A circuit that keeps opening and closing is reported once an hour. */
export interface CircuitChange {
  readonly next: Circuit;
  readonly tell: "opened" | "closed" | null;
}

export interface CircuitFailure {
  readonly kind: ProviderErrorKind;
  readonly isPurchase: boolean;
  readonly retryAfterMs: number | null;
}

const FAILURES_TO_OPEN = 3;
const FIRST_PROBE_MS = 30_000;
const LAST_PROBE_MS = 300_000;
const TELL_AGAIN_MS = 3_600_000;
/** The longest time between two probes, also when a ban names a later end. */
const LONGEST_WAIT_MS = 3_600_000;

export const closedCircuit: Circuit = {
  state: "closed",
  reason: null,
  failures: 0,
  openedAt: null,
  nextProbeAt: null,
  toldAt: null,
};

type Meaning = "fatal" | "outage" | "answer" | "silent";

/** What an error says about the provider as a whole. */
function meaningOf(failure: CircuitFailure): Meaning {
  switch (failure.kind) {
    case "bad_credentials":
    case "suspended":
      return "fatal";
    case "no_funds":
      return failure.isPurchase ? "fatal" : "answer";
    case "unreachable":
    case "unavailable":
    case "timeout":
    case "garbage":
      return "outage";
    case "rate_limited":
    case "unsupported":
      return "silent";
    case "no_stock":
    case "price_moved":
    case "bad_mapping":
    case "unknown_order":
    case "refused":
      return "answer";
  }
}

/** The circuit after a failed call. A refusal of one order or offer counts as a success: the provider answered. */
export function afterFailure(circuit: Circuit, failure: CircuitFailure, now: Date): CircuitChange {
  const meaning = meaningOf(failure);
  if (meaning === "silent") return { next: circuit, tell: null };
  if (meaning === "answer") return afterSuccess(circuit);
  if (circuit.state === "open") return stillOpen(circuit, failure, now);
  const failures = circuit.failures + 1;
  if (meaning === "outage" && failures < FAILURES_TO_OPEN) {
    return { next: { ...circuit, failures, reason: failure.kind }, tell: null };
  }
  const nextProbeAt = probeAt(0, failure.retryAfterMs, now);
  return tellOnce(
    { ...circuit, state: "open", reason: failure.kind, failures: 0, openedAt: now, nextProbeAt },
    now,
  );
}

/** Only a probe that was due moves the next probe; otherwise failing polls could postpone it without end. */
function stillOpen(circuit: Circuit, failure: CircuitFailure, now: Date): CircuitChange {
  const isDue = circuit.nextProbeAt === null || circuit.nextProbeAt <= now;
  if (!isDue) return { next: circuit, tell: null };
  const failures = circuit.failures + 1;
  return tellOnce({ ...circuit, failures, nextProbeAt: probeAt(failures, failure.retryAfterMs, now) }, now);
}

function probeAt(failures: number, retryAfterMs: number | null, now: Date): Date {
  const backoff = Math.min(FIRST_PROBE_MS * 2 ** Math.min(failures, 10), LAST_PROBE_MS);
  return new Date(now.getTime() + Math.min(Math.max(backoff, retryAfterMs ?? 0), LONGEST_WAIT_MS));
}

function tellOnce(next: Circuit, now: Date): CircuitChange {
  const isRecent = next.toldAt !== null && now.getTime() - next.toldAt.getTime() < TELL_AGAIN_MS;
  if (isTold(next) || isRecent) return { next, tell: null };
  return { next: { ...next, toldAt: now }, tell: "opened" };
}

/**
 * The circuit after an answered call, which ends an outage or a bad key. A suspension and missing funds concern purchases
 * only, so other answers prove nothing about them; {@link afterBalance} and {@link afterProbe} end those.
 */
export function afterSuccess(circuit: Circuit): CircuitChange {
  const outlastsAnswers = circuit.reason === "suspended" || circuit.reason === "no_funds";
  return circuit.state === "open" && outlastsAnswers ? { next: circuit, tell: null } : close(circuit);
}

/** The circuit after the balance was read. This ends any failure; missing funds only if the balance rose or was unknown. */
export function afterBalance(
  circuit: Circuit,
  balance: { readonly beforeMicros: bigint | null; readonly nowMicros: bigint },
  now: Date,
): CircuitChange {
  if (circuit.state === "closed" || circuit.reason !== "no_funds") return close(circuit);
  const rose = balance.beforeMicros === null || balance.nowMicros > balance.beforeMicros;
  if (rose && balance.nowMicros > 0n) return close(circuit);
  const failure = { kind: circuit.reason, isPurchase: true, retryAfterMs: null };
  return stillOpen(circuit, failure, now);
}

/** The circuit after a probe of a provider without a balance: it closes, and the next purchase tells whether it works. */
export function afterProbe(circuit: Circuit): CircuitChange {
  return close(circuit);
}

function close(circuit: Circuit): CircuitChange {
  const wasTold = circuit.state === "open" && isTold(circuit);
  return { next: { ...closedCircuit, toldAt: circuit.toldAt }, tell: wasTold ? "closed" : null };
}

/** True: operators were told of this opening. */
function isTold(circuit: Circuit): boolean {
  return circuit.toldAt !== null && circuit.openedAt !== null && circuit.toldAt >= circuit.openedAt;
}

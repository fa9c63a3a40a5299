import type { Clock } from "../core/clock.ts";
import type { ClaimedMessage } from "../db/queries/outbox-claims.ts";

/** Until when this process may count on its claims. */
export interface HeldClaims {
  /** The database took or prolonged these claims at `askedAtMs` of the steady clock, or later. */
  prolong(claims: readonly ClaimedMessage[], askedAtMs: number): void;
  /** The question to ask directly before a message leaves. False: the claim may be over, and the message another replica's. */
  isHeld(claim: ClaimedMessage): () => boolean;
  forget(claim: ClaimedMessage): void;
}

/**
 * A process that stood still (a suspended machine, a long pause) wakes up with claims in hand that ran out meanwhile. It
 * counts from before the question to the database, so it stops relying on a claim before the database does.
 */
export function createHeldClaims(clock: Pick<Clock, "steadyMs">, leaseMs: number): HeldClaims {
  const heldUntil = new Map<ClaimedMessage, number>();
  return {
    prolong(claims, askedAtMs) {
      for (const claim of claims) heldUntil.set(claim, askedAtMs + leaseMs);
    },
    isHeld: (claim) => () => clock.steadyMs() < (heldUntil.get(claim) ?? Number.NEGATIVE_INFINITY),
    forget: (claim) => void heldUntil.delete(claim),
  };
}

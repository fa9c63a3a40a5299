import { addMs, type Clock } from "../core/clock.ts";
import type { ClaimedMessage } from "../db/queries/outbox-claims.ts";

/** Until when this process may count on its claims. */
export interface HeldClaims {
  /** The database took or prolonged these claims at `askedAt`, or later. */
  prolong(claims: readonly ClaimedMessage[], askedAt: Date): void;
  /** The question to ask directly before a message leaves. False: the claim may be over, and the message another replica's. */
  isHeld(claim: ClaimedMessage): () => boolean;
  forget(claim: ClaimedMessage): void;
}

/**
 * A process that stood still (a suspended machine, a long pause) wakes up with claims in hand that ran out meanwhile. It
 * counts from before the question to the database, so it stops relying on a claim before the database does.
 */
export function createHeldClaims(clock: Clock, leaseMs: number): HeldClaims {
  const heldUntil = new Map<ClaimedMessage, Date>();
  return {
    prolong(claims, askedAt) {
      for (const claim of claims) heldUntil.set(claim, addMs(askedAt, leaseMs));
    },
    isHeld: (claim) => () => clock.now() < (heldUntil.get(claim) ?? new Date(0)),
    forget: (claim) => void heldUntil.delete(claim),
  };
}

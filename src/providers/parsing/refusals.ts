import type { CancelOutcome, Observation } from "../port/provider.ts";

/**
 * Why a cancel was refused, where the upstream does not document its words: by what the order is now. One that still
 * waits can only have been too young.
 */
export function cancelRefusal(now: Observation): CancelOutcome {
  if (now.sms.length > 0) return { kind: "has_sms", sms: now.sms };
  if (now.status === "cancelled" || now.status === "expired") return { kind: "cancelled" };
  return now.status === "waiting" ? { kind: "too_early", retryAfterMs: null } : { kind: "refused" };
}

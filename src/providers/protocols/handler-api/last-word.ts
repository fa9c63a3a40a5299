import type { CallOptions, Observation } from "../../port/provider.ts";
import { ProviderError } from "../../port/provider-error.ts";
import type { Client } from "./client.ts";
import { smsInAnswer } from "./read-orders.ts";

/** Asks for the SMS of an order that ended with STATUS_CANCEL, which does not tell whether the number had an SMS. */
export interface LastWord {
  /**
   * Returns the observation with the SMS that the number had. Throws ProviderError when the supplier did not answer, so that
   * the order is checked again. After MAX_TRIES failed requests the observation is returned as it is.
   */
  after(upstreamId: string, seen: Observation, options: CallOptions): Promise<Observation>;
}

/** Then the order ends without an answer, so that a silent supplier cannot keep the buyer's money on hold. */
const MAX_TRIES = 3;
const MAX_REMEMBERED = 2000;
const worthAnotherTry: ReadonlySet<string> = new Set([
  "unreachable",
  "unavailable",
  "timeout",
  "rate_limited",
]);

export function createLastWord(client: Client): LastWord {
  const { lastWord } = client.dialect;
  /** Failed requests by order. */
  const tries = new Map<string, number>();

  function failed(upstreamId: string, error: unknown): void {
    if (!(error instanceof ProviderError)) throw error;
    if (!error.wasAsked) throw error;
    const count = (tries.get(upstreamId) ?? 0) + 1;
    tries.set(upstreamId, count);
    const [oldest] = tries.size > MAX_REMEMBERED ? tries.keys() : [];
    if (oldest !== undefined) tries.delete(oldest);
    if (worthAnotherTry.has(error.kind) && count < MAX_TRIES) throw error;
  }

  return {
    async after(upstreamId, seen, options) {
      if (lastWord === null || seen.status !== "cancelled") return seen;
      try {
        const reply = await client.send("last word", lastWord, { id: upstreamId }, options);
        if (reply.kind === "refused") throw client.fail("last word", reply.refusal);
        const sms = reply.kind === "data" ? smsInAnswer(reply.value) : [];
        return sms.length > 0 ? { status: "cancelled", sms, isWholeLife: true } : seen;
      } catch (error) {
        failed(upstreamId, error);
        return seen;
      }
    },
  };
}

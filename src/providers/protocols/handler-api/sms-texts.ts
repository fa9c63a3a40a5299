import type { CallOptions, Observation } from "../../port/provider.ts";
import { ProviderError } from "../../port/provider-error.ts";
import type { Client } from "./client.ts";
import { smsInAnswer } from "./read-orders.ts";

/** Adds the full text to an SMS of which getStatus shows the code alone. */
export interface SmsTexts {
  /** The observation, with the text where the supplier tells it. A supplier that fails costs the text, not the code. */
  complete(upstreamId: string, seen: Observation, options: CallOptions): Promise<Observation>;
  /** Another SMS was asked for, and it may bring the same code once more. */
  forget(upstreamId: string): void;
}

interface Asked {
  readonly code: string;
  readonly text: string | null;
}

/** Far more numbers than can be open; one that is forgotten too early costs one more request. */
const MAX_REMEMBERED = 2000;
/** A buyer waits for the code meanwhile. */
const TIMEOUT_MS = 2000;

/**
 * Texts by getStatusV2, which is asked once for each new code, whatever it answers. What getStatus says stays the truth
 * about the order: V2 goes on showing an SMS while the next one is awaited, so only a text with the very code is taken.
 */
export function createSmsTexts(client: Client): SmsTexts {
  /** By order, the code asked about last. */
  const asked = new Map<string, Asked>();
  let { statusV2 } = client.dialect;

  function remember(upstreamId: string, entry: Asked): void {
    asked.set(upstreamId, entry);
    const [oldest] = asked.size > MAX_REMEMBERED ? asked.keys() : [];
    if (oldest !== undefined) asked.delete(oldest);
  }

  async function textOf(id: string, code: string, options: CallOptions): Promise<string | null> {
    try {
      const reply = await client.send("text", "getStatusV2", { id }, { ...options, timeoutMs: TIMEOUT_MS });
      return reply.kind === "data" ? textIn(reply.value, code) : null;
    } catch (error) {
      // The failed request is on record like any other; the code is here and does not depend on it.
      if (error instanceof ProviderError) return null;
      throw error;
    }
  }

  return {
    async complete(upstreamId, seen, options) {
      const code = codeAlone(seen);
      if (code === undefined || statusV2 === "no") return seen;
      const known = asked.get(upstreamId);
      if (known?.code === code) return withText(seen, known);
      // Noted before the answer is there, so that two checks at the same time ask once.
      remember(upstreamId, { code, text: null });
      const entry = { code, text: await textOf(upstreamId, code, options) };
      if (entry.text !== null) remember(upstreamId, entry);
      if (statusV2 === "tried") statusV2 = entry.text === null ? "no" : "yes";
      return withText(seen, entry);
    },
    forget: (upstreamId) => void asked.delete(upstreamId),
  };
}

/** The code of an SMS that came without its text. */
function codeAlone({ status, sms }: Observation): string | undefined {
  const [only] = sms.length === 1 ? sms : [];
  return status === "received" && only?.text === null && only.code !== null ? only.code : undefined;
}

function withText(seen: Observation, sms: Asked): Observation {
  return sms.text === null ? seen : { ...seen, sms: [sms] };
}

/**
 * The text that goes with this code in an answer of getStatusV2: `{sms: {code, text}}` as sms-activate had it, or
 * `{data: …}`, with one SMS or a list of them. A text that is no more than the code is none.
 */
function textIn(value: unknown, code: string): string | null {
  const found = smsInAnswer(value).find((sms) => sms.code === code && sms.text !== code);
  return found?.text ?? null;
}

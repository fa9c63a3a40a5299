import type { CallOptions, Observation } from "../../port/provider.ts";
import { ProviderError } from "../../port/provider-error.ts";
import type { Client } from "./client.ts";
import { smsInAnswer } from "./read-orders.ts";

/** Adds the full text of an SMS where getStatus returns only its code. */
export interface SmsTexts {
  /** Returns the observation with the text, if the supplier gives it. Without an answer the code is returned alone. */
  complete(upstreamId: string, seen: Observation, options: CallOptions): Promise<Observation>;
  /** Call when another SMS was requested: it may hold the same code as the last one. */
  forget(upstreamId: string): void;
}

interface Asked {
  readonly code: string;
  readonly text: string | null;
}

/** Far more than the open orders. An order that is forgotten too early costs one more request. */
const MAX_REMEMBERED = 2000;
/** Short, because a buyer waits for the code meanwhile. */
const TIMEOUT_MS = 2000;

/**
 * Reads texts by getStatusV2, with one request for each new code. The order's state comes from getStatus only: V2 returns
 * the previous SMS while the next one is awaited, so a text counts only if it belongs to the same code.
 */
export function createSmsTexts(client: Client): SmsTexts {
  /** By order, the last code for which a text was requested. */
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
      // The failure is already recorded by the transport, and the code is delivered without the text.
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
      // Stored before the request, so that two concurrent checks send only one.
      remember(upstreamId, { code, text: null });
      const entry = { code, text: await textOf(upstreamId, code, options) };
      if (entry.text !== null) remember(upstreamId, entry);
      if (statusV2 === "tried") statusV2 = entry.text === null ? "no" : "yes";
      return withText(seen, entry);
    },
    forget: (upstreamId) => void asked.delete(upstreamId),
  };
}

/** The code of the only SMS, if it came without its text. */
function codeAlone({ status, sms }: Observation): string | undefined {
  const [only] = sms.length === 1 ? sms : [];
  return status === "received" && only?.text === null && only.code !== null ? only.code : undefined;
}

function withText(seen: Observation, sms: Asked): Observation {
  return sms.text === null ? seen : { ...seen, sms: [sms] };
}

/**
 * The text of the SMS with this code in an answer of getStatusV2: `{sms: {code, text}}` at sms-activate, or `{data: …}`,
 * with one SMS or a list. A text that equals the code does not count.
 */
function textIn(value: unknown, code: string): string | null {
  const found = smsInAnswer(value).find((sms) => sms.code === code && sms.text !== code);
  return found?.text ?? null;
}

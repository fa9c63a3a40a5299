import { unsupported } from "../../parsing/answers.ts";
import type { CallOptions, Provider } from "../../port/provider.ts";
import { ProviderError } from "../../port/provider-error.ts";
import type { Client } from "./client.ts";
import { smsInAnswer } from "./read-orders.ts";

/** The supplier was not reached, or does not answer now: it may still have the action. */
const provesNothing: ReadonlySet<string> = new Set([
  "unreachable",
  "unavailable",
  "timeout",
  "rate_limited",
  "bad_credentials",
  "suspended",
]);

/**
 * Reads the text of an SMS by getStatusV2, for suppliers whose getStatus returns only the code. The order's state comes from
 * getStatus only: V2 returns the previous SMS while the next one is awaited, so a text counts only if it belongs to the same
 * code. At a supplier that is not known to have V2, the first answer decides whether it is asked again.
 */
export function createSmsTexts(client: Client): Provider["text"] {
  let { statusV2 } = client.dialect;

  async function ask(id: string, code: string, options: CallOptions): Promise<string | null> {
    const reply = await client.send("text", "getStatusV2", { id }, options);
    if (reply.kind === "refused") throw client.fail("text", reply.refusal);
    return reply.kind === "data" ? textIn(reply.value, code) : null;
  }

  return async (upstreamId, code, options) => {
    if (client.dialect.statusV2 === "no") throw unsupported(client.name, "text");
    if (statusV2 === "no") return null;
    let text: string | null = null;
    try {
      text = await ask(upstreamId, code, options);
    } catch (error) {
      if (!(error instanceof ProviderError) || provesNothing.has(error.kind)) throw error;
    }
    if (statusV2 === "tried") statusV2 = text === null ? "no" : "yes";
    return text;
  };
}

/**
 * The text of the SMS with this code in an answer of getStatusV2: `{sms: {code, text}}` at sms-activate, or `{data: …}`,
 * with one SMS or a list. A text that equals the code does not count.
 */
function textIn(value: unknown, code: string): string | null {
  const found = smsInAnswer(value).find((sms) => sms.code === code && sms.text !== code);
  return found?.text ?? null;
}

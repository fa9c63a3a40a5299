import type { StatusStyle } from "../db/queries/api-keys.ts";
import type { ApiOrderRow } from "../db/queries/api-orders.ts";

const PLAIN_CODE = /^[0-9A-Za-z-]{1,32}$/;
const MAX_WORD = 32;

/**
 * A code as one word of 0-9, A-Z, a-z and "-": clients cut answers at colons and blanks, and take "NO_…" anywhere for an
 * error. Where the code is none, the digits of the text; where it has none, its letters. Null: code and text are purged.
 */
export function codeWord(sms: { readonly code: string | null; readonly text: string | null }): string | null {
  const { code, text } = sms;
  if (code === null && text === null) return null;
  if (code !== null && PLAIN_CODE.test(code)) return code;
  const all = text ?? code ?? "";
  const digits = all.replace(/[^0-9]/g, "").slice(0, MAX_WORD);
  if (digits !== "") return digits;
  const letters = all.replace(/[^0-9A-Za-z-]+/g, "").slice(0, MAX_WORD);
  return letters === "" ? "SMS" : letters;
}

/** What getStatus says of an order whose number was told. The words are those of the dialect's documents. */
export function statusWord(order: Pick<ApiOrderRow, "state" | "sms">, style: StatusStyle): string {
  const code = order.sms && codeWord(order.sms);
  switch (order.state) {
    case "received":
    case "finished":
      // Once the SMS is purged there is nothing left to say of a finished order.
      return code === null ? "STATUS_CANCEL" : `STATUS_OK:${code}`;
    case "waiting_again":
      return againWord(style, code);
    case "waiting":
    case "cancelling":
      return "STATUS_WAIT_CODE";
    default:
      return "STATUS_CANCEL";
  }
}

/** By default the word that no client in the wild breaks on; the documented ones for keys that want them. */
function againWord(style: StatusStyle, code: string | null): string {
  if (style === "retry" && code !== null) return `STATUS_WAIT_RETRY:${code}`;
  return style === "resend" ? "STATUS_WAIT_RESEND" : "STATUS_WAIT_CODE";
}

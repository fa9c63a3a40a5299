import { parseUsd } from "../../core/money.ts";

/** Answers to the operators' typed commands. In English only, as all that operators read. */
export const commandTexts = {
  usageAdjust: "Usage: /adjust &lt;telegram id&gt; &lt;amount, like 2.50 or -1&gt; &lt;reason&gt;",
  usageRefund: "Usage: /refund &lt;payment charge id&gt;",
  usageBan: "Usage: /ban &lt;telegram id&gt; &lt;reason&gt;",
  usageUnban: "Usage: /unban &lt;telegram id&gt;",
  done: "Done.",
  notFound: "Not found.",
  refundRefused: "Telegram will not refund this payment. The buyer has the credit back.",
  refundPending: "The credit is taken back, but Telegram did not answer. It is asked again every minute.",
  welcomeStaff: (role: string): string =>
    `You now work at this shop's desk as <b>${role}</b>. /admin opens it.`,
} as const;

/**
 * "2.50" or "-1" as micro-dollars; undefined for anything else and for zero. A comma is refused: "1,500" may be meant as
 * 1.5 or as 1500.
 */
export function parseSignedUsd(text: string): bigint | undefined {
  const isNegative = text.startsWith("-");
  const micros = parseUsd(text.replace(/^[+-]/, "").replace(/^\$/, ""), "exact");
  if (micros === undefined || micros === 0n) return undefined;
  return isNegative ? -micros : micros;
}

import { formatUsd } from "../core/money.ts";

declare const escaped: unique symbol;

/** Text that is safe inside a message with parse_mode HTML. Only the functions of this file make it. */
export type Html = string & { readonly [escaped]: true };

function trusted(html: string): Html {
  return html as Html;
}

/** Names, typed text and anything else that we did not write ourselves. */
export function escapeHtml(text: string): Html {
  return trusted(
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
  );
}

/** Pieces that are safe already, with something safe between them. */
export function joined(parts: readonly Html[], between: " · "): Html {
  return trusted(parts.join(between));
}

/** "$0.2906". */
export function money(micros: bigint): Html {
  return trusted(formatUsd(micros));
}

/** "$0.38 (⭐30)": an amount with what it takes in Stars. */
export function moneyInStars(micros: bigint, stars: number): Html {
  return trusted(`${formatUsd(micros)} (⭐${stars})`);
}

/** "+$2.50" or "-$1": for what was added or taken. */
export function signedMoney(micros: bigint): Html {
  return trusted(`${micros > 0n ? "+" : ""}${formatUsd(micros)}`);
}

export function bold(html: Html): Html {
  return trusted(`<b>${html}</b>`);
}

/** Monospaced; a tap copies it. */
export function code(text: string): Html {
  return trusted(`<code>${escapeHtml(text)}</code>`);
}

/** A link that opens the person's profile, for operators. */
export function mention(telegramId: number): Html {
  return trusted(`<a href="tg://user?id=${telegramId}">${telegramId}</a>`);
}

/**
 * "in 19 minutes", counted down by the reader's app, so that no edit is spent on it (date_time entity, Bot API 9.5).
 * Older apps show the text inside.
 */
export function relativeTime(at: Date): Html {
  return time(at, "r", `${at.toISOString().slice(11, 16)} UTC`);
}

/**
 * Short date and time in the reader's own time zone. Among right-to-left words it must run as the reader's app writes it:
 * an Arabic one puts marks between day and month that turn a date which is forced to run from left to right.
 */
export function localTime(at: Date): Html {
  return time(at, "dt", `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`);
}

function time(at: Date, format: string, fallback: string): Html {
  return trusted(
    `<tg-time unix="${Math.floor(at.getTime() / 1000)}" format="${format}">${fallback}</tg-time>`,
  );
}

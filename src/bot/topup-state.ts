import { expandId, shortenId } from "../core/ids.ts";
import { type GatewayName, gatewayNames } from "../topups/topups.ts";

/**
 * What a top-up menu remembers between presses: the quote of the purchase that lacked money, and how many Stars are just
 * enough for it. Forging it gains nothing: a quote is read for its own buyer only, and Stars only decide which buttons
 * are shown.
 */
export interface TopupState {
  readonly gateway: GatewayName;
  /** 0: no purchase is waiting. */
  readonly stars: number;
  readonly quoteId: string | null;
}

export const noTopupState: TopupState = { gateway: "stars", stars: 0, quoteId: null };

const letters: Readonly<Record<GatewayName, string>> = { stars: "s", "crypto-pay": "c", manual: "m" };
const PAYLOAD = /^([a-z]):(\d{1,5})(?::([A-Za-z0-9_-]{1,30}))?$/;

/** At most 30 bytes: the menu plugin needs up to 20 of the 64 for itself. */
export function encodeTopupState(state: TopupState): string {
  const quote = state.quoteId === null ? "" : `:${shortenId(state.quoteId)}`;
  return `${letters[state.gateway]}:${state.stars}${quote}`;
}

/** The empty state for anything that {@link encodeTopupState} did not write. */
export function decodeTopupState(payload: unknown): TopupState {
  const match = typeof payload === "string" ? PAYLOAD.exec(payload) : null;
  if (!match) return noTopupState;
  const [, letter, stars, quote] = match;
  const gateway = gatewayNames.find((name) => letters[name] === letter);
  const quoteId = quote === undefined ? null : expandId(quote);
  if (!gateway || quoteId === undefined) return noTopupState;
  return { gateway, stars: Number(stars), quoteId };
}

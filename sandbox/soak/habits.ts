import type { Random } from "./random.ts";
import { wanted } from "./suppliers.ts";

/** What a person means to do next; what comes of it depends on the shop. */
export type Intent =
  | { readonly kind: "say"; readonly text: string }
  /** Pay, or press whatever leads to a number. */
  | { readonly kind: "go on" }
  | { readonly kind: "press"; readonly label: RegExp }
  | { readonly kind: "top up"; readonly gateway: "crypto-pay" | "manual" }
  | { readonly kind: "leave" };

/** A turn as it was drawn: always the same draws, so that what people mean to do does not depend on what the shop did. */
export interface Turn {
  readonly intent: Intent;
  /** Presses twice at once. */
  readonly isDouble: boolean;
  /** The update of a payment gets through to the shop. */
  readonly isDelivered: boolean;
  readonly product: string;
  readonly restMs: number;
}

const DOUBLE_SHARE = 0.15;
const LOST_UPDATE_SHARE = 0.1;

export function drawTurn(random: Random): Turn {
  return {
    intent: drawIntent(random),
    isDouble: random.isIn(DOUBLE_SHARE),
    isDelivered: !random.isIn(LOST_UPDATE_SHARE),
    product: random.pick(wanted),
    restMs: random.between(3_000, 25_000),
  };
}

function drawIntent(random: Random): Intent {
  const what = random.next();
  const product = random.pick(wanted);
  if (what < 0.5) return { kind: "go on" };
  if (what < 0.66) return { kind: "say", text: `/buy ${product}` };
  if (what < 0.73) return { kind: "press", label: /^Cancel$/ };
  if (what < 0.78) return { kind: "press", label: /^Another code$/ };
  if (what < 0.85) return { kind: "press", label: /^Close number$/ };
  if (what < 0.89) return { kind: "press", label: /^⭐100 / };
  if (what < 0.92) return { kind: "top up", gateway: "crypto-pay" };
  if (what < 0.94) return { kind: "top up", gateway: "manual" };
  if (what < 0.955) return { kind: "leave" };
  if (what < 0.97) return { kind: "press", label: /^Show it/ };
  return { kind: "say", text: random.pick(["/topup", "/orders", "/balance", "/start"]) };
}

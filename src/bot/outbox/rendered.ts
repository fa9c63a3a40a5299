import type { Card } from "../cards/card.ts";

/** The words of an owed message, and how it arrives. */
export interface Rendered {
  readonly card: Card;
  /** True: it arrives with a sound. False: without one, for buyers who want it so. */
  readonly isUrgent: boolean;
  /** A picture to send with the text as its caption. */
  readonly photoFileId: string | null;
}

export function urgent(card: Card, photoFileId: string | null = null): Rendered {
  return { card, isUrgent: true, photoFileId };
}

export function quiet(card: Card): Rendered {
  return { card, isUrgent: false, photoFileId: null };
}
